"""Stores the published states of tables in DynamoDB.

A commit is visible to readers once its state is published. Each state is one item, so a reader sees a base and its
roll-ups at one moment, whatever is committed meanwhile.
"""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Any

import orjson

from shared.lake.catalog.changed_hours import from_map, to_map
from shared.lake.catalog.state import TableState
from shared.runtime.dynamodb import get_items, serialize
from shared.runtime.errors import Unavailable
from shared.runtime.resources import Table, Write
from shared.runtime.retries import retry

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

TABLE_STATES = Table("table_states", writes=Write.PUT, partition_key="table_name")

_BODY = ("days", "derived", "rolled_up", "cost_days", "tags")
"""Fields of the attribute that earlier versions read; they fail if it has others."""

_MORE = ("rolled_days", "definition", "catalogue", "restated_days", "arrivals", "reconciling", "reconciled")
"""Fields of an attribute of its own; what an earlier version writes lacks it, so its roll-ups count as outdated."""

_COMMITS = "commits"
"""The attribute with the times of commits, which earlier versions ignore and leave out of what they write."""

_HOURS = "hours"
"""The attribute with the changed hours of days, likewise; days that it lacks have changed as a whole."""

_FIRST_DEFINITION = 1
_TRIES, _READ_TRIES = 8, 3


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
        _HOURS: to_map(state.hours),
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
        hours=from_map(item.get(_HOURS, {})),
        **fields,
    )
