"""Changes of the same thing that follow each other quickly become one run.

A request notes that a run is pending, and has it started unless one was noted before. A run clears the note before it
reads anything: what changed before a request is therefore seen by a run after it. A note whose run never came, because
of a crash between note and message, is not trusted for longer than a few seconds, or twice the time between runs.
"""

from datetime import UTC, datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from shared.runtime.dynamodb import deserialize, serialize
from shared.runtime.resources import Table, Write

if TYPE_CHECKING:
    from collections.abc import Callable

    from types_boto3_dynamodb import DynamoDBClient

    from shared.runtime.models import Clock

TURNS_TABLE = Table("turns", writes=Write.UPDATE, partition_key="name", expires_by="expires_at")

APART = timedelta(seconds=1)
"""How far apart runs begin, unless a caller wants them sooner or later."""

LOST_AFTER = timedelta(seconds=10)

_EARLY = timedelta(seconds=1)
"""How much sooner than it should a message may arrive, because clocks differ and queues count in seconds."""

_KEPT = timedelta(days=1)
_CONDITION = "ConditionalCheckFailedException"


class Turns:
    """Lets runs follow each other at an interval."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str, clock: "Clock") -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._clock = clock

    def request(self, name: str, start: "Callable[[int], None]", apart: timedelta = APART) -> None:
        """Have a run started unless one is pending: at once, or so many seconds later that the last one is far enough.

        Args:
            name: the kind of run.
            start: has a run begin after a number of seconds.
            apart: the least time between the beginnings of two runs.
        """
        self._note(name, start, "attribute_not_exists(pending) OR pending < :lost", apart)

    def repair(self, name: str, start: "Callable[[int], None]", apart: timedelta = APART) -> None:
        """Have a run started again that was requested and never came."""
        self._note(name, start, "pending < :lost", apart)

    def begin(self, name: str) -> None:
        """Begin a run; what is requested from now on needs another one."""
        self._begin(name, self._clock())

    def begin_apart(self, name: str, apart: timedelta) -> bool:
        """Begin a run unless one has begun within this time, as when the message of a run is delivered twice.

        A run that dies can begin again once the time has passed, so it has to be shorter than the visibility timeout
        of the queue.
        """
        now = self._clock()
        try:
            self._begin(name, now, latest=now - max(apart - _EARLY, timedelta(0)))
        except ClientError as error:
            if error.response["Error"]["Code"] != _CONDITION:
                raise
            return False
        return True

    def last_began(self, name: str) -> datetime | None:
        """Return when the last run began; None if none did within a day."""
        key = serialize({"name": name})
        found = self._dynamodb.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item", {})
        began = deserialize(found).get("began")
        return None if began is None else datetime.fromtimestamp(float(began) / 1000, UTC)

    def _begin(self, name: str, now: datetime, latest: datetime | None = None) -> None:
        values = {":now": _milliseconds(now), ":expires": _expires(now)}
        condition: Any = {}
        if latest is not None:
            values[":latest"] = _milliseconds(latest)
            condition = {"ConditionExpression": "attribute_not_exists(began) OR began <= :latest"}
        self._dynamodb.update_item(
            TableName=self._table,
            Key=serialize({"name": name}),
            UpdateExpression="SET began = :now, expires_at = :expires REMOVE pending",
            ExpressionAttributeValues=serialize(values),
            **condition,
        )

    def _note(self, name: str, start: "Callable[[int], None]", condition: str, apart: timedelta) -> None:
        now = self._clock()
        values = {
            ":now": _milliseconds(now),
            ":lost": _milliseconds(now - max(LOST_AFTER, 2 * apart)),
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
        missing = apart - timedelta(milliseconds=values[":now"] - int(began))
        start(max(0, ceil(missing.total_seconds())))


def _milliseconds(moment: Any) -> int:
    return int(moment.timestamp() * 1000)


def _expires(now: Any) -> int:
    return int((now + _KEPT).timestamp())
