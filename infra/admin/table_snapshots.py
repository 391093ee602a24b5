"""The snapshots of a base table, and the way back to one of them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from infra.admin.result_cache import forget_results
from infra.admin.stage import Stage
from infra.local.errors import NoSuchSnapshot, NoSuchTable
from shared.lake.catalog.state import TableState
from shared.lake.catalog.states import TableStates
from shared.lake.catalog.tables import BASE_TABLES
from shared.lake.rollups.compute import ROLLUPS
from shared.lake.table.iceberg import IcebergTables

if TYPE_CHECKING:
    from pyiceberg.table import Table
    from types_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, kw_only=True)
class TableSnapshots:
    """The snapshots of a base table that are kept, oldest first."""

    name: str
    table: "Table"
    dynamodb: "DynamoDBClient"
    states: TableStates
    results: str

    @classmethod
    def of(cls, stage: Stage, name: str) -> Self:
        """Return the snapshots of a table of a stage.

        Raises:
            NoSuchTable: no base table has this name.
        """
        tables = {str(each): table for each, table in BASE_TABLES.items()}
        if name not in tables:
            raise NoSuchTable(name, sorted(tables))
        lake = IcebergTables(
            stage.client("glue"),
            stage.client("s3"),
            database=stage.output("DatabaseName"),
            bucket=stage.output("TablesBucketName"),
        )
        dynamodb = stage.client("dynamodb")
        return cls(
            name=name,
            table=lake.library_table(tables[name]),
            dynamodb=dynamodb,
            states=TableStates(dynamodb, stage.output("TableStatesTableName")),
            results=stage.output("ResultCacheTableName"),
        )

    @property
    def current(self) -> int | None:
        """The snapshot on which the next merge builds; None before the first commit."""
        found = self.table.current_snapshot()
        return None if found is None else found.snapshot_id

    def all(self) -> Iterator[tuple[int, datetime]]:
        """Yield each snapshot with the time of its commit."""
        for each in self.table.snapshots():
            yield each.snapshot_id, datetime.fromtimestamp(each.timestamp_ms / 1000, UTC)

    def restore(self, snapshot_id: int) -> None:
        """Make a snapshot the current one, for the merger and for readers, who then read no roll-up of the table.

        The published sequence number stays: roll-ups of an older base than they have would be refused.

        Raises:
            NoSuchSnapshot: it is not kept.
        """
        if self.table.snapshot_by_id(snapshot_id) is None:
            raise NoSuchSnapshot(snapshot_id)

        def published(state: TableState) -> TableState:
            base = state.without_rollups() if self.name in ROLLUPS else state
            return replace(base, snapshot=snapshot_id)

        self.table.manage_snapshots().set_current_snapshot(snapshot_id).commit()
        self.states.update(self.name, published)
        forget_results(self.dynamodb, self.results)
