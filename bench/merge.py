"""One partition plus 10 000 incoming lines: seconds, peak memory, and how the cost grows with the partition."""

import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise

import orjson

from bench.measure import Row

SIZES = (100_000, 1_000_000, 4_000_000)
INCOMING = 10_000
GIGABYTE = 2**30
MOST_SECONDS = 1.5


def measure() -> list[Row]:
    """Merge in a process of its own for each size, so that its peak memory is its own."""
    return list(_rows({size: _child(size) for size in SIZES}))


def _child(size: int) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.merge_once", str(size), str(INCOMING)]
    done = subprocess.run(command, check=True, capture_output=True)
    result: dict[str, float] = orjson.loads(done.stdout.splitlines()[-1])
    return result


def _rows(taken: dict[int, dict[str, float]]) -> Iterator[Row]:
    million = taken[1_000_000]
    yield Row(
        name="merge 10 000 into 1 000 000 lines",
        ours=f"{million['merge']:.2f} s",
        against="read + write the same object (pyarrow)",
        theirs=f"{million['floor']:.2f} s",
        ratio=million["merge"] / million["floor"],
        aim=f"at most {MOST_SECONDS} s",
        met=million["merge"] <= MOST_SECONDS,
    )
    yield Row(
        name="merge into 1 000 000 lines, peak memory",
        ours=f"{million['peak'] / GIGABYTE:.2f} GB",
        against="read + write the same object (pyarrow)",
        theirs=f"{million['floor_peak'] / GIGABYTE:.2f} GB",
        ratio=million["peak"] / million["floor_peak"],
        aim="at most 1 GB",
        met=million["peak"] <= GIGABYTE,
    )
    for small, large in pairwise(SIZES):
        growth, linear = taken[large]["merge"] / taken[small]["merge"], large / small
        yield Row(
            name=f"merge, {small:,} to {large:,} lines",
            ours=f"{growth:.1f} x the time",
            against="linear growth",
            theirs=f"{linear:.1f} x",
            ratio=growth / linear,
            aim="no worse than linear",
            met=growth <= linear,
        )
