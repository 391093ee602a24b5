"""Measures everything, or what is named, and prints the table: `python -m bench [ingest consume merge …]`."""

import importlib
import logging
import sys

from rich.console import Console
from rich.table import Table

from bench.measure import Row

BENCHES = ("ingest", "consume", "merge", "metrics", "cold_start", "whole_file")


def main() -> None:
    """Run the benches and print one row for each comparison."""
    logging.disable(logging.CRITICAL)
    console = Console(width=150)
    table = Table("what", "ours", "against", "theirs", "ratio", "aim", "met", title="Tally, medians of runs in turn")
    for name in sys.argv[1:] or BENCHES:
        console.print(f"measuring {name} ...", style="dim")
        for row in importlib.import_module(f"bench.{name}").measure():
            table.add_row(*_cells(row))
    console.print(table)


def _cells(row: Row) -> tuple[str, ...]:
    met = "-" if row.met is None else "yes" if row.met else "NO"
    return (row.name, row.ours, row.against, row.theirs, f"{row.ratio:.2f}", row.aim, met)


if __name__ == "__main__":
    main()
