"""What merges and roll-ups need of tables: snapshots, rows, and atomic commits.

Two implementations pass the same tests: Iceberg tables in the Glue catalog, and tables in memory.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.lake.catalog.table import LakeTable

Bound = datetime | str
"""A value of a table's time column: a moment without zone, in UTC, or a day as `yyyy-MM-dd`."""

FILE, POSITION = "_file", "_pos"
"""The columns that say where a row is: the path of its file, and its position in it, from 0."""


class CommitConflict(Exception):
    """Another commit was made to the table since the snapshot on which this one is based; read again and redo."""


class SnapshotExpired(LookupError):
    """The table has no snapshot with this id, or no longer."""


class TableUnreadable(Exception):
    """The table's metadata, or a file that it names, is missing or damaged; no retry helps."""


@dataclass(frozen=True)
class DataFile:
    """A data file of a snapshot: its rows, and how many of them are deleted.

    `size` is in bytes. `first` and `last` bound the time column, both included; None without one. `arrived` is when the
    last of the rows was received; None if the file does not tell.
    """

    path: str
    rows: int
    size: int
    deleted: int = 0
    first: Bound | None = None
    last: Bound | None = None
    arrived: datetime | None = None

    def may_have(self, ranges: "Sequence[tuple[Bound, Bound]] | None") -> bool:
        """Whether rows of the file may lie in one of the ranges; each includes both ends."""
        if ranges is None or self.first is None or self.last is None:
            return True
        return any(low <= self.last and self.first <= high for low, high in ranges)  # type: ignore[operator] # one kind

    def may_have_arrived(self, since: datetime | None) -> bool:
        """Whether rows of the file may have been received at a moment or later."""
        return since is None or self.arrived is None or self.arrived >= since


@dataclass(frozen=True)
class TableSnapshot:
    """A state of a table. An empty table has no id, and sequence number 0; each commit has a higher one."""

    id: int | None = None
    sequence: int = 0
    summary: Mapping[str, str] = field(default_factory=dict)
    files: tuple[DataFile, ...] = ()

    @property
    def rows(self) -> int:
        """Number of rows that are not deleted."""
        return sum(each.rows - each.deleted for each in self.files)


@dataclass(frozen=True, kw_only=True)
class TableChange:
    """One commit: rows to append, positions of rows to delete by path of their file, and files to drop as a whole.

    `streamed` are more rows to append, which are read once: each table of them is in memory only while its files are
    written. Dropping a file drops its deleted positions too. `summary` is stored with the snapshot. Old snapshots
    expire with the commit, except the most recent ones, tagged ones, and those to `keep` because they are published.
    """

    rows: "pa.Table | None" = None
    streamed: "Iterable[pa.Table]" = ()
    deleted: "Mapping[str, pa.Array]" = field(default_factory=dict)
    dropped: frozenset[str] = frozenset()
    summary: Mapping[str, str] = field(default_factory=dict)
    keep: frozenset[int] = frozenset()


class TableStore(Protocol):
    """The tables of the lake. Times of rows are in milliseconds.

    Every method but `commit` only reads; what it returns of a snapshot is the same at any time while it is kept.
    """

    def head(self, table: "LakeTable") -> TableSnapshot:
        """Return the current snapshot of a table, which is created if it does not exist.

        Raises:
            TableUnreadable: its metadata is missing or damaged.
        """

    def snapshot(self, table: "LakeTable", snapshot_id: int) -> TableSnapshot:
        """Return an earlier snapshot.

        Raises:
            SnapshotExpired: it is not kept.
            TableUnreadable: its metadata is missing or damaged.
        """

    def rows(
        self,
        table: "LakeTable",
        snapshot: TableSnapshot,
        columns: Sequence[str],
        ranges: "Sequence[tuple[Bound, Bound]] | None" = None,
        files: Sequence[DataFile] | None = None,
    ) -> "pa.Table":
        """Read columns of the rows that are not deleted, with their file and position.

        With `ranges` of the time column, only parts of files that may have rows in them are read; rows outside of them
        may be returned too. With `files`, only those files are read.

        Raises:
            TableUnreadable: a file is missing or damaged.
        """

    def rows_at(
        self, table: "LakeTable", snapshot: TableSnapshot, columns: Sequence[str], positions: "Mapping[str, pa.Array]"
    ) -> "pa.Table":
        """Read columns of the rows at sorted positions of files, unless they are deleted, with file and position.

        Raises:
            TableUnreadable: a file is missing or damaged.
        """

    def column(self, table: "LakeTable", file: DataFile, column: str) -> "pa.Array":
        """Read one column of all rows of a file, deleted ones included, in order.

        Raises:
            TableUnreadable: the file is missing or damaged.
        """

    def commit(self, table: "LakeTable", parent: TableSnapshot, change: TableChange) -> TableSnapshot:
        """Replace a snapshot by its successor, or change nothing.

        Raises:
            CommitConflict: the parent is not the current snapshot any more.
        """
