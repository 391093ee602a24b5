"""Refresh token families in DynamoDB (rotation with reuse detection): a second use of a token ends its family."""

from typing import TYPE_CHECKING, Any

from shared.auth.tokens import GOOD_FOR, Use
from shared.runtime.dynamodb import serialize
from shared.runtime.models import sortable
from shared.runtime.resources import Table, Write

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.auth.tokens import TokenClaims
    from shared.runtime.models import Clock

FAMILIES_TABLE = Table("families", writes=Write.PUT | Write.UPDATE, partition_key="family_id", expires_by="expires_at")


class TokenReused(Exception):
    """A refresh token was used a second time, or its family has ended."""


class RefreshTokenFamilies:
    """Stores the current token of each family."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str, clock: "Clock") -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._clock = clock

    def begin(self, first: "TokenClaims") -> None:
        """Begin a family with its first token."""
        self._dynamodb.put_item(
            TableName=self._table,
            Item=serialize(
                {
                    "family_id": first.family,
                    "key_id": first.caller.key_id,
                    "token_id": first.token_id,
                    "expires_at": self._expiry(),
                }
            ),
        )

    def renew(self, spent: "TokenClaims", successor: "TokenClaims") -> None:
        """Replace the current token by its successor. Of concurrent requests with the same token, one succeeds.

        Raises:
            TokenReused: the token is not the current one, so the family has ended.
        """
        try:
            self._dynamodb.update_item(
                TableName=self._table,
                Key=_key(spent.family),
                UpdateExpression="SET token_id = :next, expires_at = :expiry",
                ConditionExpression="token_id = :spent AND attribute_not_exists(ended_at)",
                ExpressionAttributeValues=serialize(
                    {":spent": spent.token_id, ":next": successor.token_id, ":expiry": self._expiry()}
                ),
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            self._end(spent.family)
            raise TokenReused from None

    def is_good(self, family: str) -> bool:
        """Return whether a family is active, as of about a second ago.

        A family without an item is active: its signature proves that it exists, and its item may not be visible yet.
        """
        answer = self._dynamodb.get_item(TableName=self._table, Key=_key(family), ProjectionExpression="ended_at")
        return "ended_at" not in answer.get("Item", {})

    def _end(self, family: str) -> None:
        try:
            self._dynamodb.update_item(
                TableName=self._table,
                Key=_key(family),
                UpdateExpression="SET ended_at = if_not_exists(ended_at, :now)",
                ConditionExpression="attribute_exists(family_id)",
                ExpressionAttributeValues=serialize({":now": sortable(self._clock())}),
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return  # long expired and deleted: there is nothing left to end

    def _expiry(self) -> int:
        return int((self._clock() + GOOD_FOR[Use.REFRESH]).timestamp())


def _key(family: str) -> dict[str, Any]:
    return serialize({"family_id": family})
