"""The roll-up job: computes the roll-ups of days whose base rows changed.

There is one commit for each roll-up table, or several if the rows of all days do not fit into memory. Readers
take such days from the base until the new roll-ups are published, so a job may be late or interrupted at any point. It
replaces only days that are not published as rolled up, and never by those of an older base.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.catalog.tables import BASE_TABLES
from shared.lake.rollups.compute import COLUMNS, ROLLUPS, roll_up
from shared.lake.table.order import in_file_order
from shared.lake.table.port import CommitConflict, TableChange
from shared.lake.table.positions import positions_of
from shared.lake.table.schema import MONTH
from shared.runtime.errors import Unavailable
from shared.runtime.retries import retry

if TYPE_CHECKING:
    from shared.lake.catalog.state import TableState, TableStates
    from shared.lake.catalog.table import LakeTable
    from shared.lake.table.port import Bound, TableSnapshot, TableStore
    from shared.records.schema import DataType

BASE_SEQUENCE = "tally.base_sequence"
"""The key in a roll-up's summary of the sequence number of the base that its newest days include."""

_TRIES = 5
_MOST_ROWS = 1_000_000
"""Base rows of which the roll-ups are in memory at once; those of a million sale lines take 400 MB."""

_DAY, _MOMENT = timedelta(days=1), timedelta(milliseconds=1)


@dataclass(frozen=True, kw_only=True)
class RolledUp:
    """The result of a run: the days that were computed, and the base rows that were read for them."""

    days: Sequence[str]
    rows: int


@dataclass(frozen=True, kw_only=True)
class RollupJob:
    """Computes roll-ups."""

    tables: "TableStore"
    states: "TableStates"
    most_rows: int = _MOST_ROWS

    def run(self, data_type: "DataType", *, all_days: bool = False) -> RolledUp:
        """Compute the roll-ups of the days that changed, or of all days, and publish them.

        All days are computed as well if a roll-up is not published yet: a new version may have declared it.

        Raises:
            Unavailable: other jobs kept computing the same roll-ups.
            TableUnreadable: a table is damaged.
        """
        for _ in retry(_TRIES):
            state = self.states.get(data_type)
            is_new = any(table.name not in state.derived for table in ROLLUPS.get(data_type, ()))
            days = tuple(sorted(state.days)) if all_days or is_new else state.dirty_days
            if data_type not in ROLLUPS or not days or state.snapshot is None:
                return RolledUp(days=(), rows=0)
            try:
                return self._compute(data_type, state, days)
            except CommitConflict:
                continue
        raise Unavailable(f"Another job is computing the roll-ups of {data_type}; retry later", retry_after=1)

    def _compute(self, data_type: "DataType", state: "TableState", days: Sequence[str]) -> RolledUp:
        base = self.tables.snapshot(BASE_TABLES[data_type], state.snapshot or 0)
        part = _Part()
        snapshots, rows = dict[str, int](), 0
        for some in _portions(base, BASE_TABLES[data_type], days, self.most_rows):
            read = self._read(data_type, base, some)
            part.add(some, len(read), roll_up(data_type, read))
            rows += len(read)
            if part.rows >= self.most_rows:
                snapshots |= self._commit(data_type, part, state)
                part = _Part()
        if part.days:
            snapshots |= self._commit(data_type, part, state)
        self.states.update(data_type, lambda current: current.with_derived(snapshots, state.sequence))
        return RolledUp(days=days, rows=rows)

    def _commit(self, data_type: "DataType", part: "_Part", state: "TableState") -> dict[str, int]:
        """Replace the days of a part in all roll-ups; return their snapshots."""
        return {
            table.name: self._replace(table, pa.concat_tables(part.computed[table.name]), part.days, state)
            for table in ROLLUPS[data_type]
        }

    def _read(self, data_type: "DataType", base: "TableSnapshot", days: Sequence[str]) -> pa.Table:
        """Read the base rows of some days."""
        table = BASE_TABLES[data_type]
        time_column = table.time_column or ""
        columns = list(dict.fromkeys([*COLUMNS[data_type], time_column]))
        rows = self.tables.rows(table, base, columns, ranges=_ranges(table, days)).select(columns)
        return rows.filter(pc.is_in(_day_texts(rows[time_column]), value_set=pa.array(days, pa.string())))

    def _replace(self, table: "LakeTable", rows: pa.Table, days: Sequence[str], state: "TableState") -> int:
        """Replace days of a roll-up; return its snapshot.

        Raises:
            CommitConflict: another job changed it, perhaps from a newer base.
        """
        head = self.tables.head(table)
        if int(head.summary.get(BASE_SEQUENCE, 0)) > state.sequence:
            raise CommitConflict(f"{table.name} includes a newer base")
        time_column = table.time_column or ""
        held = self.tables.rows(table, head, [time_column], ranges=_ranges(table, days))
        old = held.filter(pc.is_in(_day_texts(held[time_column]), value_set=pa.array(days, pa.string())))
        change = TableChange(
            rows=in_file_order(table, rows),
            deleted=positions_of(old),
            summary={BASE_SEQUENCE: str(state.sequence)},
            keep=frozenset({state.derived[table.name]} if table.name in state.derived else ()),
        )
        made = self.tables.commit(table, head, change)
        if made.id is None:
            raise CommitConflict(f"{table.name} has no snapshot after a commit")
        return made.id


@dataclass
class _Part:
    """The roll-ups of some days, by table, and the number of base rows that they were computed from."""

    days: list[str] = field(default_factory=list)
    rows: int = 0
    computed: dict[str, list[pa.Table]] = field(default_factory=dict)

    def add(self, days: Sequence[str], rows: int, computed: Mapping[str, pa.Table]) -> None:
        """Add the roll-ups of more days."""
        self.days += days
        self.rows += rows
        for name, table in computed.items():
            self.computed.setdefault(name, []).append(table)


def _day_texts(times: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the UTC day of each moment, hour or day."""
    return times if pa.types.is_string(times.type) else times.cast(pa.date32(), safe=False).cast(pa.string())


def _ranges(table: "LakeTable", days: Sequence[str]) -> "list[tuple[Bound, Bound]]":
    """Return the ranges of the time column that cover days; runs of days are one range."""
    by_text = any(column.name == table.time_column and column.glue_type == "string" for column in table.columns)
    found: list[tuple[Bound, Bound]] = []
    numbered = [(date.fromisoformat(day).toordinal() - place, day) for place, day in enumerate(days)]
    for _, run in groupby(numbered, key=lambda each: each[0]):
        names = [day for _, day in run]
        found.append((names[0], names[-1]) if by_text else (_start(names[0]), _start(names[-1]) + _DAY - _MOMENT))
    return found


def _start(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time())


def _portions(
    base: "TableSnapshot", table: "LakeTable", days: Sequence[str], most_rows: int
) -> Iterator[Sequence[str]]:
    """Divide days so that the base rows of a portion fit into memory, as far as the files tell how many they are."""
    for _, month in groupby(days, key=lambda day: day[:MONTH]):
        names = list(month)
        rows = sum(each.rows for each in base.files if each.may_have(_ranges(table, names)))
        size = max(1, len(names) * most_rows // max(rows, 1))
        yield from (names[start : start + size] for start in range(0, len(names), size))
