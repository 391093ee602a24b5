"""What cannot be beaten: DuckDB reading the same Parquet from disk, with as many threads as our engine has."""

from pathlib import Path
from typing import Any

import duckdb

from bench.analytics_lake import THREADS
from shared.currency.rate_tables import TABLE_KEY
from shared.lake.catalog.tables import EXCHANGE_RATES, TABLES
from shared.lake.storage.paths import BASE, ROLLUP


class Floor:
    """Answers SQL in which tables stand in braces."""

    def __init__(self, base: Path, rolled: Path) -> None:
        self._connection = duckdb.connect(config={"threads": THREADS})
        self._connection.execute("SET parquet_metadata_cache = true")
        places = {each.name: [base / BASE / each.name, rolled / ROLLUP / each.name] for each in TABLES}
        files = {
            name: sorted(str(path) for place in both for path in place.rglob("*.parquet"))
            for name, both in places.items()
        }
        self._reads = {
            name: _read(found) for name, found in (files | {EXCHANGE_RATES.name: [str(rolled / TABLE_KEY)]}).items()
        }

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a query and fetch all that it finds."""
        return self._connection.execute(sql.format(**self._reads)).fetchall()


def _read(files: list[str]) -> str:
    return f"read_parquet({files}, hive_partitioning = true, hive_types_autocast = false)"
