"""One value that changes exactly when a deploy could give something else."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

SOURCES = (
    "cdk.json",
    "functions",
    "infra",
    "layers",
    "package-lock.json",
    "requirements",
    "shared",
)
_ELSEWHERE = ("infra/admin", "infra/local", "layers/build")
_SKIPPED = {"__pycache__", "node_modules"}


def fingerprint(project: Path, context: Mapping[str, str], sources: Sequence[str] = SOURCES) -> str:
    """Return the digest of all that determines the assembly: the context, and files by path and content."""
    digest = hashlib.sha256(json.dumps(dict(context), sort_keys=True).encode())
    for path in sorted(_files(project, sources)):
        digest.update(path.relative_to(project).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files(project: Path, sources: Sequence[str]) -> Iterator[Path]:
    for name in sources:
        source = project / name
        if source.is_file():
            yield source
        for path in source.rglob("*") if source.is_dir() else ():
            if path.is_file() and _counts(path.relative_to(project)):
                yield path


def _counts(path: Path) -> bool:
    """Leave out the laptop host, the administration, build outputs and hidden files: none changes the assembly."""
    inside = any(path.is_relative_to(folder) for folder in _ELSEWHERE)
    return not inside and not any(part in _SKIPPED or part.startswith(".") for part in path.parts)
