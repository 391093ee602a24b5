"""The kept year as a lake in the laptop's emulator with Athena on DuckDB over it, and what an answer scanned."""

import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import boto3
from shared.lake.partition import merge_partition

from bench.environment import environment
from infra.local.athena.engine import Limits
from infra.local.emulator.credentials import EmulatorCredentials
from infra.local.emulator.supervisor import Emulator
from infra.local.layout import Layout
from shared.app.wiring import Wiring
from shared.athena.client import LAKE_DATABASE, WORK_GROUP, Athena
from shared.lake.catalog.tables import TABLES
from shared.lake.merge.key_index import KeyIndex
from shared.lake.storage.paths import UNPARTITIONED, PartitionId
from shared.metrics.reports import MetricReports
from shared.products.reports import ProductReports
from shared.records.schema import DataType
from tests.functions.metrics.lake import lake_with_athena
from tests.local.host.free_ports import free_ports

THREADS = 2
PUTS_AT_ONCE = 4
PATIENCE_SECONDS = 240

Reports = TypeVar("Reports", MetricReports, ProductReports)


@contextmanager
def lake_of(directories: Sequence[Path]) -> Iterator[Wiring]:
    """Put every file of the directories into a lake under its own path, merge the products, and wire its functions."""
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
        wired = Wiring(lake.settings)
        _fill(wired, directories)
        merge_partition(wired.lake, KeyIndex(wired.lake), PartitionId(DataType.PRODUCTS, UNPARTITIONED))
        yield wired


def scanned_last(wired: Wiring) -> int:
    """How many bytes the newest query scanned, as Athena says."""
    athena = boto3.client("athena")
    group = wired.settings.name_of(WORK_GROUP)
    (newest,) = athena.list_query_executions(MaxResults=1, WorkGroup=group)["QueryExecutionIds"]
    return athena.get_query_execution(QueryExecutionId=newest)["QueryExecution"]["Statistics"]["DataScannedInBytes"]


def forget(wired: Wiring) -> None:
    """Raise every table's version: no remembered answer is told any more."""
    for table in TABLES:
        wired.versions.bump(table.name)


def patient(wired: Wiring, reports: Reports) -> Reports:
    """The same reports waiting for answers that nobody would wait for, so that those can be measured too."""
    athena = Athena(
        boto3.client("athena"),
        work_group=wired.settings.name_of(WORK_GROUP),
        database=wired.settings.name_of(LAKE_DATABASE),
        patience_seconds=PATIENCE_SECONDS,
    )
    return replace(reports, athena=athena)


def _fill(wired: Wiring, directories: Sequence[Path]) -> None:
    files = [(each, path) for each in directories for path in each.rglob("*.parquet")]
    with ThreadPoolExecutor(PUTS_AT_ONCE) as pool:
        list(pool.map(lambda found: wired.lake.put(str(found[1].relative_to(found[0])), found[1].read_bytes()), files))
