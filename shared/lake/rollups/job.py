"""The roll-up job: computes the roll-ups of days whose base rows changed, a part of the days after the other.

Each part is published by itself, with one commit for each roll-up table. Readers take days from the base until their
part is published, so a job may be late or interrupted at any point: only the part at hand is lost, and the next run
continues. A job replaces only days that are not published as rolled up, and never by those of an older base.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from shared.lake.catalog.tables import BASE_TABLES
from shared.lake.rollups.companions import companion_of
from shared.lake.rollups.compute import ROLLUPS, WIDTHS
from shared.lake.rollups.portions import computed, first_part, is_of_days, portions, ranges_of
from shared.lake.rollups.sale_categories import CATALOGUE
from shared.lake.table.order import in_file_order
from shared.lake.table.port import CommitConflict, TableChange
from shared.lake.table.positions import positions_of
from shared.runtime.errors import Unavailable
from shared.runtime.retries import retry

if TYPE_CHECKING:
    from shared.lake.catalog.state import TableState
    from shared.lake.catalog.states import TableStates
    from shared.lake.catalog.table import LakeTable
    from shared.lake.table.port import DataFile, TableSnapshot, TableStore
    from shared.records.schema import DataType

BASE_SEQUENCE = "tally.base_sequence"
"""The key in a roll-up's summary of the sequence number of the base that its newest days include."""

MOST_ROWS = 1_000_000
"""Sale lines that are in memory at once, or fewer of wider rows; a million and their roll-ups take 400 MB."""

_TRIES = 5
_DAY = len("yyyy-MM-dd")


def _always() -> bool:
    """Default of `has_time`."""
    return True


def _nothing() -> None:
    """Default of `on_restated`."""


@dataclass(frozen=True, kw_only=True)
class RolledUp:
    """The result of a run: the days whose roll-ups were published, the base rows that were read, the days left."""

    days: Sequence[str] = ()
    rows: int = 0
    left: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class RollupJob:
    """Computes roll-ups."""

    tables: "TableStore"
    states: "TableStates"
    most_rows: int = MOST_ROWS

    def run(
        self,
        data_type: "DataType",
        *,
        all_days: bool = False,
        has_time: Callable[[], bool] = _always,
        on_restated: Callable[[], None] = _nothing,
    ) -> RolledUp:
        """Compute and publish the roll-ups of the days that have changed by now, or of all, while there is time.

        All days are computed as well if a roll-up is not published yet or was computed by another definition, which a
        new version may have brought. The oldest part is computed even without time, so that repeated runs end.
        `on_restated` is called first if published labels or categories change days that are not rolled up yet.

        Raises:
            Unavailable: other jobs kept computing the same roll-ups.
            TableUnreadable: a table is damaged.
        """
        if data_type not in ROLLUPS:
            return RolledUp()
        if self.publish_companion(data_type):
            on_restated()
        left, done, rows = self._changed_days(data_type, all_days=all_days), list[str](), 0
        while left:
            part = self._publish_part(data_type, left)
            done += part.days
            rows += part.rows
            left = part.left
            if not has_time():
                break
        return RolledUp(days=tuple(done), rows=rows, left=left)

    def publish_companion(self, data_type: "DataType") -> bool:
        """Publish the labels of decisions or categories of sales; return whether they change days not rolled up yet."""
        companion_of(data_type, self.tables, self.states).refresh()
        return bool(self.states.get(data_type).restated_days)

    def _changed_days(self, data_type: "DataType", *, all_days: bool) -> Sequence[str]:
        def marked(current: "TableState") -> "TableState":
            is_new = any(table.name not in current.derived for table in ROLLUPS[data_type])
            return current.without_rollups() if all_days or is_new or not current.is_well_defined else current

        return self.states.update(data_type, marked).dirty_days

    def _publish_part(self, data_type: "DataType", days: Sequence[str]) -> RolledUp:
        """Publish the first of these days, unless they have been published meanwhile; return the days that are left."""
        for _ in retry(_TRIES):
            state = self.states.get(data_type)
            dirty = [day for day in days if day in state.dirty_days]
            if not dirty:
                return RolledUp()
            base = self.tables.snapshot(BASE_TABLES[data_type], state.snapshot or 0)
            part = first_part(base, dirty, self._most_rows(data_type))
            try:
                rows = self._compute(data_type, state, base, part)
            except CommitConflict:
                continue
            return RolledUp(days=part, rows=rows, left=dirty[len(part) :])
        raise Unavailable(f"Another job is computing the roll-ups of {data_type}; retry later", retry_after=1)

    def _compute(self, data_type: "DataType", state: "TableState", base: "TableSnapshot", days: Sequence[str]) -> int:
        """Replace days in all roll-ups, publish these, and return the number of base rows of the days.

        Raises:
            CommitConflict: another job, or a compaction, has published roll-ups meanwhile.
        """
        joined = companion_of(data_type, self.tables, self.states).joined(state, days)
        most_rows = self._most_rows(data_type)
        rows = map(joined, portions(self.tables, data_type, base, days, most_rows))
        with computed(data_type, rows, most_rows) as made:
            snapshots = {
                table.name: self._replace(table, made.tables[table.name], days, state) for table in ROLLUPS[data_type]
            }
        self.states.update(data_type, lambda current: _published(current, state, snapshots, days))
        return made.rows

    def _most_rows(self, data_type: "DataType") -> int:
        return max(1, self.most_rows // WIDTHS.get(data_type, 1))

    def _replace(self, table: "LakeTable", rows: Iterable[pa.Table], days: Sequence[str], state: "TableState") -> int:
        """Replace days of a roll-up; return its snapshot.

        Raises:
            CommitConflict: another job changed it, perhaps from a newer base.
        """
        head = self.tables.head(table)
        held_sequence, held_catalogue = (int(head.summary.get(key, 0)) for key in (BASE_SEQUENCE, CATALOGUE))
        if held_sequence > state.sequence or held_catalogue > state.catalogue:
            raise CommitConflict(f"{table.name} includes a newer base or newer categories")
        ranges = ranges_of(table, days)
        held = [each for each in head.files if each.may_have(ranges)]
        dropped = frozenset(each.path for each in held if _lies_within(each, days))
        change = TableChange(
            streamed=(in_file_order(table, each) for each in rows),
            deleted=self._positions(table, head, days, [each for each in held if each.path not in dropped]),
            dropped=dropped,
            summary={BASE_SEQUENCE: str(state.sequence), CATALOGUE: str(state.catalogue)},
            keep=frozenset({state.derived[table.name]} if table.name in state.derived else ()),
        )
        made = self.tables.commit(table, head, change)
        if made.id is None:
            raise CommitConflict(f"{table.name} has no snapshot after a commit")
        return made.id

    def _positions(
        self, table: "LakeTable", head: "TableSnapshot", days: Sequence[str], files: "Sequence[DataFile]"
    ) -> Mapping[str, pa.Array]:
        """Return the positions of rows of days in files."""
        time_column = table.time_column or ""
        held = self.tables.rows(table, head, [time_column], ranges=ranges_of(table, days), files=files)
        return positions_of(held.filter(is_of_days(held[time_column], days)))


def _published(
    current: "TableState", seen: "TableState", snapshots: Mapping[str, int], days: Sequence[str]
) -> "TableState":
    """Record a part, if the roll-ups are those that its job has seen.

    Others may have built on its commits already: what they published includes this part, and must not be replaced.

    Raises:
        CommitConflict: other roll-ups have been published.
    """
    if _marks(current) != _marks(seen):
        raise CommitConflict(f"other roll-ups of {current.name} have been published")
    return current.with_rolled_days(snapshots, seen.sequence, days)


def _marks(state: "TableState") -> tuple[object, ...]:
    return state.derived, state.rolled_up, state.rolled_days, state.definition, state.catalogue, state.restated_days


def _lies_within(file: "DataFile", days: Sequence[str]) -> bool:
    """Whether a file has rows of these days only, as far as its first and last one tell: both are of one of them."""
    return str(file.first)[:_DAY] == str(file.last)[:_DAY] and str(file.first)[:_DAY] in days
