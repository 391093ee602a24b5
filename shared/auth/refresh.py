"""Families of tokens in DynamoDB: each refresh token is good once, and its second use ends the family."""

from typing import TYPE_CHECKING, Any

from shared.auth.tokens import GOOD_FOR, Use
from shared.runtime.dynamodb import serialize
from shared.runtime.models import sortable

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.auth.tokens import Ticket
    from shared.runtime.models import Clock


class SpentToken(Exception):
    """A refresh token was used a second time, or its family has ended."""


class Families:
    """Keeps, for each family of refresh tokens, the one of them that is good."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str, clock: "Clock") -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._clock = clock

    def begin(self, first: "Ticket") -> None:
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

    def renew(self, spent: "Ticket", successor: "Ticket") -> None:
        """Spend a token: its successor is the good one now. Of those who race with the same token, one wins.

        Raises:
            SpentToken: the token was not the good one; whoever has the others must not go on, so the family has ended.
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
            raise SpentToken from None

    def is_good(self, family: str) -> bool:
        """Tell whether a family has not ended, as of about a second ago.

        A family without an item is good: our signature says that it began, and an item may be too new to be seen.
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
