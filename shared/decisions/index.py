"""Every fraud decision by its id: when it was made, all that it says, and which labels wait for it.

A label may come before its decision. Whoever brings the label says that it waits, and then looks for the decision
once more; whoever brings the decision writes it, and then looks who waits. So one of the two at least sees the other,
and marks the decision as due: the sweep drives the labels of what is due again.
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

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.lake.quarantine.decisions import Decision

_PARALLEL = 8
_VERSION = {"#timestamp": "timestamp", "#version": "version", "#body": "body"}


@dataclass(frozen=True)
class Due:
    """A decision that has come, and the deliveries in which labels wait for it."""

    decision_id: str
    origins: frozenset[str]


class DecisionIndex:
    """Keeps decisions in DynamoDB, one item each."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str, *, most_waiting: int = 500) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._most_waiting = most_waiting

    def add(self, decisions: Iterable["Decision"]) -> None:
        """Keep decisions, of each the highest version, the last of equal ones; the same again changes nothing."""
        highest: dict[str, Decision] = {}
        for each in decisions:
            known = highest.get(each.decision_id)
            if known is None or each.version >= known.version:
                highest[each.decision_id] = each
        update_items(self._dynamodb, [self._kept(each) for each in highest.values()])
        self._mark_due(name for name, item in self._read(highest, ("waiting",)) if "waiting" in item)

    def get(self, decision_id: str) -> dict[str, Any] | None:
        """All that a decision says, in one read; None if nobody has heard of it.

        Of one over 30 kB `truncated` names the fields that are in the lake only.
        """
        if not 0 < len(decision_id) <= LONGEST_ID:
            return None
        answer = self._dynamodb.get_item(TableName=self._table, Key=_key(decision_id), ConsistentRead=True)
        body = deserialize(answer.get("Item", {})).get("body")
        decision: dict[str, Any] | None = None if body is None else orjson.loads(body)
        return decision

    def times(self, decision_ids: Iterable[str]) -> dict[str, datetime]:
        """Tell when decisions were made; those nobody has heard of are left out."""
        found = self._read(decision_ids, ("timestamp",))
        return {name: datetime.fromisoformat(item["timestamp"]) for name, item in found if "timestamp" in item}

    def wait(self, decision_ids: Collection[str], origin: str) -> None:
        """Remember that labels of a delivery wait for decisions."""
        if not decision_ids:
            return
        refused = update_items(self._dynamodb, [self._waiting(name, origin) for name in sorted(set(decision_ids))])
        if refused:
            count("LabelsNotAwaited", len(refused))
            logger().error("too many deliveries wait for these decisions; redrive their labels manually", origin=origin)
        self._mark_due(self.times(decision_ids))

    def due(self) -> Iterator[Due]:
        """Every decision that has come and for which labels wait."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            IndexName="due",
            KeyConditionExpression="due = :yes",
            ExpressionAttributeValues=serialize({":yes": "yes"}),
        )
        for page in pages:
            for item in map(deserialize, page["Items"]):
                yield Due(item["decision_id"], frozenset(item.get("waiting", ())))

    def settle(self, due: Due) -> None:
        """Nobody waits any more for a decision, but those who came since."""
        deleted = " DELETE waiting :origins" if due.origins else ""
        values: Any = serialize({":origins": due.origins}) if due.origins else {}
        self._dynamodb.update_item(
            TableName=self._table,
            Key=_key(due.decision_id),
            UpdateExpression=f"REMOVE due{deleted}",
            **({"ExpressionAttributeValues": values} if values else {}),
        )
        self._mark_due(name for name, item in self._read([due.decision_id], ("waiting",)) if "waiting" in item)

    def _kept(self, decision: "Decision") -> Any:
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

    def _waiting(self, decision_id: str, origin: str) -> Any:
        return {
            "TableName": self._table,
            "Key": _key(decision_id),
            "UpdateExpression": "ADD waiting :origin",
            "ConditionExpression": "attribute_not_exists(waiting) OR size(waiting) < :most OR contains(waiting, :one)",
            "ExpressionAttributeValues": serialize({":origin": {origin}, ":one": origin, ":most": self._most_waiting}),
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


def awaited_decisions(errors: Iterable[RowError]) -> set[str]:
    """The decisions that rejected labels wait for."""
    return {each.rejected_value for each in errors if each.code == DECISION_UNKNOWN}


def filed_under_decisions(labels: Sequence[Any], index: DecisionIndex) -> list[Any]:
    """Labels as received, those that do not say when their decision was made with that time, where it is known."""
    silent = [
        label["decision_id"].strip()
        for label in labels
        if isinstance(label, dict) and not label.get("decision_timestamp") and isinstance(label.get("decision_id"), str)
    ]
    known = index.times(silent) if silent else {}
    return [_filed(label, known) if isinstance(label, dict) else label for label in labels]


def _filed(label: Mapping[str, Any], known: Mapping[str, datetime]) -> Mapping[str, Any]:
    at = None if label.get("decision_timestamp") else known.get(str(label.get("decision_id")).strip())
    return label if at is None else {**label, "decision_timestamp": sortable(at)}


def _key(decision_id: str) -> dict[str, Any]:
    return serialize({"decision_id": decision_id})
