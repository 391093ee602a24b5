"""Runs the named benchmarks, or all of `BENCHES`, and prints a table: `python -m bench [ingest consume merge …]`.

`stream=20000` measures with so many events instead of a million, `crowd=50` with so many clients, `reliability=20`
with so many kills, `readers=300` with so many questions, `committing=15` for so many seconds, `backlog=2000` with so
many deliveries, `backlog_limits=5` with so many full files of a day, `pruning=2000000` with so many rows,
`replay_run=5000000` with so many decisions.
"""

import importlib
import logging
import sys

from rich.console import Console
from rich.table import Table

from bench.measure import Row

BENCHES = (
    "ingest",
    "consume",
    "merge",
    "delivery_cost",
    "cost",
    "committing",
    "backlog",
    "backlog_limits",
    "compaction",
    "pruning",
    "readers",
    "analytics",
    "drift",
    "cold_start",
    "edge",
    "formats",
    "mapped",
    "fraud",
    "replay_kernel",
    "replay_run",
    "export",
    "dashboards",
    "pages",
    "alerts",
    "quality",
    "whole_file",
    "upload",
    "stream",
    "push",
    "crowd",
    "reliability",
)


def main() -> None:
    """Run the benches and print each one's table as soon as it is measured."""
    logging.disable(logging.CRITICAL)
    console = Console(width=150)
    console.print("Tally, medians of runs in turn; each pair in the same run")
    for name in sys.argv[1:] or BENCHES:
        console.print(f"measuring {name} ...", style="dim")
        table = Table("what", "ours", "against", "theirs", "ratio", "aim", "met")
        for row in _measured(name):
            table.add_row(*_cells(row))
        console.print(table)


def _measured(name: str) -> list[Row]:
    bench, _, size = name.partition("=")
    measure = importlib.import_module(f"bench.{bench}").measure
    rows: list[Row] = measure(int(size)) if size else measure()
    return rows


def _cells(row: Row) -> tuple[str, ...]:
    met = "-" if row.met is None else "yes" if row.met else "NO"
    return (row.name, row.ours, row.against, row.theirs, f"{row.ratio:.2f}", row.aim, met)


if __name__ == "__main__":
    main()
