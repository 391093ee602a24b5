"""Results in DynamoDB, and claims to compute those that are not there: one at a time has the claim to a key."""

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from shared.runtime.dynamodb import deserialize, serialize

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.runtime.models import Clock

LARGEST_BODY = 350 * 1024
KEPT_FOR = timedelta(days=1)


@dataclass(frozen=True)
class ComputationClaim:
    """The right to compute a result, until it is kept, given up, or too old."""

    key: str
    holder: str


@dataclass(frozen=True)
class CachedResult:
    """What is known of a result: the result, or only that it is too large to be kept."""

    packed: bytes | None


class Results:
    """Stores results under keys of everything they depend on; expiry only frees space."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str, clock: "Clock") -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._clock = clock

    def get(self, key: str, *, surely: bool) -> CachedResult | None:
        """Look a result up; surely, if what was kept a moment ago must be seen."""
        answer = self._dynamodb.get_item(TableName=self._table, Key=_key(key), ConsistentRead=surely)
        item = deserialize(answer.get("Item", {}))
        if "body" in item:
            return CachedResult(item["body"])
        return CachedResult(None) if "too_large" in item else None

    def claim(self, key: str, seconds: float) -> ComputationClaim | None:
        """Claim a result for so many seconds; None while another's claim holds, or once there is a result."""
        now = self._clock()
        claim = ComputationClaim(key, str(uuid4()))
        try:
            self._put(
                key,
                {"holder": claim.holder, "claimed_until": _milliseconds(now + timedelta(seconds=seconds))},
                ConditionExpression="attribute_not_exists(cache_key) OR claimed_until <= :now",
                ExpressionAttributeValues=serialize({":now": _milliseconds(now)}),
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return None
        return claim

    def put(self, key: str, body: bytes) -> None:
        """Keep a result in the place of any claim to it; of one that is too large, only that it is."""
        packed = zlib.compress(body)
        self._put(key, {"too_large": True} if len(packed) > LARGEST_BODY else {"body": packed})

    def give_up(self, claim: ComputationClaim) -> None:
        """Release a claim, so that the next caller computes the result."""
        try:
            self._dynamodb.delete_item(
                TableName=self._table,
                Key=_key(claim.key),
                ConditionExpression="holder = :holder",
                ExpressionAttributeValues=serialize({":holder": claim.holder}),
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return

    def _put(self, key: str, attributes: dict[str, Any], **condition: Any) -> None:
        expires_at = int((self._clock() + KEPT_FOR).timestamp())
        item = {"cache_key": key, **attributes, "expires_at": expires_at}
        self._dynamodb.put_item(TableName=self._table, Item=serialize(item), **condition)


def _key(key: str) -> dict[str, Any]:
    return serialize({"cache_key": key})


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
