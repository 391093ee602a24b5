"""The index of fraud decisions by id: their content, and the labels that wait for them or have to follow them.

A label may be received before its decision. The label's writer registers that it waits, and then looks for the decision
again; the decision's writer stores it, and then looks for waiting labels. So at least one of the two sees the other and
marks the decision as due, and the sweeper redrives the labels of due decisions.

In the same way a merge registers labels that it stores under a time of their own because their decision is not known. A
decision that arrives after such labels, or whose time changes, is marked as moved, and the merger gives its labels its
time.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import orjson

from shared.decisions.models import IndexedDecision, MovedDecision, ResolvedDecision
from shared.records.features import decode
from shared.records.ids import LONGEST_ID
from shared.runtime.dynamodb import deserialize, get_items, serialize, update_items
from shared.runtime.index_queries import query_shards, shard_of
from shared.runtime.models import sortable
from shared.runtime.observability import count, logger
from shared.runtime.resources import Index, Table, Write

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_DUE = Index(name="due", partition_key="due", sort_key="decision_id", attributes=("waiting",))
_MOVED = Index(name="moved", partition_key="moved", sort_key="decision_id", attributes=("moved_by",))
DECISIONS_TABLE = Table(
    "decisions", writes=Write.UPDATE, partition_key="decision_id", indexes=(_DUE, _MOVED), streamed=True
)

_MARK = "yes"
"""The value of `due` and `moved`, before it is divided by decision."""

_PARALLEL = 8
_SET_VERSION = "SET #timestamp = :timestamp, #version = :version, #body = :body"
_VERSION = {"#timestamp": "timestamp", "#version": "version", "#body": "body"}


class DecisionIndex:
    """Stores decisions in DynamoDB, one item each."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str, *, most_waiting: int = 500) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._most_waiting = most_waiting

    def add(self, decisions: Iterable[IndexedDecision]) -> None:
        """Store decisions, the highest version of each (the last of equal ones); safe to repeat."""
        highest: dict[str, IndexedDecision] = {}
        for each in decisions:
            known = highest.get(each.decision_id)
            if known is None or each.version >= known.version:
                highest[each.decision_id] = each
        refused = update_items(self._dynamodb, [self._update_of(each) for each in highest.values()])
        others = [highest[deserialize(each["Key"])["decision_id"]] for each in refused]
        update_items(self._dynamodb, [self._move_of(each) for each in others])
        found = self._read(highest, ("waiting", "dated"))
        self._mark_due(name for name, item in found if "waiting" in item)
        self._mark_moved(name for name, item in found if "dated" in item)

    def get(self, decision_id: str) -> dict[str, Any] | None:
        """Return the content of a decision, or None; a single read. Values of features have their own types.

        If it exceeds 30 kB, `truncated` lists the fields that are only in the lake.
        """
        if not 0 < len(decision_id) <= LONGEST_ID:
            return None
        answer = self._dynamodb.get_item(TableName=self._table, Key=_key(decision_id), ConsistentRead=True)
        body = deserialize(answer.get("Item", {})).get("body")
        return None if body is None else _with_typed_features(orjson.loads(body))

    def bodies(self, decision_ids: Iterable[str]) -> dict[str, str]:
        """Return the contents of decisions as the changes of the table have them; unknown ids are omitted."""
        return {name: item["body"] for name, item in self._read(decision_ids, ("body",)) if "body" in item}

    def times(self, decision_ids: Iterable[str]) -> dict[str, datetime]:
        """Return the times of decisions; unknown ids are omitted."""
        found = self._read(decision_ids, ("timestamp",))
        return {name: datetime.fromisoformat(item["timestamp"]) for name, item in found if "timestamp" in item}

    def times_of_labels(self, decision_ids: Iterable[str]) -> dict[str, datetime]:
        """Return the times of decisions whose labels are stored now; labels of unknown ids are registered as such."""
        found = dict(self._read(decision_ids, ("timestamp", "dated")))
        unknown = [name for name in sorted({*decision_ids}) if "timestamp" not in found.get(name, {})]
        new = [name for name in unknown if "dated" not in found.get(name, {})]
        update_items(self._dynamodb, [self._dated(name) for name in new])
        known = {name: each["timestamp"] for name, each in found.items() if "timestamp" in each}
        return {name: datetime.fromisoformat(at) for name, at in known.items()} | self.times(unknown)

    def moved(self) -> Iterator[MovedDecision]:
        """Yield the decisions whose labels may have another time than they have."""
        for item in self._marked(_MOVED):
            yield MovedDecision(item["decision_id"], item["moved_by"])

    def clear_moved(self, decisions: Iterable[MovedDecision]) -> None:
        """Record that labels have the time of their decisions, unless these have moved again."""
        update_items(self._dynamodb, [self._followed(each) for each in decisions])

    def register_waiting(self, decision_ids: Collection[str], delivery_id: str) -> None:
        """Register that labels of a delivery wait for decisions."""
        if not decision_ids:
            return
        refused = update_items(self._dynamodb, [self._waiting(name, delivery_id) for name in sorted(set(decision_ids))])
        if refused:
            count("LabelsNotAwaited", len(refused))
            logger().error(
                "too many deliveries wait for these decisions; redrive their labels manually", origin=delivery_id
            )
        self._mark_due(self.times(decision_ids))

    def resolved(self) -> Iterator[ResolvedDecision]:
        """Yield the received decisions for which labels wait."""
        for item in self._marked(_DUE):
            yield ResolvedDecision(item["decision_id"], frozenset(item.get("waiting", ())))

    def clear(self, due: ResolvedDecision) -> None:
        """Remove the deliveries that waited for a decision; those registered since remain."""
        deleted = " DELETE waiting :origins" if due.delivery_ids else ""
        values: Any = serialize({":origins": due.delivery_ids}) if due.delivery_ids else {}
        self._dynamodb.update_item(
            TableName=self._table,
            Key=_key(due.decision_id),
            UpdateExpression=f"REMOVE due{deleted}",
            **({"ExpressionAttributeValues": values} if values else {}),
        )
        self._mark_due(name for name, item in self._read([due.decision_id], ("waiting",)) if "waiting" in item)

    def _marked(self, index: Index) -> Iterator[dict[str, Any]]:
        return query_shards(self._dynamodb, self._table, index, _MARK)

    def _update_of(self, decision: IndexedDecision) -> Any:
        """Return the update by a version that is new, or has the time of the one before."""
        return {
            "TableName": self._table,
            "Key": _key(decision.decision_id),
            "UpdateExpression": _SET_VERSION,
            "ConditionExpression": "attribute_not_exists(#version) "
            "OR (#version <= :version AND #timestamp = :timestamp)",
            "ExpressionAttributeNames": _VERSION,
            "ExpressionAttributeValues": serialize(_values(decision)),
        }

    def _move_of(self, decision: IndexedDecision) -> Any:
        """Return the update by a version with another time, which marks the decision as moved at once."""
        return {
            "TableName": self._table,
            "Key": _key(decision.decision_id),
            "UpdateExpression": f"{_SET_VERSION}, moved = :mark, moved_by = :move",
            "ConditionExpression": "#version <= :version",
            "ExpressionAttributeNames": _VERSION,
            "ExpressionAttributeValues": serialize({**_values(decision), **_move(decision.decision_id)}),
        }

    def _dated(self, decision_id: str) -> Any:
        return {
            "TableName": self._table,
            "Key": _key(decision_id),
            "UpdateExpression": "SET dated = :yes",
            "ExpressionAttributeValues": serialize({":yes": "yes"}),
        }

    def _followed(self, decision: MovedDecision) -> Any:
        return {
            "TableName": self._table,
            "Key": _key(decision.decision_id),
            "UpdateExpression": "REMOVE moved, moved_by, dated",
            "ConditionExpression": "moved_by = :move",
            "ExpressionAttributeValues": serialize({":move": decision.move}),
        }

    def _waiting(self, decision_id: str, delivery_id: str) -> Any:
        return {
            "TableName": self._table,
            "Key": _key(decision_id),
            "UpdateExpression": "ADD waiting :origin",
            "ConditionExpression": "attribute_not_exists(waiting) OR size(waiting) < :most OR contains(waiting, :one)",
            "ExpressionAttributeValues": serialize(
                {":origin": {delivery_id}, ":one": delivery_id, ":most": self._most_waiting}
            ),
        }

    def _mark_due(self, decision_ids: Iterable[str]) -> None:
        self._mark(decision_ids, "SET due = :mark", lambda each: {":mark": shard_of(_MARK, each)})

    def _mark_moved(self, decision_ids: Iterable[str]) -> None:
        self._mark(decision_ids, "SET moved = :mark, moved_by = :move", _move)

    def _mark(self, decision_ids: Iterable[str], expression: str, values: Callable[[str], Mapping[str, str]]) -> None:
        def mark(decision_id: str) -> None:
            self._dynamodb.update_item(
                TableName=self._table,
                Key=_key(decision_id),
                UpdateExpression=expression,
                ExpressionAttributeValues=serialize(values(decision_id)),
            )

        with ThreadPoolExecutor(_PARALLEL) as pool:
            list(pool.map(mark, list(decision_ids)))

    def _read(self, decision_ids: Iterable[str], names: Sequence[str]) -> list[tuple[str, Mapping[str, Any]]]:
        keys = [{"decision_id": name} for name in sorted(set(decision_ids)) if 0 < len(name) <= LONGEST_ID]
        items = get_items(self._dynamodb, self._table, keys, attributes=("decision_id", *names))
        return [(item["decision_id"], item) for item in items]


def _values(decision: IndexedDecision) -> dict[str, str]:
    return {
        ":timestamp": sortable(decision.timestamp),
        ":version": sortable(decision.version),
        ":body": decision.body,
    }


def _move(decision_id: str) -> dict[str, str]:
    return {":mark": shard_of(_MARK, decision_id), ":move": str(uuid4())}


def _with_typed_features(decision: dict[str, Any]) -> dict[str, Any]:
    """Read the features of a decision, which are as in the lake."""
    stored = decision.get("features")
    return decision if stored is None else {**decision, "features": {name: decode(stored[name]) for name in stored}}


def _key(decision_id: str) -> dict[str, Any]:
    return serialize({"decision_id": decision_id})
