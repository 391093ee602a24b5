"""The index of fraud decisions by id: their content, and the labels that wait for them.

A label may be received before its decision. The label's writer registers that it waits, and then looks for the decision
again; the decision's writer stores it, and then looks for waiting labels. So at least one of the two sees the other and
marks the decision as due, and the sweeper redrives the labels of due decisions.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from shared.records.validation import DECISION_UNKNOWN, LONGEST_ID, RowError
from shared.runtime.dynamodb import deserialize, get_items, serialize, update_items
from shared.runtime.models import sortable
from shared.runtime.observability import count, logger
from shared.runtime.resources import Index, Table

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.lake.quarantine.decisions import IndexedDecision

DECISIONS_TABLE = Table(
    "decisions",
    partition_key="decision_id",
    indexes=(Index(name="due", partition_key="due", sort_key="decision_id"),),
)

_PARALLEL = 8
_VERSION = {"#timestamp": "timestamp", "#version": "version", "#body": "body"}


@dataclass(frozen=True)
class ResolvedDecision:
    """A received decision, and the deliveries with labels that wait for it."""

    decision_id: str
    delivery_ids: frozenset[str]


class DecisionIndex:
    """Stores decisions in DynamoDB, one item each."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str, *, most_waiting: int = 500) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._most_waiting = most_waiting

    def add(self, decisions: Iterable["IndexedDecision"]) -> None:
        """Store decisions, the highest version of each (the last of equal ones); safe to repeat."""
        highest: dict[str, IndexedDecision] = {}
        for each in decisions:
            known = highest.get(each.decision_id)
            if known is None or each.version >= known.version:
                highest[each.decision_id] = each
        update_items(self._dynamodb, [self._update_of(each) for each in highest.values()])
        self._mark_due(name for name, item in self._read(highest, ("waiting",)) if "waiting" in item)

    def get(self, decision_id: str) -> dict[str, Any] | None:
        """Return the content of a decision, or None; a single read.

        If it exceeds 30 kB, `truncated` lists the fields that are only in the lake.
        """
        if not 0 < len(decision_id) <= LONGEST_ID:
            return None
        answer = self._dynamodb.get_item(TableName=self._table, Key=_key(decision_id), ConsistentRead=True)
        body = deserialize(answer.get("Item", {})).get("body")
        decision: dict[str, Any] | None = None if body is None else orjson.loads(body)
        return decision

    def times(self, decision_ids: Iterable[str]) -> dict[str, datetime]:
        """Return the times of decisions; unknown ids are omitted."""
        found = self._read(decision_ids, ("timestamp",))
        return {name: datetime.fromisoformat(item["timestamp"]) for name, item in found if "timestamp" in item}

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
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            IndexName="due",
            KeyConditionExpression="due = :yes",
            ExpressionAttributeValues=serialize({":yes": "yes"}),
        )
        for page in pages:
            for item in map(deserialize, page["Items"]):
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

    def _update_of(self, decision: "IndexedDecision") -> Any:
        return {
            "TableName": self._table,
            "Key": _key(decision.decision_id),
            "UpdateExpression": "SET #timestamp = :timestamp, #version = :version, #body = :body",
            "ConditionExpression": "attribute_not_exists(#version) OR #version <= :version",
            "ExpressionAttributeNames": _VERSION,
            "ExpressionAttributeValues": serialize(
                {
                    ":timestamp": sortable(decision.timestamp),
                    ":version": sortable(decision.version),
                    ":body": decision.body,
                }
            ),
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
        def mark(decision_id: str) -> None:
            self._dynamodb.update_item(
                TableName=self._table,
                Key=_key(decision_id),
                UpdateExpression="SET due = :yes",
                ExpressionAttributeValues=serialize({":yes": "yes"}),
            )

        with ThreadPoolExecutor(_PARALLEL) as pool:
            list(pool.map(mark, list(decision_ids)))

    def _read(self, decision_ids: Iterable[str], names: Sequence[str]) -> list[tuple[str, Mapping[str, Any]]]:
        keys = [{"decision_id": name} for name in sorted(set(decision_ids)) if 0 < len(name) <= LONGEST_ID]
        items = get_items(self._dynamodb, self._table, keys, attributes=("decision_id", *names))
        return [(item["decision_id"], item) for item in items]


def missing_decisions(errors: Iterable[RowError]) -> set[str]:
    """Return the ids of the decisions that rejected labels wait for."""
    return {each.rejected_value for each in errors if each.code == DECISION_UNKNOWN}


def join_decision_time(labels: Sequence[Any], index: DecisionIndex) -> list[Any]:
    """Add the time of the decision to labels that have none, if the decision is known."""
    silent = [
        label["decision_id"].strip()
        for label in labels
        if isinstance(label, dict) and not label.get("decision_timestamp") and isinstance(label.get("decision_id"), str)
    ]
    known = index.times(silent) if silent else {}
    return [_with_decision_time(label, known) if isinstance(label, dict) else label for label in labels]


def _with_decision_time(label: Mapping[str, Any], known: Mapping[str, datetime]) -> Mapping[str, Any]:
    at = None if label.get("decision_timestamp") else known.get(str(label.get("decision_id")).strip())
    return label if at is None else {**label, "decision_timestamp": sortable(at)}


def _key(decision_id: str) -> dict[str, Any]:
    return serialize({"decision_id": decision_id})
