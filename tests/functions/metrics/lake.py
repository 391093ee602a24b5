"""A lake in moto with Athena on DuckDB over it, made from the same declarations that CDK reads."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pyarrow as pa
import pyarrow.compute as pc

from infra.local.athena.engine import Limits, build_engine
from infra.local.athena.server import serve_in_thread
from shared.app.large_responses import RESULTS_BUCKET
from shared.app.wiring import Wiring
from shared.athena.client import WORK_GROUP
from shared.lake.catalog.state import WHOLE_TABLE
from shared.lake.catalog.table import ExternalTable
from shared.lake.catalog.tables import BASE_TABLES, EXCHANGE_RATES, EXTERNAL_TABLES, LAKE_DATABASE, LAKE_TABLES
from shared.lake.merge.fingerprints import with_fingerprints
from shared.lake.merge.settle import positions_of
from shared.lake.parquet.columns import IngestMetadata, to_table
from shared.lake.rollups.compute import ROLLUPS
from shared.lake.storage.object_store import LAKE_BUCKET
from shared.lake.table.port import TableChange
from shared.lake.table.schema import arrow_schema_of
from shared.records.schema import DataType
from shared.runtime.settings import Settings
from tests.moto_platform import create_resources

DATABASE = "tally_local"
Row = Mapping[str, Any]


@dataclass(frozen=True)
class TestLake:
    """A lake that Athena answers over: the settings of a function that reads it, and a way to fill it."""

    __test__ = False
    settings: Settings

    def sell(self, rows: Sequence[Row], *, rolls_up: bool = True) -> None:
        """Store sale lines, as `keep` does."""
        self.keep(DataType.TRANSACTIONS, rows, rolls_up=rolls_up)

    def keep(self, data_type: DataType, rows: Sequence[Row], *, rolls_up: bool = True) -> None:
        """Store the records of some days, replacing those days, and roll them up unless told not to."""
        wired, table = Wiring(self.settings), BASE_TABLES[data_type]
        new = with_fingerprints(data_type, to_table(data_type, rows, STAMP))
        head = wired.lake_tables.head(table)
        held = wired.lake_tables.rows(table, head, [table.time_column] if table.time_column else [])
        days = WHOLE_TABLE_ONLY if table.time_column is None else _days(new[table.time_column])
        old = held
        if table.time_column is not None:
            held_days = held[table.time_column].cast(pa.date32(), safe=False).cast(pa.string())
            old = held.filter(pc.is_in(held_days, value_set=pa.array(days)))
            new = new.take(pc.sort_indices(new[table.time_column]))
        made = wired.lake_tables.commit(table, head, TableChange(rows=new, deleted=positions_of(old)))
        wired.table_states.update(data_type, lambda state: state.with_commit(made.id or 0, made.sequence, days))
        if rolls_up and data_type in ROLLUPS:
            wired.rollups.run(data_type)

    def know_rates(self, rates: Sequence[Row]) -> None:
        """Store reference rates: currency, valid_from, valid_before and rate of each."""
        wired, schema = Wiring(self.settings), arrow_schema_of(EXCHANGE_RATES)
        rows = [{"reporting_currency": STAMP.reporting_currency, **rate} for rate in rates]
        head = wired.lake_tables.head(EXCHANGE_RATES)
        change = TableChange(
            rows=pa.table(
                [pa.array([row[name] for row in rows], schema.field(name).type) for name in schema.names], schema
            ),
            dropped=frozenset(each.path for each in head.files),
        )
        made = wired.lake_tables.commit(EXCHANGE_RATES, head, change)
        wired.table_states.update(
            EXCHANGE_RATES.name, lambda state: state.with_commit(made.id or 0, made.sequence, [WHOLE_TABLE])
        )


WHOLE_TABLE_ONLY = [WHOLE_TABLE]


def _days(times: pa.ChunkedArray) -> list[str]:
    return [day.isoformat() for day in pc.unique(times.cast(pa.date32(), safe=False)).to_pylist()]


STAMP = IngestMetadata(
    source_id="till",
    ingested_at=datetime(2026, 1, 1, tzinfo=UTC),
    origin="batch-1",
    reporting_currency="USD",
)


@contextmanager
def lake_with_athena(directory: Path, limits: Limits | None = None) -> Iterator[tuple[TestLake, str]]:
    """Make the resources and serve Athena over them; gives the lake and Athena's address."""
    settings = create_resources()
    names = {**settings.names, LAKE_DATABASE.variable: DATABASE, WORK_GROUP.variable: "tally-local"}
    settings = replace(settings, names=names)
    boto3.client("glue").create_database(DatabaseInput={"Name": DATABASE})
    for table in LAKE_TABLES:
        Wiring(settings).lake_tables.ensure(table)
    for external in EXTERNAL_TABLES:
        _create_external(external, settings.name_of(LAKE_BUCKET))
    engine = build_engine(
        glue=boto3.client("glue"),
        s3=boto3.client("s3"),
        directory=directory,
        default_output=f"s3://{settings.name_of(RESULTS_BUCKET)}/athena/",
        limits=limits or Limits(threads=1, queries_at_once=1, memory="512MB"),
    )
    try:
        with serve_in_thread(engine) as address:
            yield TestLake(settings), address
    finally:
        engine.close()


def _create_external(table: ExternalTable, bucket: str) -> None:
    location = f"s3://{bucket}/{table.prefix}"
    properties = {
        "projection.enabled": "true",
        "projection.dt.type": "date",
        "projection.dt.format": "yyyy-MM-dd",
        "projection.dt.range": "1990-01-01,NOW+1DAYS",
        "storage.location.template": location + "dt=${dt}/",
    }
    described: Any = {
        "Name": table.name,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": properties,
        "PartitionKeys": [{"Name": "dt", "Type": "string"}],
        "StorageDescriptor": {
            "Columns": [{"Name": column.name, "Type": column.glue_type} for column in table.columns],
            "Location": location,
        },
    }
    boto3.client("glue").create_table(DatabaseName=DATABASE, TableInput=described)
