"""The published state of tables: the snapshots that readers pin, and the days that roll-ups do not include yet.

A commit is visible to readers once its state is published. Each state is one item, so a reader sees a base and its
roll-ups at one moment, whatever is committed meanwhile.
"""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import orjson

from shared.runtime.dynamodb import get_items, serialize
from shared.runtime.errors import Unavailable
from shared.runtime.resources import Table
from shared.runtime.retries import retry

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

TABLE_STATES = Table("table_states", partition_key="table_name")

WHOLE_TABLE = "all"
"""The key in `days` of a table without days."""

_TRIES = 8
_READ_TRIES = 3


@dataclass(frozen=True, kw_only=True)
class TableState:
    """The published state of a base table and the tables derived from it.

    `sequence` is the Iceberg sequence number of `snapshot`. `days` has each UTC day with data, and the sequence number
    of the last commit that changed it; a table without days has one entry, `all`. `derived` has the snapshot of each
    roll-up and history table; roll-ups include the base up to `rolled_up`. `cost_days` are the days within which the
    cost of a product changed, at the snapshot of `product_costs`; only `products` has them. `tags` has the last
    snapshot of each of the days on which the table was committed to, as long as it is kept.
    """

    name: str
    snapshot: int | None = None
    sequence: int = 0
    days: Mapping[str, int] = field(default_factory=dict)
    derived: Mapping[str, int] = field(default_factory=dict)
    rolled_up: int = 0
    cost_days: tuple[str, ...] = ()
    tags: Mapping[str, int] = field(default_factory=dict)
    revision: int = 0

    @cached_property
    def dirty_days(self) -> tuple[str, ...]:
        """The days that changed after the roll-ups were computed, in order."""
        return tuple(sorted(day for day, sequence in self.days.items() if sequence > self.rolled_up))

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

    def with_derived(
        self, snapshots: Mapping[str, int], rolled_up: int, cost_days: Sequence[str] | None = None
    ) -> "TableState":
        """Record derived tables that include the base up to a commit; those of an earlier one change nothing.

        Whoever records `product_costs` gives its `cost_days`; without them, the recorded ones are kept.
        """
        if rolled_up < self.rolled_up:
            return self
        days = self.cost_days if cost_days is None else tuple(cost_days)
        return replace(self, derived={**self.derived, **snapshots}, rolled_up=rolled_up, cost_days=days)


class TableStates:
    """Stores the state of each table, with optimistic locking."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def get(self, name: str) -> TableState:
        """Return the state of a table; an empty one if nothing was committed."""
        return self.get_many([name])[name]

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


def _to_item(state: TableState) -> dict[str, Any]:
    """Write the state as an item; 40 years of days take about 50 KB of the 400 that an item may have."""
    names = ("days", "derived", "rolled_up", "cost_days", "tags")
    body = {name: getattr(state, name) for name in names}
    return {
        "table_name": state.name,
        "snapshot": state.snapshot,
        "sequence": state.sequence,
        "revision": state.revision,
        "body": zlib.compress(orjson.dumps(body)),
    }


def _parse(item: Mapping[str, Any]) -> TableState:
    snapshot, body = item.get("snapshot"), orjson.loads(zlib.decompress(item["body"]))
    return TableState(
        name=item["table_name"],
        snapshot=None if snapshot is None else int(snapshot),
        sequence=int(item["sequence"]),
        revision=int(item["revision"]),
        **{**body, "cost_days": tuple(body["cost_days"])},
    )
