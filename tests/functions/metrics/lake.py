"""A lake in moto with Athena on DuckDB over it, made from the same declarations that CDK reads."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pyarrow as pa

from infra.local.athena.engine import Limits, build_engine
from infra.local.athena.server import serve_in_thread
from shared.app.large_responses import RESULTS_BUCKET
from shared.athena.client import LAKE_DATABASE, WORK_GROUP
from shared.lake.catalog.table import LakeTable
from shared.lake.catalog.tables import EXCHANGE_RATES, TABLES
from shared.lake.parquet.columns import IngestMetadata, split_by_day, to_table, write_parquet
from shared.lake.rollups.compute import roll_up
from shared.lake.storage.object_store import LAKE_BUCKET
from shared.lake.storage.paths import PartitionId
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

    def sell(self, rows: Sequence[Row]) -> None:
        """Store sale lines, as `keep` does."""
        self.keep(DataType.TRANSACTIONS, rows)

    def keep(self, data_type: DataType, rows: Sequence[Row]) -> None:
        """Store records and their roll-ups, one partition at a time, replacing earlier contents."""
        s3 = boto3.client("s3")
        bucket = self.settings.name_of(LAKE_BUCKET)
        for day, part in split_by_day(data_type, to_table(data_type, rows, STAMP)):
            partition = PartitionId(data_type, day)
            s3.put_object(Bucket=bucket, Key=partition.base_key, Body=write_parquet(part))
            for name, rolled in roll_up(data_type, part).items():
                s3.put_object(Bucket=bucket, Key=partition.rollup_key(name), Body=write_parquet(rolled))

    def know_rates(self, rates: Sequence[Row]) -> None:
        """Store reference rates: currency, valid_from, valid_before and rate of each."""
        kinds = {"rate": pa.decimal128(38, 15)}
        columns = {
            column.name: pa.array(
                [row.get(column.name, STAMP.reporting_currency) for row in rates], kinds.get(column.name, pa.string())
            )
            for column in EXCHANGE_RATES.columns
        }
        boto3.client("s3").put_object(
            Bucket=self.settings.name_of(LAKE_BUCKET),
            Key=f"{EXCHANGE_RATES.prefix}rates.parquet",
            Body=write_parquet(pa.table(columns)),
        )


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
    _create_tables(settings.name_of(LAKE_BUCKET))
    engine = build_engine(
        glue=boto3.client("glue"),
        s3=boto3.client("s3"),
        directory=directory,
        default_output=f"s3://{settings.name_of(RESULTS_BUCKET)}/athena/",
        limits=limits or Limits(threads=1, queries_at_once=1, memory="512MB"),
    )
    try:
        with serve_in_thread(engine) as address:
            yield TestLake(replace(settings, names=names)), address
    finally:
        engine.close()


def _create_tables(bucket: str) -> None:
    glue = boto3.client("glue")
    glue.create_database(DatabaseInput={"Name": DATABASE})
    for table in TABLES:
        glue.create_table(DatabaseName=DATABASE, TableInput=_table(table, f"s3://{bucket}/{table.prefix}"))


def _table(table: LakeTable, location: str) -> Any:
    projection = {
        "projection.enabled": "true",
        "projection.dt.type": "date",
        "projection.dt.format": "yyyy-MM-dd",
        "projection.dt.range": "1990-01-01,NOW+1DAYS",
        "storage.location.template": location + "dt=${dt}/",
    }
    return {
        "Name": table.name,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": projection if table.partitioned else {},
        "PartitionKeys": [{"Name": "dt", "Type": "string"}] if table.partitioned else [],
        "StorageDescriptor": {
            "Columns": [{"Name": column.name, "Type": column.glue_type} for column in table.columns],
            "Location": location,
        },
    }
