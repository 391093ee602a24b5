"""Changes of the same thing that follow each other quickly become one run.

A request notes that a run is pending, and has it started unless one was noted before. A run clears the note before it
reads anything: what changed before a request is therefore seen by a run after it. A note whose run never came, because
of a crash between note and message, is not trusted for longer than a few seconds.
"""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from shared.runtime.dynamodb import deserialize, serialize
from shared.runtime.resources import Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from types_boto3_dynamodb import DynamoDBClient

    from shared.runtime.models import Clock

TURNS_TABLE = Table("turns", partition_key="name", expires_by="expires_at")

APART = timedelta(seconds=1)
"""How far apart runs begin, unless a caller wants them sooner."""

LOST_AFTER = timedelta(seconds=10)

_KEPT = timedelta(days=1)
_CONDITION = "ConditionalCheckFailedException"


class Turns:
    """Lets runs follow each other at an interval."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str, clock: "Clock") -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._clock = clock

    def request(self, name: str, start: "Callable[[int], None]", apart: timedelta = APART) -> None:
        """Have a run started unless one is pending: at once, or after a second if the last one began just now."""
        self._note(name, start, "attribute_not_exists(pending) OR pending < :lost", apart)

    def repair(self, name: str, start: "Callable[[int], None]") -> None:
        """Have a run started again that was requested and never came."""
        self._note(name, start, "pending < :lost", APART)

    def begin(self, name: str) -> None:
        """Begin a run; what is requested from now on needs another one."""
        now = self._clock()
        self._dynamodb.update_item(
            TableName=self._table,
            Key=serialize({"name": name}),
            UpdateExpression="SET began = :now, expires_at = :expires REMOVE pending",
            ExpressionAttributeValues=serialize({":now": _milliseconds(now), ":expires": _expires(now)}),
        )

    def _note(self, name: str, start: "Callable[[int], None]", condition: str, apart: timedelta) -> None:
        now = self._clock()
        values = {
            ":now": _milliseconds(now),
            ":lost": _milliseconds(now - LOST_AFTER),
            ":expires": _expires(now),
        }
        try:
            answer = self._dynamodb.update_item(
                TableName=self._table,
                Key=serialize({"name": name}),
                UpdateExpression="SET pending = :now, expires_at = :expires",
                ConditionExpression=condition,
                ExpressionAttributeValues=serialize(values),
                ReturnValues="ALL_NEW",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != _CONDITION:
                raise
            return
        began = deserialize(answer["Attributes"]).get("began", 0)
        start(1 if values[":now"] - began < apart.total_seconds() * 1000 else 0)


def _milliseconds(moment: Any) -> int:
    return int(moment.timestamp() * 1000)


def _expires(now: Any) -> int:
    return int((now + _KEPT).timestamp())
