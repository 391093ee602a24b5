"""Stores the thresholds that users register for rule versions."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.replay.policy import PolicyThresholds
from shared.replay.scenario_models import RuleThresholds
from shared.runtime.dynamodb import deserialize, serialize
from shared.runtime.resources import Table, Write

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.replay.scenario_models import RegisteredThresholds
    from shared.runtime.models import Clock

RULE_THRESHOLDS_TABLE = Table("rule_thresholds", writes=Write.PUT, partition_key="part", sort_key="id")

_PART = "rules"


@dataclass(frozen=True, kw_only=True)
class RuleThresholdsStore:
    """Registers thresholds; of a rule version, the last ones registered are in force."""

    dynamodb: "DynamoDBClient"
    table: str
    clock: "Clock"

    def put(
        self, rule_version: str, thresholds: "RegisteredThresholds", by: str
    ) -> tuple[RuleThresholds, RuleThresholds | None]:
        """Register thresholds, and return them with those that they replace, if there were any."""
        made = RuleThresholds(
            rule_version=rule_version,
            thresholds=PolicyThresholds(**dict(thresholds)),
            registered_at=self.clock(),
            registered_by=by,
        )
        answer = self.dynamodb.put_item(
            TableName=self.table,
            Item=serialize({"part": _PART, "id": _id_of(rule_version), "body": made.model_dump_json(by_alias=True)}),
            ReturnValues="ALL_OLD",
        )
        return made, _read(answer["Attributes"]) if "Attributes" in answer else None

    def list_all(self) -> Sequence[RuleThresholds]:
        """Return all registered rule versions, by name."""
        pages = self.dynamodb.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="part = :part",
            ExpressionAttributeValues=serialize({":part": _PART}),
            ConsistentRead=True,
        )
        found = [_read(item) for page in pages for item in page["Items"]]
        return sorted(found, key=lambda each: each.rule_version)


def _read(item: Mapping[str, Any]) -> RuleThresholds:
    return RuleThresholds.model_validate_json(deserialize(item)["body"])


def _id_of(rule_version: str) -> str:
    """A key may have fewer characters than a rule version."""
    return hashlib.sha256(rule_version.encode()).hexdigest()
