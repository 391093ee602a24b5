"""The maintenance of tables: compaction, a tag for each day, and the deletion of files that no snapshot has."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from shared.lake.catalog.rollup_tables import PRODUCT_CATEGORIES
from shared.lake.catalog.tables import BASE_TABLES, EXCHANGE_RATES, LAKE_TABLES
from shared.lake.rollups.compute import ROLLUPS
from shared.lake.rollups.product_history import HISTORY_TABLES
from shared.lake.table.data_files import MOST_ROWS
from shared.lake.table.order import in_file_order
from shared.lake.table.port import (
    FILE,
    POSITION,
    CommitConflict,
    DataFile,
    SnapshotExpired,
    TableChange,
    TableStore,
    TableUnreadable,
)
from shared.lake.table.schema import MONTH, arrow_schema_of
from shared.records.schema import DataType
from shared.runtime.errors import TallyError
from shared.runtime.observability import count, logger

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from shared.lake.catalog.state import TableState
    from shared.lake.catalog.states import TableStates
    from shared.lake.catalog.table import LakeTable
    from shared.lake.rollups.job import RollupJob
    from shared.lake.table.port import TableSnapshot
    from shared.runtime.models import Clock

KEPT_DAYS = 35
"""Days of which the last snapshot is kept, so that a question can be asked again as of then."""

_SMALL = 4 * 1024 * 1024
_MOST_SMALL = 8
_MOST_DEAD = 0.1
_OWN = "tally."
_TRIES = 3
_UNUSED_FOR = timedelta(days=1)
_FAILURES = (BotoCoreError, ClientError, TableUnreadable, TallyError, CommitConflict, SnapshotExpired)
"""What one table may fail of while the others are maintained."""


def _always() -> bool:
    """Default of `has_time`."""
    return True


class KeptTables(TableStore, Protocol):
    """Tables whose snapshots can be tagged and whose unused files can be deleted."""

    def tag(self, table: "LakeTable", snapshot_id: int, *, most: int) -> "Mapping[str, int]":
        """Tag a snapshot as the last of the day on which it was made; return the tags of the last `most` days."""

    def sweep(self, table: "LakeTable", before: "datetime") -> int:
        """Delete files that no snapshot has, if they were written before a moment; return their number."""


@dataclass(frozen=True, kw_only=True)
class MaintenanceReport:
    """Counts of a run: tables of which files were rewritten, files that were, and files that were deleted."""

    compacted_tables: int
    compacted_files: int
    deleted_files: int
    failed_tables: int


@dataclass(frozen=True, kw_only=True)
class Maintenance:
    """Keeps tables small to read and cheap to keep."""

    tables: KeptTables
    states: "TableStates"
    rollups: "RollupJob"
    clock: "Clock"
    most_rows: int = MOST_ROWS

    def run(self, has_time: Callable[[], bool]) -> MaintenanceReport:
        """Compute overdue roll-ups, then maintain one table after another while there is time."""
        for data_type in ROLLUPS:
            if has_time():
                self._roll_up(data_type)
        compacted, deleted, failed = list[int](), 0, 0
        for table in LAKE_TABLES:
            if not has_time():
                break
            try:
                compacted.append(self.compact(table, has_time))
                self.tag(table)
                deleted += self.tables.sweep(table, self.clock() - _UNUSED_FOR)
            except _FAILURES:
                logger().exception("table maintenance failed", extra={"table": table.name})
                count("FailedTableMaintenance")
                failed += 1
        return MaintenanceReport(
            compacted_tables=sum(1 for files in compacted if files),
            compacted_files=sum(compacted),
            deleted_files=deleted,
            failed_tables=failed,
        )

    def _roll_up(self, data_type: DataType) -> None:
        """Compute one part only: the tables are to be maintained as well, and the next run continues."""
        try:
            self.rollups.run(data_type, has_time=lambda: False)
        except _FAILURES:
            logger().exception("roll-up failed", extra={"data_type": data_type})
            count("FailedRollups")

    def compact(self, table: "LakeTable", has_time: Callable[[], bool] = _always) -> int:
        """Rewrite files of months that have many small ones or many deleted rows; return how many were rewritten.

        One commit rewrites as many as fit into memory. A merge that commits meanwhile comes first; the rewritten files
        are then those of no snapshot.
        """
        rewritten, conflicts = 0, 0
        while conflicts < _TRIES and has_time():
            head = self.tables.head(table)
            files = list(_first(self.most_rows, files_to_compact(head)))
            if not files:
                break
            try:
                made = self._rewrite(table, head, files)
            except CommitConflict:
                conflicts += 1
                continue
            self.states.update(_owner(table), partial(_with_rewritten, table.name, head, made))
            rewritten += len(files)
            if len(made.files) >= len(head.files) and not any(each.deleted for each in files):
                break  # values that are kept apart leave as many files as there were
        return rewritten

    def _rewrite(self, table: "LakeTable", head: "TableSnapshot", files: "Sequence[DataFile]") -> "TableSnapshot":
        columns = arrow_schema_of(table).names
        rows = self.tables.rows(table, head, columns, files=files).drop_columns([FILE, POSITION])
        state = self.states.get(_owner(table))
        change = TableChange(
            rows=in_file_order(table, rows),
            dropped=frozenset(each.path for each in files),
            summary={name: text for name, text in head.summary.items() if name.startswith(_OWN)},
            keep=frozenset(state.snapshots.values()),
        )
        return self.tables.commit(table, head, change)

    def tag(self, table: "LakeTable") -> None:
        """Tag the published snapshot with its day."""
        state = self.states.get(_owner(table))
        snapshot = state.snapshots.get(table.name)
        if snapshot is None or table.name in _RECOMPUTABLE:
            return
        tags = self.tables.tag(table, snapshot, most=KEPT_DAYS)
        if table.name == state.name and tags != state.tags:
            self.states.update(state.name, lambda current: replace(current, tags=tags))


def files_to_compact(snapshot: "TableSnapshot") -> "Iterator[DataFile]":
    """Yield files with many deleted rows, and the small files of months that have many of them.

    A file with as many rows as one may have is never small.
    """
    small: defaultdict[str, list[DataFile]] = defaultdict(list)
    for each in snapshot.files:
        if each.deleted > each.rows * _MOST_DEAD:
            yield each
        elif each.size < _SMALL and each.rows < MOST_ROWS:
            small[str(each.first)[:MONTH]].append(each)
    for files in small.values():
        if len(files) >= _MOST_SMALL:
            yield from files


def _first(most_rows: int, files: "Iterable[DataFile]") -> "Iterator[DataFile]":
    """Yield files until they have so many rows."""
    rows = 0
    for each in files:
        yield each
        rows += each.rows
        if rows >= most_rows:
            break


_RECOMPUTABLE = {table.name for tables in ROLLUPS.values() for table in tables}
_OWNERS: dict[str, str] = {
    **{table.name: data_type for data_type, tables in ROLLUPS.items() for table in tables},
    **{table.name: DataType.PRODUCTS for table in HISTORY_TABLES},
    PRODUCT_CATEGORIES.name: DataType.TRANSACTIONS,
    **{table.name: table.name for table in (*BASE_TABLES.values(), EXCHANGE_RATES)},
}


def _owner(table: "LakeTable") -> str:
    """Return the name of the state in which a table is published."""
    return _OWNERS[table.name]


def _with_rewritten(name: str, before: "TableSnapshot", after: "TableSnapshot", state: "TableState") -> "TableState":
    """Let readers read the rewritten files, if what they read so far is the snapshot that was rewritten.

    Otherwise that one is not published yet, and whoever publishes its rows publishes the rewritten ones.
    """
    if after.id is None or state.snapshots.get(name) != before.id:
        return state
    if name == state.name:
        return state.with_commit(after.id, after.sequence, ())
    return replace(state, derived={**state.derived, name: after.id})
