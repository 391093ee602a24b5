"""The expected lake by the data model: one key at a time, in memory, without crashes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.records.schema import DataType

CANCELLED = "cancelled"


@dataclass(frozen=True)
class Row:
    """One good row of a delivery: `place` in it, the key and day it belongs to, what it says, and its version.

    A row that does not bring a version has the moment it arrived. `shard` is where it came from, if from the stream;
    `redrive` is what brought it, if it was not good at first.
    """

    origin: str
    place: int
    data_type: DataType
    key: str
    day: str
    says: Mapping[str, Any]
    arrived: datetime
    source: str
    told_version: datetime | None = None
    shard: str = ""
    redrive: str = ""

    @property
    def version(self) -> datetime:
        """The version that orders rows: the highest wins."""
        return self.told_version or self.arrived

    @property
    def rank(self) -> tuple[Any, ...]:
        """The current row: the highest version; of equal ones the last to arrive."""
        return self.version, self.arrived, self.shard, self.brought_by, self.day, self.place

    @property
    def brought_by(self) -> str:
        """The name that the row carries of how it came."""
        return f"{self.origin}{self.redrive}"


@dataclass
class LakeModel:
    """The current row of each key, the outcome of each row, and the last row of every version of each key.

    `superseded` are the rows that are not current and no copies, and `shared` those whose key another source used.
    """

    standing: dict[tuple[DataType, str], Row] = field(default_factory=dict)
    versions: dict[tuple[DataType, str, datetime], Row] = field(default_factory=dict)
    fates: dict[tuple[str, int], str] = field(default_factory=dict)
    superseded: set[tuple[str, int]] = field(default_factory=set)
    shared: set[tuple[str, int]] = field(default_factory=set)

    def merge(self, rows: Iterable[Row]) -> None:
        """Merge rows, the oldest delivery first; a repeated row keeps its outcome."""
        for row in sorted(rows, key=lambda row: (row.arrived, row.brought_by, row.place)):
            if self.fates.get((row.origin, row.place), CANCELLED) == CANCELLED:
                there = self.standing.get((row.data_type, row.key))
                fate = self.fates[row.origin, row.place] = _fate(row, there)
                if there is not None and fate != "duplicate":
                    older = min(row, there, key=lambda each: each.rank)
                    self.superseded.add((older.origin, older.place))
                if there is not None and _contradict(row, there):
                    self.shared.add((row.origin, row.place))
                self.standing[row.data_type, row.key] = max(row, there or row, key=lambda each: each.rank)
                same = self.versions.get((row.data_type, row.key, row.version), row)
                self.versions[row.data_type, row.key, row.version] = max(row, same, key=lambda each: each.rank)

    def cancel(self, rows: Iterable[Row]) -> None:
        """Cancel rows that are not merged yet."""
        for row in rows:
            self.fates.setdefault((row.origin, row.place), CANCELLED)


def _fate(row: Row, there: Row | None) -> str:
    if there is None:
        return "loaded"
    by_platform = row.told_version is None and there.told_version is None
    if row.says == there.says and (by_platform or row.version == there.version):
        return "duplicate"
    if _contradict(row, there):
        return "conflict"
    if row.version == there.version and not (by_platform and row.shard and row.shard == there.shard):
        return "conflict"
    return "loaded"


def _contradict(row: Row, there: Row) -> bool:
    return row.source != there.source and row.says != there.says
