"""All of the UCI Online Retail file as one gzip CSV upload under its own column names, and what its loader takes."""

import time
from pathlib import Path
from typing import Any

import httpx
import psutil

from bench.measure import Row
from bench.own_platform import own_platform
from bench.whole_file import ask, sums, throughput
from infra.local.host.platform import Platform
from infra.local.lake import settle
from tests.online_retail import FILE, RETAIL_MAPPING, lines

_LONGEST_WAIT = 300.0
_POLL_SECONDS = 0.2
_MOST_MEGABYTES = 512
_SOURCE = "uci-retail"


def measure() -> list[Row]:
    """Upload the file, wait until it is merged, and hold every monthly sum against pandas' own."""
    if not FILE.exists():
        raise SystemExit(f"{FILE} is not here")
    rows = list(lines())
    with own_platform() as (up, client):
        loaded, merged = _send(client, up)
        peak = max(map(_peak_megabytes, _loaders()))
        answer, _ = ask(client)
    return [
        throughput("UCI file in one upload, checked and loaded", len(rows), loaded),
        throughput("UCI file in one upload, merged as well", len(rows), merged),
        sums(answer, rows),
        Row(
            name="UCI file in one upload, the loader's memory at its peak",
            ours=f"{peak:.0f} MB",
            against="the bound for files of any size",
            theirs=f"{_MOST_MEGABYTES} MB",
            ratio=peak / _MOST_MEGABYTES,
            aim="<= 1",
            met=peak <= _MOST_MEGABYTES,
        ),
    ]


def _send(client: httpx.Client, up: Platform) -> tuple[float, float]:
    configuration = {"mappings": {"transactions": RETAIL_MAPPING}}
    client.put(f"/ingest/sources/{_SOURCE}", json=configuration).raise_for_status()
    content = FILE.read_bytes()
    started = time.perf_counter()
    file = {"source_id": _SOURCE, "data_type": "transactions", "format": "csv", "size": len(content)}
    announced = client.post("/ingest/uploads", json=file).raise_for_status().json()["data"]
    httpx.put(announced["url"], content=content, headers=announced["headers"], timeout=60).raise_for_status()
    while (told := _status(client, announced["batch_id"]))["progress"]["loaded_records"] < _known_records(told):
        time.sleep(_POLL_SECONDS)
        if time.perf_counter() - started > _LONGEST_WAIT:
            raise SystemExit(f"not loaded within {_LONGEST_WAIT:.0f} s: {told}")
    loaded = time.perf_counter() - started
    if not settle(up.lake.pending, timeout=_LONGEST_WAIT, tell=lambda _: None):
        raise SystemExit(f"not merged within {_LONGEST_WAIT:.0f} s")
    return loaded, time.perf_counter() - started


def _known_records(told: dict[str, Any]) -> int:
    progress = told["progress"]
    return progress["total_records"] if progress["checked_bytes"] >= progress["total_bytes"] > 0 else 2**63


def _status(client: httpx.Client, batch_id: str) -> Any:
    return client.get(f"/ingest/batches/{batch_id}/status").raise_for_status().json()["data"]


def _loaders() -> list[psutil.Process]:
    """The processes of the loader: the emulator, which is ours, starts them."""
    return [each for each in psutil.Process().children(recursive=True) if "-file-loader-" in " ".join(each.cmdline())]


def _peak_megabytes(process: psutil.Process) -> float:
    (line,) = [
        line for line in Path(f"/proc/{process.pid}/status").read_text().splitlines() if line.startswith("VmHWM")
    ]
    return int(line.split()[1]) / 1024
