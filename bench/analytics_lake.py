"""The kept year in the tables of a lake in the emulator, Athena on DuckDB over it, and what an answer scanned."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TypeVar

import boto3
import pyarrow as pa
import pyarrow.parquet as pq

from bench.environment import environment
from bench.kept_year import DAILY, PRODUCTS, RATES
from infra.local.athena.engine import Limits
from infra.local.emulator.credentials import EmulatorCredentials
from infra.local.emulator.supervisor import Emulator
from infra.local.layout import Layout
from shared.app.wiring import Wiring
from shared.athena.client import WORK_GROUP, Athena
from shared.athena.pinned_queries import PinnedQueries
from shared.athena.result_cache import RESULT_CACHE_TABLE, ResultCache
from shared.athena.result_file import ResultFiles
from shared.drift.reports import DriftReports
from shared.fraud.lake_reader import DecisionReader
from shared.lake.catalog.rollup_tables import ROLLUP_TABLES
from shared.lake.catalog.state import TableState
from shared.lake.catalog.tables import BASE_TABLES, LAKE_DATABASE
from shared.lake.merge.fingerprints import with_fingerprints
from shared.lake.parquet.columns import arrow_schema
from shared.lake.storage.paths import incoming_key
from shared.lake.table.port import TableChange, TableSnapshot
from shared.metrics.reports import MetricReports
from shared.products.reports import ProductReports
from shared.records.schema import DataType
from tests.functions.metrics.lake import TestLake, lake_with_athena
from tests.local.host.free_ports import free_ports

THREADS = 2
PATIENCE_SECONDS = 240

Reports = TypeVar("Reports", MetricReports, ProductReports, DriftReports, DecisionReader)


@contextmanager
def empty_lake() -> Iterator[Wiring]:
    """Create a lake and wire its functions."""
    with _test_lake() as lake:
        yield Wiring(lake.settings)


@contextmanager
def lake_of(year: Path) -> Iterator[Wiring]:
    """Commit the year to the tables of a lake, roll it up, and wire the functions of the lake."""
    with _test_lake() as lake:
        wired = Wiring(lake.settings)
        for data_type in DAILY:
            _fill(wired, data_type, sorted((year / "base" / data_type).rglob("*.parquet")))
            wired.rollups.run(data_type)
        wired.lake.put(incoming_key(DataType.PRODUCTS, "bench"), (year / PRODUCTS).read_bytes())
        wired.merger.merge([DataType.PRODUCTS], has_time=lambda: True)
        lake.know_rates(pq.read_table(year / RATES).to_pylist())
        yield wired


@contextmanager
def _test_lake() -> Iterator[TestLake]:
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        layout = Layout(scratch / "platform")
        emulator = stack.enter_context(Emulator(layout=layout, ports=free_ports()))
        stack.enter_context(
            environment({**EmulatorCredentials.of(layout).environment(), "AWS_ENDPOINT_URL": emulator.url})
        )
        limits = Limits(threads=THREADS, queries_at_once=1)
        lake, athena = stack.enter_context(lake_with_athena(scratch / "athena", limits))
        stack.enter_context(environment({"AWS_ENDPOINT_URL_ATHENA": athena}))
        yield lake


def rollup_copies(wired: Wiring, directory: Path) -> dict[str, Path]:
    """Copy the files of the roll-ups to a directory for each table."""
    for table in ROLLUP_TABLES:
        (directory / table.name).mkdir(parents=True)
        for number, file in enumerate(wired.lake_tables.head(table).files):
            bucket, _, key = file.path.removeprefix("s3://").partition("/")
            wired.clients.s3.download_file(bucket, key, str(directory / table.name / f"{number}.parquet"))
    return {table.name: directory / table.name for table in ROLLUP_TABLES}


def _fill(wired: Wiring, data_type: DataType, files: Sequence[Path]) -> None:
    """Commit a month at a time, without looking for rows with the same keys: there are none."""
    table = BASE_TABLES[data_type]
    for _, month in groupby(files, key=lambda path: path.parent.name[: len("dt=yyyy-MM")]):
        paths = list(month)
        schema = arrow_schema(data_type)
        rows = pa.concat_tables([pq.ParquetFile(path).read().cast(schema) for path in paths])
        lines = with_fingerprints(data_type, rows).sort_by(table.time_column or "")
        made = wired.lake_tables.commit(table, wired.lake_tables.head(table), TableChange(rows=lines))
        days = [path.parent.name.removeprefix("dt=") for path in paths]
        wired.table_states.update(data_type, partial(_with_commit, made, days))


def _with_commit(made: TableSnapshot, days: Sequence[str], state: TableState) -> TableState:
    return state.with_commit(made.id or 0, made.sequence, days)


def scanned_last(wired: Wiring) -> int:
    """How many bytes the newest query scanned, as Athena says."""
    athena = boto3.client("athena")
    group = wired.settings.name_of(WORK_GROUP)
    (newest,) = athena.list_query_executions(MaxResults=1, WorkGroup=group)["QueryExecutionIds"]
    return athena.get_query_execution(QueryExecutionId=newest)["QueryExecution"]["Statistics"]["DataScannedInBytes"]


def forget(wired: Wiring) -> None:
    """Delete all cached results."""
    dynamodb, table = wired.clients.dynamodb, wired.name_of(RESULT_CACHE_TABLE)
    for page in dynamodb.get_paginator("scan").paginate(TableName=table, ProjectionExpression="cache_key"):
        for item in page["Items"]:
            dynamodb.delete_item(TableName=table, Key=item)


def patient(wired: Wiring, reports: Reports) -> Reports:
    """The same reports waiting for answers that nobody would wait for, so that those can be measured too."""
    athena = Athena(
        client=boto3.client("athena"),
        files=ResultFiles(boto3.client("s3")),
        work_group=wired.settings.name_of(WORK_GROUP),
        database=wired.settings.name_of(LAKE_DATABASE),
        patience_seconds=PATIENCE_SECONDS,
    )
    cache = ResultCache(wired.clients.dynamodb, wired.name_of(RESULT_CACHE_TABLE), clock=wired.clock)
    return replace(reports, queries=PinnedQueries(athena.run, cache, wired.table_states))
