"""A lake in moto with Athena on DuckDB over it: Iceberg tables made from the declarations that a deployment uses."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from itertools import count
from pathlib import Path
from typing import Any

import boto3
import pyarrow as pa

from infra.local.athena.engine import Limits, build_engine
from infra.local.athena.server import serve_in_thread
from shared.app.large_responses import RESULTS_BUCKET
from shared.athena.client import WORK_GROUP
from shared.lake.catalog.state import WHOLE_TABLE, TableState
from shared.lake.catalog.states import TableStates
from shared.lake.catalog.tables import EXCHANGE_RATES, LAKE_TABLES
from shared.lake.merge.cycle import MergeCycle, MergeResult
from shared.lake.merge.key_index import KeyIndex
from shared.lake.parquet.columns import IngestMetadata, to_table, write_parquet
from shared.lake.provider import lake, table_states
from shared.lake.rollups.compute import TO_ROLL_UP
from shared.lake.rollups.job import RollupJob
from shared.lake.storage.paths import incoming_key
from shared.lake.table.iceberg import IcebergTables
from shared.lake.table.port import TableChange
from shared.lake.table.provider import lake_tables
from shared.lake.table.schema import arrow_schema_of
from shared.lake.table.setup import ensure_all
from shared.records.schema import DataType
from shared.runtime.deployment import Deployment
from shared.runtime.settings import Settings
from tests.moto_platform import create_resources

DATABASE = "tally-database"
Row = Mapping[str, Any]
_FIRST_INGESTED = datetime(2026, 1, 1, tzinfo=UTC)
_deliveries, _stamps = count(), count()


@dataclass(frozen=True)
class TestLake:
    """A lake that Athena answers over: the settings of a function that reads it, and a way to fill it."""

    __test__ = False
    settings: Settings

    @cached_property
    def deployment(self) -> Deployment:
        """The deployment of the settings."""
        return Deployment(self.settings)

    @property
    def tables(self) -> IcebergTables:
        """The tables."""
        return lake_tables(self.deployment)

    @property
    def states(self) -> TableStates:
        """The published states of the tables."""
        return table_states(self.deployment)

    def sell(self, rows: Sequence[Row]) -> None:
        """Store sale lines, as `keep` does."""
        self.keep(DataType.TRANSACTIONS, rows)

    def keep(self, data_type: DataType, rows: Sequence[Row]) -> None:
        """Merge records and compute the roll-ups of their days."""
        self.keep_table(data_type, to_table(data_type, rows, _stamp()))

    def keep_table(self, data_type: DataType, rows: pa.Table) -> None:
        """Merge rows in the schema of the lake and compute the roll-ups of their days."""
        self._merge(data_type, rows)
        for dependent in TO_ROLL_UP.get(data_type, ()):
            RollupJob(tables=self.tables, states=self.states).run(dependent)

    def merge(self, data_type: DataType, rows: Sequence[Row]) -> None:
        """Merge records; the roll-ups of their days are not computed yet."""
        self.merge_table(data_type, to_table(data_type, rows, _stamp()))

    def merge_table(self, data_type: DataType, rows: pa.Table) -> None:
        """Merge rows in the schema of the lake; the roll-ups of their days are not computed yet."""
        self._merge(data_type, rows)

    def _merge(self, data_type: DataType, rows: pa.Table) -> None:
        store = lake(self.deployment)
        delivery = f"batch-{next(_deliveries)}"
        store.put(incoming_key(data_type, delivery), write_parquet(rows))
        cycle = MergeCycle(lake=store, tables=self.tables, index=KeyIndex(self.tables))
        result = cycle.run(data_type, self.states.get(data_type))
        assert result
        self.states.update(data_type, partial(_published, result))
        store.delete(result.consumed)

    def know_rates(self, rates: Sequence[Row]) -> None:
        """Replace the reference rates: currency, valid_from, valid_before and rate of each."""
        rows = [{"reporting_currency": STAMP.reporting_currency, **rate} for rate in rates]
        head = self.tables.head(EXCHANGE_RATES)
        dropped = frozenset(file.path for file in head.files)
        change = TableChange(rows=pa.Table.from_pylist(rows, arrow_schema_of(EXCHANGE_RATES)), dropped=dropped)
        made = self.tables.commit(EXCHANGE_RATES, head, change)
        self.states.update(
            EXCHANGE_RATES.name, lambda state: state.with_commit(made.id or 0, made.sequence, [WHOLE_TABLE])
        )


def _stamp() -> IngestMetadata:
    """A stamp later than those before, so that records replace earlier ones with their key."""
    return replace(STAMP, ingested_at=_FIRST_INGESTED + timedelta(seconds=next(_stamps)))


def _published(result: MergeResult, state: TableState) -> TableState:
    changed = state.with_commit(result.snapshot.id or 0, result.snapshot.sequence, result.days)
    if result.history is None:
        return changed
    return changed.with_derived(result.history.snapshots, result.snapshot.sequence, result.history.cost_days)


STAMP = IngestMetadata(
    source_id="till",
    ingested_at=_FIRST_INGESTED,
    origin="batch-1",
    reporting_currency="USD",
)


@contextmanager
def lake_with_athena(directory: Path, limits: Limits | None = None) -> Iterator[tuple[TestLake, str]]:
    """Make the resources and serve Athena over them; gives the lake and Athena's address."""
    settings = create_resources()
    names = {**settings.names, WORK_GROUP.variable: "tally-local"}
    made = TestLake(replace(settings, names=names))
    ensure_all(made.tables.ensure, LAKE_TABLES)
    engine = build_engine(
        glue=boto3.client("glue"),
        s3=boto3.client("s3"),
        directory=directory,
        default_output=f"s3://{settings.name_of(RESULTS_BUCKET)}/athena/",
        limits=limits or Limits(threads=1, queries_at_once=1, memory="512MB"),
    )
    try:
        with serve_in_thread(engine) as address:
            yield made, address
    finally:
        engine.close()
