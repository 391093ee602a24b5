"""What merges and roll-ups need of a table: its snapshots, its rows, and atomic commits.

Two implementations pass the same tests: Iceberg tables in the Glue catalog, and tables in memory.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.lake.catalog.table import LakeTable


class CommitConflict(Exception):
    """Another commit was made to the table since the snapshot on which this one is based; read again and redo."""


class SnapshotExpired(LookupError):
    """The table has no snapshot with this id, or no longer."""


@dataclass(frozen=True)
class DataFile:
    """A data file of a snapshot: its rows, and how many of them are deleted.

    `first` and `last` bound the time column, both included; None without one. `size` is in bytes.
    """

    path: str
    rows: int
    size: int
    deleted: int = 0
    first: datetime | str | None = None
    last: datetime | str | None = None


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

    Dropping a file drops its deleted positions too. `summary` is stored with the snapshot.
    """

    rows: "pa.Table | None" = None
    deleted: "Mapping[str, pa.Array]" = field(default_factory=dict)
    dropped: frozenset[str] = frozenset()
    summary: Mapping[str, str] = field(default_factory=dict)


class TableStore(Protocol):
    """The tables of the lake."""

    def head(self, table: "LakeTable") -> TableSnapshot:
        """Return the current snapshot of a table, which is created if it does not exist."""

    def snapshot(self, table: "LakeTable", snapshot_id: int) -> TableSnapshot:
        """Return an earlier snapshot.

        Raises:
            SnapshotExpired: it is not kept.
        """

    def read(
        self, table: "LakeTable", snapshot: TableSnapshot, columns: Sequence[str], files: Sequence[DataFile] | None = None
    ) -> "pa.Table":
        """Read columns of the rows of a snapshot that are not deleted, or only those of some of its files.

        Two more columns say where each row is: `_file`, the path of its file, and `_pos`, its position in it.
        Times are in milliseconds.
        """

    def commit(self, table: "LakeTable", parent: TableSnapshot, change: TableChange) -> TableSnapshot:
        """Replace a snapshot by its successor, or change nothing.

        Raises:
            CommitConflict: the parent is not the current snapshot any more.
        """
