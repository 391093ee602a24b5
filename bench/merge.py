"""History and live days through the merge, in the emulator: seconds, requests, bytes and memory."""

from collections.abc import Iterator, Mapping

from bench.function_process import run_module
from bench.measure import Row

HISTORY = ((10_000, 545), (70_000, 545), (10_000, 1_237), (1_000_000, 1_095))
LIVE = (1_000_000, 10_000_000)
LIVE_LINES = 100
GIGABYTE = 2**30
MOST_ABOVE_COPY, MOST_LIVE_SECONDS, MOST_REQUESTS = 10, 0.5, 20


def measure() -> list[Row]:
    """Merge in a process of its own for each size, so that its peak memory is its own."""
    rows: list[Row] = []
    for lines, days in HISTORY:
        rows += _history(lines, days, run_module("bench.merge_once", "history", lines, days))
    for lines in LIVE:
        rows += _live(lines, run_module("bench.merge_once", "live", lines))
    return rows


def _history(lines: int, days: int, taken: Mapping[str, float]) -> Iterator[Row]:
    name = f"{lines:,} lines in random order over {days:,} days"
    yield Row(
        name=f"{name}: merged",
        ours=f"{taken['merge']:.2f} s, {taken['requests']:.0f} S3 requests",
        against="DuckDB COPY into Parquet by day, local disk",
        theirs=f"{taken['copy']:.2f} s",
        ratio=taken["merge"] / taken["copy"],
        aim=f"at most {MOST_ABOVE_COPY} x the floor",
        met=taken["merge"] <= MOST_ABOVE_COPY * taken["copy"],
    )
    yield Row(
        name=f"{name}: merged",
        ours=f"{taken['merge']:.2f} s",
        against="plain append by PyIceberg",
        theirs=f"{taken['append']:.2f} s",
        ratio=taken["merge"] / taken["append"],
        aim="-",
        met=None,
    )
    yield Row(
        name=f"{name}: rolled up",
        ours=f"{taken['rollup']:.2f} s",
        against="the merge",
        theirs=f"{taken['merge']:.2f} s",
        ratio=taken["rollup"] / taken["merge"],
        aim="-",
        met=None,
    )


def _live(lines: int, taken: Mapping[str, float]) -> Iterator[Row]:
    name = f"{LIVE_LINES} lines, half corrections, into a day of {lines:,}"
    yield Row(
        name=name,
        ours=f"{taken['merge']:.2f} s",
        against="bytes written per line",
        theirs=f"{taken['bytes'] / LIVE_LINES:.0f} B",
        ratio=taken["merge"],
        aim=f"at most {MOST_LIVE_SECONDS} s",
        met=taken["merge"] <= MOST_LIVE_SECONDS,
    )
    yield Row(
        name=f"{name}: S3 requests",
        ours=f"{taken['requests']:.0f}",
        against="-",
        theirs="-",
        ratio=taken["requests"] / MOST_REQUESTS,
        aim=f"at most {MOST_REQUESTS}",
        met=taken["requests"] <= MOST_REQUESTS,
    )
    yield Row(
        name=f"{name}: memory that merges and roll-ups add",
        ours=f"{(taken['peak'] - taken['peak_before']) / GIGABYTE:.2f} GB",
        against="peak of filling the table",
        theirs=f"{taken['peak_before'] / GIGABYTE:.2f} GB",
        ratio=taken["peak"] / taken["peak_before"],
        aim="at most 1 GB",
        met=taken["peak"] - taken["peak_before"] <= GIGABYTE,
    )
    yield Row(
        name=f"{name}: the day rolled up again",
        ours=f"{taken['rollup']:.2f} s",
        against="the merge",
        theirs=f"{taken['merge']:.2f} s",
        ratio=taken["rollup"] / taken["merge"],
        aim="-",
        met=None,
    )
