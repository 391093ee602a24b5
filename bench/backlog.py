"""A merger that meets a backlog: its peak memory against that of its function, and how long it takes to drain."""

from collections.abc import Mapping

from bench.function_process import run_module
from bench.measure import Row
from functions.merger.function import FUNCTION

DELIVERIES, LINES = 20_000, 100
DAY_ROWS = 10_000_000


def measure(deliveries: int = DELIVERIES) -> list[Row]:
    """Let so many deliveries wait for a day that is large already."""
    taken = run_module("bench.backlog_once", deliveries, LINES, DAY_ROWS)
    name = f"{deliveries:,} deliveries of {LINES} rows wait, of a day of {DAY_ROWS:,}"
    processor = taken["processor"] / deliveries * 1_000
    return [
        peak_row(name, taken),
        Row(
            name=f"{name}: drained, in {taken['runs']:.0f} runs, {taken['left'] + taken['unfinished']:.0f} left",
            ours=f"{taken['seconds']:.0f} s, {deliveries / taken['seconds']:.0f} deliveries/s",
            against=f"reading the objects alone; {processor:.1f} ms of processor time each",
            theirs=f"{taken['reading']:.0f} s",
            ratio=taken["seconds"] / taken["reading"],
            aim="none left",
            met=taken["left"] + taken["unfinished"] == 0,
        ),
    ]


def peak_row(name: str, taken: Mapping[str, float]) -> Row:
    """Compare the peak of a merger's memory with what its function has."""
    return Row(
        name=f"{name}: peak memory of the merger",
        ours=f"{taken['peak']:.0f} MB",
        against=f"its function; it began with {taken['peak_before']:.0f} MB",
        theirs=f"{FUNCTION.memory_mb:,} MB",
        ratio=taken["peak"] / FUNCTION.memory_mb,
        aim="less than 1",
        met=taken["peak"] < FUNCTION.memory_mb,
    )
