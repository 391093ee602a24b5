"""The published state of tables: the snapshots that readers pin, and the days that roll-ups do not include yet.

A commit is visible to readers once its state is published. Each state is one item, so a reader sees a base and its
roll-ups at one moment, whatever is committed meanwhile.
"""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

import orjson

from shared.lake.catalog.rollup_tables import definition_of
from shared.runtime.dynamodb import get_items, serialize
from shared.runtime.errors import Unavailable
from shared.runtime.models import sortable
from shared.runtime.resources import Table
from shared.runtime.retries import retry

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

TABLE_STATES = Table("table_states", partition_key="table_name")

WHOLE_TABLE = "all"
"""The key in `days` of a table without days."""

_BODY = ("days", "derived", "rolled_up", "cost_days", "tags")
"""Fields of the attribute that earlier versions read; they fail if it has others."""

_MORE = ("rolled_days", "definition", "catalogue", "restated_days", "arrivals", "reconciling", "reconciled")
"""Fields of an attribute of its own; what an earlier version writes lacks it, so its roll-ups count as outdated."""

_COMMITS = "commits"
"""The attribute with the times of commits, which earlier versions ignore and leave out of what they write."""

_MOST_COMMITS = 100
_TRIES = 8
_FIRST_DEFINITION = 1
_READ_TRIES = 3


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
    very many, a thinned selection in which the first one is kept. Tables without roll-ups have none.
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
    revision: int = 0

    @cached_property
    def dirty_days(self) -> tuple[str, ...]:
        """The days that changed after the roll-ups were computed, in order; all, if these have another definition."""
        if not self.is_well_defined:
            return tuple(sorted(self.days))
        changed = {day for day, sequence in self.days.items() if sequence > self._includes(day)}
        return tuple(sorted(changed | (self.days.keys() & self.restated_days)))

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

    def with_commit(self, snapshot: int, sequence: int, days: Sequence[str]) -> "TableState":
        """Record a commit that changed some days. Repeating it, or recording an earlier one later, loses nothing."""
        changed = {day: max(sequence, self.days.get(day, 0)) for day in days}
        newest = (snapshot, sequence) if sequence > self.sequence else (self.snapshot, self.sequence)
        return replace(self, snapshot=newest[0], sequence=newest[1], days={**self.days, **changed})

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
        return replace(self, rolled_up=0, rolled_days={}, definition=definition_of(self.name))


class TableStates:
    """Stores the state of each table, with optimistic locking."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def get(self, name: str) -> TableState:
        """Return the state of a table; an empty one if nothing was committed."""
        return self.get_many([name])[name]

    def at_one_moment(self) -> "TableStates":
        """Return the states as they are when each is first asked for."""
        return _StatesOfOneMoment(self._dynamodb, self._table)

    def get_many(self, names: Sequence[str]) -> dict[str, TableState]:
        """Return the states of several tables, in one consistent read.

        Raises:
            Unavailable: DynamoDB did not return all of them after several tries.
        """
        keys = [{"table_name": name} for name in dict.fromkeys(names)]
        items = get_items(self._dynamodb, self._table, keys, tries=_READ_TRIES)
        found = {item["table_name"]: _parse(item) for item in items}
        return {name: found.get(name) or TableState(name=name) for name in names}

    def update(self, name: str, change: Callable[[TableState], TableState]) -> TableState:
        """Replace the state of a table by a function of it, which may be called several times.

        Raises:
            Unavailable: others kept changing it.
        """
        for _ in retry(_TRIES):
            current = self.get(name)
            changed = change(current)
            if changed == current or self._replace(changed):
                return changed
        raise Unavailable(f"The state of {name} is being changed by another process; retry later", retry_after=1)

    def _replace(self, changed: TableState) -> bool:
        try:
            self._dynamodb.put_item(
                TableName=self._table,
                Item=serialize(_to_item(replace(changed, revision=changed.revision + 1))),
                ConditionExpression="attribute_not_exists(revision) OR revision = :seen",
                ExpressionAttributeValues=serialize({":seen": changed.revision}),
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        return True


class _StatesOfOneMoment(TableStates):
    """Reads each state once, for questions that are asked side by side."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str) -> None:
        super().__init__(dynamodb, table)
        self._lock = Lock()
        self._found: dict[str, TableState] = {}

    def get_many(self, names: Sequence[str]) -> dict[str, TableState]:
        """Return the states of several tables, of which those that were asked for before are not read again."""
        with self._lock:
            missing = [name for name in names if name not in self._found]
            if missing:
                self._found |= super().get_many(missing)
            return {name: self._found[name] for name in names}


def _to_item(state: TableState) -> dict[str, Any]:
    """Write the state as an item; 40 years of days take about 50 KB of the 400 that an item may have."""
    return {
        "table_name": state.name,
        "snapshot": state.snapshot,
        "sequence": state.sequence,
        "revision": state.revision,
        "body": _packed({name: getattr(state, name) for name in _BODY}),
        "more": _packed({name: getattr(state, name) for name in _MORE}),
        _COMMITS: dict(state.commits) or None,
    }


def _packed(fields: Mapping[str, Any]) -> bytes:
    return zlib.compress(orjson.dumps(fields))


def _unpacked(packed: bytes) -> dict[str, Any]:
    fields: dict[str, Any] = orjson.loads(zlib.decompress(packed))
    return {name: tuple(each) if isinstance(each, list) else each for name, each in fields.items()}


def _parse(item: Mapping[str, Any]) -> TableState:
    snapshot, body = item.get("snapshot"), _unpacked(item["body"])
    more = _unpacked(item["more"]) if "more" in item else {}
    fields = {"definition": _FIRST_DEFINITION, **body, **more}  # roll-ups from before definitions had numbers
    return TableState(
        name=item["table_name"],
        snapshot=None if snapshot is None else int(snapshot),
        sequence=int(item["sequence"]),
        revision=int(item["revision"]),
        commits={at: int(sequence) for at, sequence in item.get(_COMMITS, {}).items()},
        **fields,
    )
