"""Stores alerts in DynamoDB: the open ones in one partition, the resolved ones in another, newest first.

Ids sort by the time at which alerts are raised, so a page is a range of keys. A pointer for each rule and group with an
open alert keeps two evaluations from raising two; counters for each rule make summaries exact without reading alerts.
All of it changes in transactions, of which the methods here return the items.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson

from shared.alerts.models import Alert
from shared.alerts.stored_alert import StoredAlert
from shared.alerts.vocabulary import AlertSeverity, AlertStatus
from shared.notifications.models import from_store
from shared.notifications.models import stored as stored_target
from shared.runtime.dynamodb import deserialize, get_items, serialize
from shared.runtime.resources import Index, Table, Write

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

ALERTS_TABLE = Table(
    "alerts",
    writes=Write.PUT | Write.UPDATE | Write.DELETE,
    partition_key="part",
    sort_key="alert_id",
    indexes=(Index(name="by_rule", partition_key="resolved_of", sort_key="alert_id"),),
)

_OPEN, _RESOLVED, _POINTERS, _COUNTS = "open", "resolved", "pointers", "counts"
Counts = Mapping[tuple[AlertSeverity, AlertStatus], int]


class AlertStore:
    """Reads alerts, and makes the items of the transactions that change them."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def list_open(self) -> list[StoredAlert]:
        """Return the open alerts, the newest first."""
        return list(map(_alert, self._query(_of_part(_OPEN), ConsistentRead=True)))

    def list_resolved(self, rule_id: str | None, severity: AlertSeverity | None) -> Iterator[StoredAlert]:
        """Yield resolved alerts, the newest first."""
        if rule_id is not None:
            values = {":rule": rule_id}
            asked = {"IndexName": "by_rule", "KeyConditionExpression": "resolved_of = :rule"}
        else:
            values, asked = {":part": _RESOLVED}, {"KeyConditionExpression": "part = :part"}
        if severity is not None:
            values, asked = {**values, ":severity": severity}, {**asked, "FilterExpression": "severity = :severity"}
        return map(_alert, self._query({**asked, "ExpressionAttributeValues": serialize(values)}))

    def find(self, alert_id: str) -> StoredAlert | None:
        """Return an alert, None if it does not exist."""
        keys = [{"part": part, "alert_id": alert_id} for part in (_OPEN, _RESOLVED)]
        return next(map(_alert, get_items(self._dynamodb, self._table, keys)), None)

    def counts(self, rule_id: str | None) -> Counts:
        """Return how many alerts there are by severity and status, of all rules or of one."""
        if rule_id is None:
            items = list(self._query(_of_part(_COUNTS), ConsistentRead=True))
        else:
            items = get_items(self._dynamodb, self._table, [{"part": _COUNTS, "alert_id": rule_id}])
        found: Counter[tuple[AlertSeverity, AlertStatus]] = Counter()
        for item in items:
            for severity in AlertSeverity:
                for status in AlertStatus:
                    found[severity, status] += int(item.get(_counter(severity, status), 0))
        return found

    def adding(self, made: StoredAlert) -> list[dict[str, Any]]:
        """Return the writes that add an open alert, unless the rule and group have one."""
        pointer = {**self._pointer(made), "open": made.alert.alert_id}
        return [
            self._put(_OPEN, made, "attribute_not_exists(part)"),
            {
                "Put": {
                    "TableName": self._table,
                    "Item": serialize(pointer),
                    "ConditionExpression": "attribute_not_exists(part)",
                }
            },
            self._count(made, {made.alert.status: 1}),
        ]

    def changing(self, before: StoredAlert, after: StoredAlert) -> list[dict[str, Any]]:
        """Return the writes that change an open alert as it was read, and leave it open."""
        writes = [self._put(_OPEN, after, "revision = :revision", {":revision": before.revision})]
        if before.alert.status is not after.alert.status:
            writes.append(self._count(after, {before.alert.status: -1, after.alert.status: 1}))
        return writes

    def closing(self, before: StoredAlert, after: StoredAlert) -> list[dict[str, Any]]:
        """Return the writes that resolve an open alert as it was read."""
        return [
            {
                "Delete": {
                    "TableName": self._table,
                    "Key": serialize({"part": _OPEN, "alert_id": before.alert.alert_id}),
                    "ConditionExpression": "revision = :revision",
                    "ExpressionAttributeValues": serialize({":revision": before.revision}),
                }
            },
            self._put(_RESOLVED, after, "attribute_not_exists(part)"),
            {"Delete": {"TableName": self._table, "Key": serialize(self._pointer(before))}},
            self._count(after, {before.alert.status: -1, after.alert.status: 1}),
        ]

    def _put(
        self, part: str, stored: StoredAlert, condition: str, values: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        item = _item(part, replace(stored, revision=stored.revision + 1))
        put = {"TableName": self._table, "Item": serialize(item), "ConditionExpression": condition}
        return {"Put": put | ({"ExpressionAttributeValues": serialize(values)} if values else {})}

    def _pointer(self, stored: StoredAlert) -> dict[str, str]:
        digest = hashlib.sha256(f"{stored.alert.rule_id}\0{stored.key}".encode()).hexdigest()
        return {"part": _POINTERS, "alert_id": digest}

    def _count(self, stored: StoredAlert, changes: Mapping[AlertStatus, int]) -> dict[str, Any]:
        names = {f"#{status}": _counter(stored.alert.severity, status) for status in changes}
        return {
            "Update": {
                "TableName": self._table,
                "Key": serialize({"part": _COUNTS, "alert_id": stored.alert.rule_id}),
                "UpdateExpression": "ADD " + ", ".join(f"#{status} :{status}" for status in changes),
                "ExpressionAttributeNames": names,
                "ExpressionAttributeValues": serialize({f":{status}": number for status, number in changes.items()}),
            }
        }

    def _query(self, asked: Mapping[str, Any], **further: Any) -> Iterator[dict[str, Any]]:
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table, ScanIndexForward=False, **asked, **further
        )
        for page in pages:
            yield from map(deserialize, page["Items"])


def _of_part(part: str) -> dict[str, Any]:
    return {"KeyConditionExpression": "part = :part", "ExpressionAttributeValues": serialize({":part": part})}


def _counter(severity: AlertSeverity, status: AlertStatus) -> str:
    return f"{status}_{severity}"


def _item(part: str, stored: StoredAlert) -> dict[str, Any]:
    beside = {
        "key": stored.key,
        "rule_version": stored.rule_version,
        "targets": [stored_target(each) for each in stored.targets],
        "is_announced": stored.is_announced,
    }
    return {
        "part": part,
        "alert_id": stored.alert.alert_id,
        "rule_id": stored.alert.rule_id,
        "severity": stored.alert.severity.value,
        "resolved_of": stored.alert.rule_id if part == _RESOLVED else None,
        "revision": stored.revision,
        "body": stored.alert.model_dump_json(),
        "beside": orjson.dumps(beside).decode(),
    }


def _alert(item: Mapping[str, Any]) -> StoredAlert:
    beside = orjson.loads(item["beside"])
    return StoredAlert(
        alert=Alert.model_validate_json(item["body"]),
        key=beside["key"],
        rule_version=beside["rule_version"],
        targets=from_store(beside["targets"]),
        is_announced=beside["is_announced"],
        revision=int(item["revision"]),
    )
