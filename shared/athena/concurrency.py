"""A distributed semaphore for Athena queries; the lease of a crashed holder expires."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError

from shared.runtime.dynamodb import deserialize, serialize
from shared.runtime.errors import Unavailable
from shared.runtime.observability import count, logger

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.runtime.deadline import Timeout
    from shared.runtime.models import Clock

_UNREACHABLE = (BotoCoreError, ClientError)
_RETRY_SECONDS = 5
# Reading the last page and stopping a query may take this long after the timeout.
_GRACE = timedelta(seconds=30)
_KEY = serialize({"cache_key": "slots of queries"})


class QueryConcurrency:
    """Stores the running queries in one item, as a set of `{until}#{id}`; expired members do not count."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str, *, most: int, clock: "Clock") -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._most = most
        self._clock = clock

    @contextmanager
    def acquire(self, patience: "Timeout", wait: "Timeout") -> Iterator[None]:
        """Hold a permit for a query that ends within a timeout; if the store is unreachable, continue without one.

        Raises:
            Unavailable: no permit became free in time.
        """
        try:
            holder = self._acquire(patience, wait)
        except _UNREACHABLE as error:
            logger().warning("query slots unavailable; the query runs without one", exc_info=error)
            count("QuerySlotsUnreachable")
            yield
            return
        try:
            yield
        finally:
            self._release(holder)

    def _acquire(self, patience: "Timeout", wait: "Timeout") -> str:
        for _ in wait.poll():
            holder = self._name(patience)
            if self._add(holder) or (self._reclaim_expired() and self._add(holder)):
                return holder
        count("QuerySlotsTaken")
        raise Unavailable("Too many queries are running; retry later", retry_after=_RETRY_SECONDS)

    def _name(self, patience: "Timeout") -> str:
        until = self._clock() + timedelta(seconds=patience.remaining) + _GRACE
        return f"{round(until.timestamp() * 1000):015d}#{uuid4()}"

    def _add(self, holder: str) -> bool:
        try:
            self._dynamodb.update_item(
                TableName=self._table,
                Key=_KEY,
                UpdateExpression="ADD holders :holder",
                ConditionExpression="attribute_not_exists(holders) OR size(holders) < :most",
                ExpressionAttributeValues=serialize({":holder": {holder}, ":most": self._most}),
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _reclaim_expired(self) -> bool:
        """Remove the permits of crashed holders; return whether there were any."""
        item = self._dynamodb.get_item(TableName=self._table, Key=_KEY, ConsistentRead=True).get("Item", {})
        now = f"{round(self._clock().timestamp() * 1000):015d}"
        ran_out = {holder for holder in deserialize(item).get("holders", ()) if holder < now}
        if ran_out:
            logger().warning("query slots expired without being released", slots=len(ran_out))
            self._remove(ran_out)
        return bool(ran_out)

    def _release(self, holder: str) -> None:
        try:
            self._remove({holder})
        except _UNREACHABLE as error:
            logger().warning("releasing a query slot failed; it will expire", exc_info=error)

    def _remove(self, holders: set[str]) -> None:
        self._dynamodb.update_item(
            TableName=self._table,
            Key=_KEY,
            UpdateExpression="DELETE holders :holders",
            ExpressionAttributeValues=serialize({":holders": holders}),
        )
