"""Cube beside us: installed once into the kept directory from its lock file, and asked over a pipe."""

import hashlib
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from bench.kept_year import bench_directory

SOURCE = Path(__file__).parent / "cube"
INSTALL = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
ANYWAY, IF_KEPT = "no-cache", "stale-if-slow"


@dataclass(frozen=True, kw_only=True)
class CubeAnswer:
    """What Cube found, how long it took, and the pre-aggregations it used."""

    seconds: float
    rows: Sequence[Mapping[str, Any]]
    pre_aggregations: Sequence[str]


class Cube:
    """A process that answers one query after the other."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def ask(self, query: Mapping[str, Any], *, cache_mode: str) -> CubeAnswer:
        """Ask a query; what is told that is no answer is skipped."""
        if self._process.stdin is None or self._process.stdout is None:
            raise ValueError("Cube is asked over a pipe")
        self._process.stdin.write(orjson.dumps({"query": query, "cacheMode": cache_mode}) + b"\n")
        self._process.stdin.flush()
        told = orjson.loads(next(line for line in self._process.stdout if line.startswith(b"{")))
        if "error" in told:
            raise ValueError(f"Cube says: {told['error']}")
        return CubeAnswer(
            seconds=told["milliseconds"] / 1000, rows=told["rows"], pre_aggregations=told["preAggregations"]
        )


@contextmanager
def cube_over(lake: Path, rates: Path, *, threads: int) -> Iterator[Cube]:
    """Start Cube over the Parquet of a directory."""
    command = ["node", "serve.js", str(lake), str(rates), str(threads)]
    with subprocess.Popen(command, cwd=_installed(), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield Cube(process)
        finally:
            process.kill()


def _installed() -> Path:
    files = [path for path in sorted(SOURCE.iterdir()) if path.is_file()]
    told = hashlib.sha256(b"".join(path.read_bytes() for path in files if path.name.startswith("package")))
    directory = bench_directory() / f"cube-{told.hexdigest()[:12]}"
    directory.mkdir(parents=True, exist_ok=True)
    for path in files:
        shutil.copy(path, directory)
    if not (directory / "node_modules" / ".package-lock.json").exists():
        subprocess.run(INSTALL, cwd=directory, check=True, capture_output=True)
    return directory
