"""Stores every version of the decision policy, one item each, never changed; the highest one is in force."""

from typing import TYPE_CHECKING, Any

from shared.policies.models import NO_POLICY, DecisionPolicy
from shared.runtime.dynamodb import deserialize, serialize
from shared.runtime.paging import Slice
from shared.runtime.resources import Table, Write

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.runtime.paging import Window

POLICIES_TABLE = Table("policies", writes=Write.PUT, partition_key="name", sort_key="version")

_DECISIONS = "decisions"
_NAMES = {"#name": "name"}


class DecisionPolicies:
    """Reads policies, and makes the writes of the transactions that add one."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def get(self) -> DecisionPolicy:
        """Return the policy in force; version 0 before the first promotion."""
        answer = self._dynamodb.query(
            TableName=self._table,
            KeyConditionExpression="#name = :name",
            ExpressionAttributeNames=_NAMES,
            ExpressionAttributeValues=serialize({":name": _DECISIONS}),
            ScanIndexForward=False,
            Limit=1,
            ConsistentRead=True,
        )
        return _read(answer["Items"][0]) if answer["Items"] else NO_POLICY

    def history(self, window: "Window") -> Slice[DecisionPolicy]:
        """Return some of the versions, oldest first."""
        total = self.get().version
        first, last = window.offset + 1, min(window.offset + window.limit, total)
        return Slice(self._between(first, last) if first <= last else (), total, window)

    def write(self, policy: DecisionPolicy) -> dict[str, Any]:
        """Return the item of a transaction that adds a version, unless it exists."""
        item = {"name": _DECISIONS, "version": _number(policy.version), "body": policy.model_dump_json(by_alias=True)}
        return {
            "Put": {
                "TableName": self._table,
                "Item": serialize(item),
                "ConditionExpression": "attribute_not_exists(#version)",
                "ExpressionAttributeNames": {"#version": "version"},
            }
        }

    def _between(self, first: int, last: int) -> list[DecisionPolicy]:
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="#name = :name AND #version BETWEEN :first AND :last",
            ExpressionAttributeNames={**_NAMES, "#version": "version"},
            ExpressionAttributeValues=serialize(
                {":name": _DECISIONS, ":first": _number(first), ":last": _number(last)}
            ),
            ConsistentRead=True,
        )
        return [_read(item) for page in pages for item in page["Items"]]


def _number(version: int) -> str:
    """A version as a key that sorts."""
    return f"{version:012d}"


def _read(item: Any) -> DecisionPolicy:
    return DecisionPolicy.model_validate_json(deserialize(item)["body"])
