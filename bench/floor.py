"""What cannot be beaten: DuckDB reading the same Parquet from disk, with as many threads as our engine has."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from bench.analytics_lake import THREADS
from bench.kept_year import DAILY, RATES
from shared.lake.catalog.tables import EXCHANGE_RATES


class Floor:
    """Runs SQL in which table names are in braces.

    Base tables are read from the year's Parquet by day, roll-ups from copies of the lake's own files.
    """

    def __init__(self, year: Path, rolled: Mapping[str, Path]) -> None:
        self._connection = duckdb.connect(config={"threads": THREADS})
        self._connection.execute("SET parquet_metadata_cache = true")
        files = {str(name): sorted((year / "base" / name).rglob("*.parquet")) for name in DAILY}
        files |= {name: sorted(directory.glob("*.parquet")) for name, directory in rolled.items()}
        self._reads = {name: _read(found) for name, found in (files | {EXCHANGE_RATES.name: [year / RATES]}).items()}

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a query and fetch all that it finds."""
        return self._connection.execute(sql.format(**self._reads)).fetchall()


def _read(files: list[Path]) -> str:
    names = [str(path) for path in files]
    return f"read_parquet({names}, hive_partitioning = true, hive_types_autocast = false, union_by_name = true)"
