"""The API keys in DynamoDB."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.auth.models import ApiKey, ApiKeyPage, ApiKeyWithSecret, NewApiKey
from shared.auth.secrets import Cost, SecretHash, derive, new_hash, new_secret
from shared.runtime.dynamodb import deserialize, serialize
from shared.runtime.errors import Conflict, NotFound
from shared.runtime.models import sortable
from shared.runtime.paging import Order, Window, paginate
from shared.runtime.resources import Table, Write

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.runtime.models import Clock

KEYS_TABLE = Table("keys", writes=Write.PUT | Write.UPDATE, partition_key="key_id")

_EXISTS = "attribute_exists(key_id)"
_IS_GOOD = "attribute_exists(key_id) AND attribute_not_exists(revoked_at)"


class ApiKeys:
    """Stores API keys, and of their secrets only hashes."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str, clock: "Clock") -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._clock = clock

    def create(self, wanted: NewApiKey) -> ApiKeyWithSecret:
        """Create a key and return its secret, which is shown only once."""
        key_id, secret = f"key-{secrets.token_hex(8)}", new_secret()
        item = {
            "key_id": key_id,
            "name": wanted.name,
            "owner": wanted.owner or key_id,
            "scopes": list(wanted.scopes),
            "created_at": sortable(self._clock()),
            **_hash_attributes(new_hash(secret)),
        }
        self._dynamodb.put_item(
            TableName=self._table, Item=serialize(item), ConditionExpression="attribute_not_exists(key_id)"
        )
        return _with_secret(item, secret)

    def page(self, window: Window, order: Order | None = None) -> ApiKeyPage:
        """Return a page of the keys, oldest first unless another order is given."""
        pages = self._dynamodb.get_paginator("scan").paginate(TableName=self._table, ConsistentRead=True)
        keys = (_key(deserialize(item)) for each in pages for item in each["Items"])
        found = paginate(keys, window, arrival=lambda key: (key.created_at, key.id), order=order)
        return ApiKeyPage(content=found.items, **found.page())

    def find(self, key_id: str) -> tuple[ApiKey, SecretHash] | None:
        """A key and the hash of its secrets that count now."""
        answer = self._dynamodb.get_item(TableName=self._table, Key=_primary_key(key_id), ConsistentRead=True)
        if "Item" not in answer:
            return None
        item = deserialize(answer["Item"])
        return _key(item), _hash(item, self._clock())

    def is_good(self, key_id: str) -> bool:
        """Return whether a key exists and is not revoked, as of about a second ago."""
        answer = self._dynamodb.get_item(
            TableName=self._table, Key=_primary_key(key_id), ProjectionExpression="key_id, revoked_at"
        )
        return "Item" in answer and "revoked_at" not in answer["Item"]

    def use(self, key_id: str) -> bool:
        """Record that a key got a token, unless it is revoked; return whether it is valid."""
        try:
            self._update(key_id, "SET last_used_at = :now", _IS_GOOD, {":now": sortable(self._clock())})
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def revoke(self, key_id: str) -> ApiKey:
        """Revoke a key; safe to repeat.

        Raises:
            NotFound: the key does not exist.
        """
        now = sortable(self._clock())
        try:
            item = self._update(key_id, "SET revoked_at = if_not_exists(revoked_at, :now)", _EXISTS, {":now": now})
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            raise _no_such(key_id) from None
        return _key(item)

    def rotate(self, key_id: str, *, grace: timedelta) -> ApiKeyWithSecret:
        """Replace the secret of a key; the previous one is valid for a grace period.

        Raises:
            NotFound: the key does not exist.
            Conflict: the key is revoked, or is being rotated by another request.
        """
        found = self.find(key_id)
        if found is None:
            raise _no_such(key_id)
        _, kept = found
        secret, now = new_secret(), self._clock()
        values = {
            ":new": derive(secret, kept.salt, kept.cost),
            ":old": kept.digests[0],
            ":until": sortable(now + grace),
            ":now": sortable(now),
        }
        change = "SET digest = :new, previous_digest = :old, previous_until = :until, rotated_at = :now"
        try:
            item = self._update(key_id, change, f"{_IS_GOOD} AND digest = :old", values)
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            raise Conflict("The API key is revoked, or another request is rotating it") from None
        return _with_secret(item, secret)

    def _update(self, key_id: str, change: str, condition: str, values: Mapping[str, Any]) -> dict[str, Any]:
        answer = self._dynamodb.update_item(
            TableName=self._table,
            Key=_primary_key(key_id),
            UpdateExpression=change,
            ConditionExpression=condition,
            ExpressionAttributeValues=serialize(values),
            ReturnValues="ALL_NEW",
        )
        return deserialize(answer["Attributes"])


def _primary_key(key_id: str) -> Any:
    return serialize({"key_id": key_id})


def _no_such(key_id: str) -> NotFound:
    return NotFound(f"The API key {key_id!r} does not exist")


def _key(item: Mapping[str, Any]) -> ApiKey:
    return ApiKey.model_validate({**item, "id": item["key_id"]})


def _with_secret(item: Mapping[str, Any], secret: str) -> ApiKeyWithSecret:
    return ApiKeyWithSecret(**_key(item).model_dump(), client_secret=secret)


def _hash_attributes(made: SecretHash) -> dict[str, Any]:
    cost = {"n": made.cost.n, "r": made.cost.r, "p": made.cost.p}
    return {"salt": made.salt, "digest": made.digests[0], "cost": cost}


def _hash(item: Mapping[str, Any], now: datetime) -> SecretHash:
    overlaps = item.get("previous_until", "") > sortable(now)
    digests = (item["digest"], item["previous_digest"]) if overlaps else (item["digest"],)
    cost = {name: int(value) for name, value in item["cost"].items()}
    return SecretHash(salt=item["salt"], digests=digests, cost=Cost(**cost))
