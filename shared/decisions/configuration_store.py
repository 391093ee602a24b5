"""Stores every version of the configuration of fraud analytics, and caches the latest."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import orjson

from shared.decisions.configuration import FraudConfiguration
from shared.runtime.dynamodb import deserialize, serialize
from shared.runtime.errors import Conflict
from shared.runtime.models import sortable
from shared.runtime.paging import Slice
from shared.runtime.resources import Table, Write

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.decisions.configuration import FraudParameters
    from shared.runtime.models import Clock
    from shared.runtime.paging import Window

CONFIGURATION_TABLE = Table("configuration", writes=Write.PUT, partition_key="name", sort_key="version")

FRESH_FOR = timedelta(seconds=5)
"""How long a cached configuration is used: a change applies everywhere after this time."""

_FRAUD = "fraud"
_OF_NAME = "#name = :name"
_NAMES = {"#name": "name"}
_VERSION = {"#version": "version"}


@dataclass(frozen=True)
class _Cached:
    configuration: FraudConfiguration
    since: datetime


class FraudConfigurations:
    """Stores versions in DynamoDB, one item each; the highest one is in force.

    A version is never changed. Of several changes of the same version, the one whose item exists first is made.
    """

    def __init__(self, dynamodb: "DynamoDBClient", table: str, clock: "Clock", *, of_stage: FraudConfiguration) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._clock = clock
        self._of_stage = of_stage
        self._cached: _Cached | None = None

    def get(self, *, fresh: bool = False) -> FraudConfiguration:
        """Return the configuration in force: the latest version, or the values of the stage if there is none.

        If the table cannot be read, the error of AWS passes on, also with an older version at hand, and routes answer
        503: a number that is computed with outdated values is worse than none.

        Args:
            fresh: whether to bypass the cache.
        """
        cached, now = self._cached, self._clock()
        if cached is None or fresh or now - cached.since >= FRESH_FOR:
            cached = self._cached = _Cached(self._read(), now)
        return cached.configuration

    def put(self, values: "FraudParameters", *, replaces: FraudConfiguration, by: str) -> FraudConfiguration:
        """Replace the version in force, and return the new one.

        Raises:
            Conflict: another change was made since that version was read.
        """
        changed = FraudConfiguration.of_version(
            values, version=replaces.version + 1, updated_at=self._clock(), updated_by=by
        )
        if not self._add(changed):
            raise Conflict(
                f"Version {replaces.version} of the configuration is not in force any more; read it and try again"
            )
        self._cached = _Cached(changed, self._clock())
        return changed

    def history(self, window: "Window") -> Slice[FraudConfiguration]:
        """Return some of the versions, oldest first."""
        total = self.get(fresh=True).version
        first, last = window.offset + 1, min(window.offset + window.limit, total)
        return Slice(self._between(first, last) if first <= last else (), total, window)

    def _add(self, changed: FraudConfiguration) -> bool:
        """Store a version unless it exists; one that a repeated call stored before its answer was lost is our own."""
        change_id = str(uuid4())
        item = {
            "name": _FRAUD,
            "version": _number(changed.version),
            "body": orjson.dumps(changed.document).decode(),
            "updated_at": sortable(changed.updated_at) if changed.updated_at else None,
            "updated_by": changed.updated_by,
            "change_id": change_id,
        }
        try:
            self._dynamodb.put_item(
                TableName=self._table,
                Item=serialize(item),
                ConditionExpression="attribute_not_exists(#version)",
                ExpressionAttributeNames=_VERSION,
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException as refused:
            existing: Any = refused.response.get("Item", {})
            return bool(deserialize(existing).get("change_id") == change_id)
        return True

    def _read(self) -> FraudConfiguration:
        answer = self._dynamodb.query(
            TableName=self._table,
            KeyConditionExpression=_OF_NAME,
            ExpressionAttributeNames=_NAMES,
            ExpressionAttributeValues=serialize({":name": _FRAUD}),
            ScanIndexForward=False,
            Limit=1,
            ConsistentRead=True,
        )
        return self._version(answer["Items"][0]) if answer["Items"] else self._of_stage

    def _between(self, first: int, last: int) -> list[FraudConfiguration]:
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression=f"{_OF_NAME} AND #version BETWEEN :first AND :last",
            ExpressionAttributeNames={**_NAMES, **_VERSION},
            ExpressionAttributeValues=serialize({":name": _FRAUD, ":first": _number(first), ":last": _number(last)}),
            ConsistentRead=True,
        )
        return [self._version(item) for page in pages for item in page["Items"]]

    def _version(self, stored: Any) -> FraudConfiguration:
        item = deserialize(stored)
        return FraudConfiguration.of_version(
            self._of_stage.stored(item["body"]),
            version=int(item["version"]),
            updated_at=item["updated_at"],
            updated_by=item["updated_by"],
        )


def _number(version: int) -> str:
    """A version as a key that sorts."""
    return f"{version:012d}"
