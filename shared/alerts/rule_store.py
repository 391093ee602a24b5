"""Stores rules, and the state of their evaluation, in DynamoDB.

Every change of a rule raises its `revision`, and of a state its `version`; a change is made only of what was read. All
rules are in one partition and all states in another, so that an evaluation reads them with two queries.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from shared.alerts.default_rules import DEFAULT_RULES
from shared.alerts.models import RuleDefinition, Silence
from shared.alerts.state import STATES, RuleState
from shared.alerts.stored_rule import StoredRule
from shared.notifications.models import stored as stored_target
from shared.runtime.dynamodb import deserialize, serialize
from shared.runtime.errors import NotFound
from shared.runtime.models import sortable
from shared.runtime.resources import Table, Write

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

ALERT_RULES_TABLE = Table(
    "alert_rules", writes=Write.PUT | Write.DELETE | Write.CHECK, partition_key="part", sort_key="rule_id"
)

_RULES, _STATES = "rules", "states"
_DEFAULTS = {each.rule_id: each for each in DEFAULT_RULES}


class RuleChanged(Exception):
    """A rule or its state is not what was read any more."""


@dataclass(frozen=True)
class StoredState:
    """A state and its version; version 0 is not stored."""

    state: RuleState
    version: int = 0

    def changed(self, state: RuleState) -> "StoredState":
        """Return the next version, once it is stored."""
        return StoredState(state, self.version + 1)


class AlertRuleStore:
    """Reads and changes rules; those that come with the platform are stored once they are changed."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def list_all(self) -> list[StoredRule]:
        """Return all rules, the oldest first."""
        items = {item["rule_id"]: item for item in self._query(_RULES)}
        rules = [_rule(item) for item in items.values() if not item.get("deleted")]
        rules += [each for each in DEFAULT_RULES if each.rule_id not in items]
        return sorted(rules, key=lambda each: (each.created_at, each.rule_id))

    def get(self, rule_id: str) -> StoredRule:
        """Return a rule.

        Raises:
            NotFound: it does not exist.
        """
        found = self.find(rule_id)
        if found is None:
            raise NotFound(f"The alert rule {rule_id!r} does not exist")
        return found

    def find(self, rule_id: str) -> StoredRule | None:
        """Return a rule, None if it does not exist."""
        item = self._get(_RULES, rule_id)
        if item is None:
            return _DEFAULTS.get(rule_id)
        return None if item.get("deleted") else _rule(item)

    def put(self, changed: StoredRule) -> StoredRule:
        """Store the change of a rule as it was read, or a new one (`revision` 0); return it with its revision.

        Raises:
            RuleChanged: another change was made since it was read.
        """
        made = replace(changed, revision=changed.revision + 1)
        self._put(_rule_item(made), changed.revision)
        return made

    def delete(self, rule: StoredRule) -> None:
        """Delete a rule; of one that came with the platform there remains that it was deleted.

        Raises:
            RuleChanged: another change was made since it was read.
        """
        if rule.rule_id in _DEFAULTS:
            return self._put({"rule_id": rule.rule_id, "deleted": True, "revision": rule.revision + 1}, rule.revision)
        try:
            self._dynamodb.delete_item(
                TableName=self._table,
                Key=_key(_RULES, rule.rule_id),
                ConditionExpression="revision = :revision",
                ExpressionAttributeValues=serialize({":revision": rule.revision}),
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            raise RuleChanged(rule.rule_id) from None

    def unchanged(self, rule: StoredRule) -> dict[str, Any]:
        """Return the item of a transaction that fails unless a rule is as it was read."""
        return {
            "ConditionCheck": {
                "TableName": self._table,
                "Key": _key(_RULES, rule.rule_id),
                "ConditionExpression": "revision = :revision",
                "ExpressionAttributeValues": serialize({":revision": rule.revision}),
            }
        }

    def states(self) -> dict[str, StoredState]:
        """Return the state of every rule that was evaluated, by rule."""
        return {item["rule_id"]: _state(item) for item in self._query(_STATES)}

    def state(self, rule_id: str) -> StoredState:
        """Return the state of a rule."""
        item = self._get(_STATES, rule_id)
        return StoredState(RuleState()) if item is None else _state(item)

    def put_state(self, rule_id: str, before: StoredState, state: RuleState) -> StoredState:
        """Store the successor of a state.

        Raises:
            RuleChanged: another evaluation, or a user, has changed it.
        """
        try:
            self._dynamodb.put_item(**self.state_put(rule_id, before, state)["Put"])
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            raise RuleChanged(rule_id) from None
        return before.changed(state)

    def state_put(self, rule_id: str, before: StoredState, state: RuleState) -> dict[str, Any]:
        """Return the item of a transaction that stores the successor of a state."""
        item = {
            "part": _STATES,
            "rule_id": rule_id,
            "version": before.version + 1,
            "body": STATES.dump_json(state, exclude_none=True, exclude_defaults=True).decode(),
        }
        return {"Put": {"TableName": self._table, "Item": serialize(item), **_if_at("version", before.version)}}

    def delete_state(self, rule_id: str) -> None:
        """Delete the state of a rule that is deleted, and has no open alert any more."""
        self._dynamodb.delete_item(TableName=self._table, Key=_key(_STATES, rule_id))

    def _put(self, item: Mapping[str, Any], revision: int) -> None:
        try:
            self._dynamodb.put_item(
                TableName=self._table, Item=serialize({"part": _RULES, **item}), **_if_at("revision", revision)
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            raise RuleChanged(item["rule_id"]) from None

    def _get(self, part: str, rule_id: str) -> dict[str, Any] | None:
        answer = self._dynamodb.get_item(TableName=self._table, Key=_key(part, rule_id), ConsistentRead=True)
        return deserialize(answer["Item"]) if "Item" in answer else None

    def _query(self, part: str) -> Iterator[dict[str, Any]]:
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="part = :part",
            ExpressionAttributeValues=serialize({":part": part}),
            ConsistentRead=True,
        )
        for page in pages:
            yield from map(deserialize, page["Items"])


def _if_at(attribute: str, number: int) -> dict[str, Any]:
    """Return the condition that an item has a number; 0 if it does not exist."""
    if not number:
        return {"ConditionExpression": "attribute_not_exists(rule_id)"}
    return {
        "ConditionExpression": "#number = :number",
        "ExpressionAttributeNames": {"#number": attribute},
        "ExpressionAttributeValues": serialize({":number": number}),
    }


def _key(part: str, rule_id: str) -> dict[str, Any]:
    return serialize({"part": part, "rule_id": rule_id})


def _rule_item(rule: StoredRule) -> dict[str, Any]:
    body = rule.definition.model_dump(
        mode="json", by_alias=True, exclude_none=True, include=set(RuleDefinition.model_fields)
    )
    body["notify"] = [stored_target(each) for each in rule.definition.notify]
    return {
        "rule_id": rule.rule_id,
        "body": orjson.dumps(body).decode(),
        "version": rule.version,
        "revision": rule.revision,
        "created_at": sortable(rule.created_at),
        "created_by": rule.created_by,
        "updated_at": sortable(rule.updated_at),
        "silence": rule.silence.model_dump_json() if rule.silence else None,
    }


def _rule(item: Mapping[str, Any]) -> StoredRule:
    return StoredRule(
        rule_id=item["rule_id"],
        definition=RuleDefinition.model_validate_json(item["body"]),
        version=int(item["version"]),
        revision=int(item["revision"]),
        created_at=datetime.fromisoformat(item["created_at"]),
        created_by=item["created_by"],
        updated_at=datetime.fromisoformat(item["updated_at"]),
        silence=Silence.model_validate_json(item["silence"]) if "silence" in item else None,
    )


def _state(item: Mapping[str, Any]) -> StoredState:
    return StoredState(STATES.validate_json(item["body"]), int(item["version"]))
