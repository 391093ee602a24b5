"""The peak memory of a merger whose passes are as large as their limits allow, against that of its function."""

from collections.abc import Mapping

from bench.backlog import peak_row
from bench.backlog_limits_once import LINES, SMALL
from bench.function_process import run_module
from bench.held_rows import FILES
from bench.measure import Row
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
    return [
        row
        for name, title in names.items()
        for row in _rows(title, run_module("bench.backlog_limits_once", name, files))
    ]


def _rows(title: str, taken: Mapping[str, float]) -> list[Row]:
    left = taken["left"] + taken["unfinished"]
    return [
        peak_row(title, taken),
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
