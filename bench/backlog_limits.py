"""A merger that meets the limits of its passes: its peak memory against that of its function, and what is left."""

import subprocess
import sys
from collections.abc import Mapping

import orjson

from bench.backlog_limits_once import LINES, SMALL
from bench.held_rows import FILES
from bench.measure import Row
from functions.merger.function import FUNCTION
from shared.lake.table.data_files import MOST_ROWS


def measure(files: int = FILES) -> list[Row]:
    """Measure the largest deliveries, and corrections all over a day of that many full files."""
    corrections = f"{SMALL:,} deliveries of {LINES} corrections all over a day of {files * MOST_ROWS:,} rows"
    names = {
        "wide": "the largest deliveries of sales",
        "types": "the largest deliveries of every type at once",
        "held": corrections,
        "all": f"{corrections}, and the largest deliveries of every other type",
    }
    return [row for name, title in names.items() for row in _rows(title, _child(name, files))]


def _rows(title: str, taken: Mapping[str, float]) -> list[Row]:
    left = taken["left"] + taken["unfinished"]
    return [
        Row(
            name=f"{title}: peak memory of the merger",
            ours=f"{taken['peak']:.0f} MB",
            against=f"its function; it began with {taken['peak_before']:.0f} MB",
            theirs=f"{FUNCTION.memory_mb:,} MB",
            ratio=taken["peak"] / FUNCTION.memory_mb,
            aim="less than 1",
            met=taken["peak"] < FUNCTION.memory_mb,
        ),
        Row(
            name=f"{title}: drained, in {taken['runs']:.0f} runs, {left:.0f} left",
            ours=f"{taken['seconds']:.0f} s",
            against="processor time of it",
            theirs=f"{taken['processor']:.0f} s",
            ratio=taken["seconds"] / taken["processor"],
            aim="none left",
            met=left == 0,
        ),
    ]


def _child(name: str, files: int) -> Mapping[str, float]:
    command = [sys.executable, "-m", "bench.backlog_limits_once", name, str(files)]
    done = subprocess.run(command, check=True, capture_output=True)
    result: dict[str, float] = orjson.loads(done.stdout.splitlines()[-1])
    return result
