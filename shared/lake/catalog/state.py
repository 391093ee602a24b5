"""The published state of a table: the snapshots that readers pin, and the days that roll-ups do not include yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from shared.lake.catalog.changed_hours import (
    ChangedHours,
    RecordedDay,
    first_changed_hour,
    with_commit,
    without_included,
)
from shared.lake.catalog.rollup_tables import definition_of
from shared.runtime.models import sortable

WHOLE_TABLE = "all"
"""The key in `days` of a table without days."""

_MOST_COMMITS = 100


@dataclass(frozen=True, kw_only=True)
class TableState:
    """The published state of a base table and the tables derived from it.

    `sequence` is the Iceberg sequence number of `snapshot`; after an earlier one was restored, that of the last one
    before. `days` has each UTC day with data, and the sequence number of the last commit that changed it; a table
    without days has one entry, `all`. `derived` has the snapshot of each roll-up and history table; roll-ups include
    the base up to `rolled_up`, and of the days in `rolled_days` up to a later commit: a job that is not done yet has
    computed these. `cost_days` are the days within which the cost of a product changed, at the snapshot of
    `product_costs`; only `products` has them. `tags` has the last snapshot of each of the days on which the table was
    committed to, as long as it is kept. With an identity horizon, `arrivals` is when the first of the rows was received
    that are not compared with all others yet, and `reconciling` the same of those that are being compared; the rows up
    to the commit `reconciled` are.

    `definition` is the number of the definition by which the roll-ups were computed, if any were. `catalogue` is the
    sequence number of the products whose categories sale lines have, or of the labels that decisions have, and
    `restated_days` are days that these changed since their roll-ups were computed; only `transactions` and `decisions`
    have them.

    `commits` has the sequence numbers of commits that the roll-ups do not include yet, by the time of publication; with
    very many, a thinned selection in which the first one is kept. Tables without roll-ups have none. `hours` has the
    first hours that commits changed, of days of which little has changed since their roll-ups were computed.
    """

    name: str
    snapshot: int | None = None
    sequence: int = 0
    days: Mapping[str, int] = field(default_factory=dict)
    derived: Mapping[str, int] = field(default_factory=dict)
    rolled_up: int = 0
    rolled_days: Mapping[str, int] = field(default_factory=dict)
    cost_days: tuple[str, ...] = ()
    tags: Mapping[str, int] = field(default_factory=dict)
    definition: int | None = None
    catalogue: int = 0
    restated_days: tuple[str, ...] = ()
    arrivals: str = ""
    reconciling: str = ""
    reconciled: int = 0
    commits: Mapping[str, int] = field(default_factory=dict)
    hours: ChangedHours = field(default_factory=dict)
    revision: int = 0

    @cached_property
    def dirty_days(self) -> tuple[str, ...]:
        """The days that changed after the roll-ups were computed, in order; all, if these have another definition."""
        if not self.is_well_defined:
            return tuple(sorted(self.days))
        changed = {day for day, sequence in self.days.items() if sequence > self._includes(day)}
        return tuple(sorted(changed | (self.days.keys() & self.restated_days)))

    @cached_property
    def dirty_hours(self) -> Mapping[str, int]:
        """The dirty days, and the UTC hour of each from which on it may differ from its roll-ups."""
        return {day: 0 if self._is_restated(day) else self._first_hour(day) for day in self.dirty_days}

    def _is_restated(self, day: str) -> bool:
        return not self.is_well_defined or day in self.restated_days

    def _first_hour(self, day: str) -> int:
        return first_changed_hour(self.hours, day, self._recorded(day))

    def _recorded(self, day: str) -> RecordedDay:
        return RecordedDay(last=self.days.get(day, 0), included=self._includes(day))

    @property
    def is_well_defined(self) -> bool:
        """Whether the roll-ups, if there are any, were computed by the current definition."""
        return self.definition in (None, definition_of(self.name))

    @property
    def rollups_behind_since(self) -> datetime | None:
        """The time of the first commit that the roll-ups do not include; None if they include all, or it is unknown."""
        first = min(self.commits, default=None) if self.dirty_days else None
        return None if first is None else datetime.fromisoformat(first)

    def _includes(self, day: str) -> int:
        """Return the commit up to which the roll-ups of a day include the base."""
        return max(self.rolled_up, self.rolled_days.get(day, 0))

    @property
    def first_day(self) -> str | None:
        """The first day with data; None without data."""
        return min(self.days, default=None)

    @property
    def snapshots(self) -> Mapping[str, int]:
        """The snapshot of the base and of each derived table, by table name."""
        return {**({} if self.snapshot is None else {self.name: self.snapshot}), **self.derived}

    def last_change(self, first_day: str, last_day: str) -> int:
        """Return the number of the last commit that changed a month of this range of days; 0 if none did.

        Results are cached by it, so that a commit to one month leaves the results of other months valid.
        """
        if WHOLE_TABLE in self.days:
            return self.days[WHOLE_TABLE]
        first, last = first_day[:7], last_day[:7]
        return max((sequence for day, sequence in self.days.items() if first <= day[:7] <= last), default=0)

    def with_commit(
        self, snapshot: int, sequence: int, days: Sequence[str], first_hours: Mapping[str, int] | None = None
    ) -> "TableState":
        """Record a commit that changed some days. Repeating it, or recording an earlier one later, loses nothing.

        Args:
            snapshot: the snapshot of the commit.
            sequence: its number.
            days: the days that it changed.
            first_hours: the UTC hours from which on it changed them; days that are missing as a whole.
        """
        changed = {day: max(sequence, self.days.get(day, 0)) for day in days}
        hours = without_included(self.hours, {day: self._includes(day) for day in self.hours})
        for day in days:
            hours = with_commit(hours, day, self._recorded(day), sequence, (first_hours or {}).get(day, 0))
        newest = (snapshot, sequence) if sequence > self.sequence else (self.snapshot, self.sequence)
        return replace(self, snapshot=newest[0], sequence=newest[1], days={**self.days, **changed}, hours=hours)

    def with_commit_time(self, at: datetime) -> "TableState":
        """Record when the last commit was published, of a table with roll-ups; a repetition changes nothing."""
        if self.sequence <= max((self.rolled_up, *self.commits.values())):
            return self
        commits = {**self.commits, sortable(at): self.sequence}
        kept = commits if len(commits) <= _MOST_COMMITS else dict(sorted(commits.items())[::2])
        return replace(self, commits=kept)

    def with_derived(
        self, snapshots: Mapping[str, int], rolled_up: int, cost_days: Sequence[str] | None = None
    ) -> "TableState":
        """Record derived tables that include the base up to a commit; those of an earlier one change nothing.

        Whoever records `product_costs` gives its `cost_days`; without them, the recorded ones are kept. Whoever records
        roll-ups has computed all dirty days by the current definition.
        """
        if rolled_up < self.rolled_up:
            return self
        return replace(
            self,
            derived={**self.derived, **snapshots},
            rolled_up=rolled_up,
            commits=self._commits_after(rolled_up),
            cost_days=self.cost_days if cost_days is None else tuple(cost_days),
            definition=definition_of(self.name),
            restated_days=(),
        )

    def with_catalogue(self, snapshots: Mapping[str, int], catalogue: int, days: Sequence[str]) -> "TableState":
        """Record the categories of the products up to a commit, and days on which lines get another one by them."""
        restated = tuple(sorted({*self.restated_days, *days}))
        derived = {**self.derived, **snapshots}
        return replace(self, derived=derived, catalogue=catalogue, restated_days=restated)

    def with_rolled_days(self, snapshots: Mapping[str, int], sequence: int, days: Sequence[str]) -> "TableState":
        """Record roll-ups of which these days include the base up to a commit, and the others what they did before."""
        rolled_days = {**self.rolled_days, **{day: max(sequence, self._includes(day)) for day in days}}
        made = replace(
            self,
            derived={**self.derived, **snapshots},
            rolled_days=rolled_days,
            definition=definition_of(self.name) if self.definition is None else self.definition,
            restated_days=tuple(day for day in self.restated_days if day not in days),
        )
        if any(self.days[day] <= sequence for day in made.dirty_days):
            return made
        later = {day: each for day, each in rolled_days.items() if each > sequence}
        rolled_up = max(sequence, self.rolled_up)
        return replace(made, rolled_up=rolled_up, rolled_days=later, commits=self._commits_after(rolled_up))

    def _commits_after(self, rolled_up: int) -> Mapping[str, int]:
        return {at: sequence for at, sequence in self.commits.items() if sequence > rolled_up}

    def with_arrivals(self, first: datetime | None) -> "TableState":
        """Record, before the commit, that it has rows that are only compared with those within the identity horizon."""
        if first is None:
            return self
        reconciled = self.reconciled if self.arrivals or self.reconciling else self.sequence
        earliest = min(filter(None, (self.arrivals, first.isoformat(timespec="milliseconds"))))
        return replace(self, arrivals=earliest, reconciled=reconciled)

    def with_reconciliation_begun(self) -> "TableState":
        """Record that the rows that have arrived are being compared with all others."""
        earliest = min(filter(None, (self.arrivals, self.reconciling)), default="")
        return replace(self, arrivals="", reconciling=earliest)

    def with_reconciled(self, sequence: int) -> "TableState":
        """Record that the rows up to a commit are compared with all others."""
        return replace(self, reconciling="", reconciled=max(self.reconciled, sequence))

    def is_reconciled(self, first_day: str, last_day: str) -> bool:
        """Whether all rows of a range of days are compared with all others, so that none of them counts twice."""
        if not self.arrivals and not self.reconciling:
            return True
        later = [day for day, sequence in self.days.items() if sequence > self.reconciled]
        return not any(day == WHOLE_TABLE or first_day <= day <= last_day for day in later)

    def without_rollups(self) -> "TableState":
        """Mark all days as changed since the roll-ups were computed; they will be by the current definition."""
        return replace(self, rolled_up=0, rolled_days={}, hours={}, definition=definition_of(self.name))
