"""Rows of a table whose keys fill the budget of the key index, and among which those of waiting deliveries lie."""

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from bench.sales import DAY
from bench.table_lake import TableLake
from shared.lake.catalog.tables import BASE_TABLES
from shared.lake.merge.fingerprints import CONTENT, KEY, KEY2, ORIGIN, with_fingerprints
from shared.lake.merge.key_index import MOST_BYTES
from shared.lake.parquet.columns import arrow_schema, read_parquet
from shared.lake.storage.paths import incoming_prefix
from shared.lake.table.data_files import MOST_ROWS
from shared.lake.table.port import TableChange
from shared.lake.table.schema import arrow_schema_of
from shared.records.schema import INGESTED_AT, SOURCE_ID, DataType

SALES = DataType.TRANSACTIONS
FILES = MOST_BYTES // (8 * MOST_ROWS)
"""Full files of which the index holds the keys."""

_DAY_MS = 86_400_000
_ORIGINS = 20
_RECEIVED = datetime(2026, 3, 3, tzinfo=UTC).replace(tzinfo=None)


def hold(lake: TableLake, files: int) -> None:
    """Let one day of sales have that many full files, in all of which rows lie that the waiting ones correct."""
    table, tables, chance = BASE_TABLES[SALES], lake.wired.lake_tables, np.random.default_rng(1)
    waiting = pa.concat_tables(_waiting_keys(lake))
    waiting = waiting.take(pa.array(chance.permutation(len(waiting))))
    for number in range(files):
        first, last = (len(waiting) * at // files for at in (number, number + 1))
        rows = _file(number, waiting.slice(first, last - first), chance)
        made = tables.commit(table, tables.head(table), TableChange(rows=rows))
    day = DAY.date().isoformat()
    lake.wired.table_states.update(SALES, lambda state: state.with_commit(made.id or 0, made.sequence, [day]))


def _waiting_keys(lake: TableLake) -> Iterator[pa.Table]:
    for name in lake.wired.lake.names(incoming_prefix(SALES)):
        stored = lake.wired.lake.get(name.key)
        if stored is not None:
            rows = read_parquet(stored.body, arrow_schema(SALES)).replace_schema_metadata(None)
            yield with_fingerprints(SALES, rows).select([KEY, KEY2])


def _file(number: int, wanted: pa.Table, chance: np.random.Generator) -> pa.Table:
    """Build the rows of a file: what decides between versions, and nothing else."""
    places = chance.permutation(MOST_ROWS)[: len(wanted)]
    start = np.datetime64(DAY.replace(tzinfo=None), "ms")
    origins = pa.array([f"stream-{number:04d}-{each:040d}" for each in range(_ORIGINS)])
    columns = {
        KEY: pa.array(_hashes(chance, places, wanted[KEY])),
        KEY2: pa.array(_hashes(chance, places, wanted[KEY2])),
        CONTENT: pa.array(chance.integers(-(2**63), 2**63 - 1, MOST_ROWS)),
        "timestamp": pa.array(start + np.sort(chance.integers(0, _DAY_MS, MOST_ROWS)).astype("timedelta64[ms]")),
        INGESTED_AT: pa.repeat(pa.scalar(_RECEIVED, pa.timestamp("ms")), MOST_ROWS),
        ORIGIN: origins.take(pa.array(chance.integers(0, _ORIGINS, MOST_ROWS))),
        SOURCE_ID: pa.repeat(pa.scalar("shop"), MOST_ROWS),
    }
    schema = arrow_schema_of(BASE_TABLES[SALES])
    nothing = {each.name: pa.nulls(MOST_ROWS, each.type) for each in schema if each.name not in columns}
    return pa.table([{**columns, **nothing}[name] for name in schema.names], schema=schema)


def _hashes(chance: np.random.Generator, places: np.ndarray, wanted: pa.ChunkedArray) -> np.ndarray:
    made = chance.integers(-(2**63), 2**63 - 1, MOST_ROWS)
    made[places] = wanted.to_numpy()
    return made
