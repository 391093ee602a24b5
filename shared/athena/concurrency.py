"""How many queries run at once, over all functions: each takes a slot first, and a slot nobody gives back runs out."""

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

    from shared.runtime.models import Clock
    from shared.runtime.patience import Patience

_UNREACHABLE = (BotoCoreError, ClientError)
_COME_AGAIN_SECONDS = 5
# What reading the last page and stopping a query take beyond what anybody waits for it.
_GRACE = timedelta(seconds=30)
_KEY = serialize({"cache_key": "slots of queries"})


class QuerySlots:
    """Keeps who runs a query in one item, a set of `{until}#{id}`, in which those that ran out are nobody's."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str, *, most: int, clock: "Clock") -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._most = most
        self._clock = clock

    @contextmanager
    def one(self, patience: "Patience", wait: "Patience") -> Iterator[None]:
        """Hold a slot for a query that ends within a patience; without one, if the slots are out of reach.

        Raises:
            Unavailable: none became free as long as one waits.
        """
        try:
            holder = self._take(patience, wait)
        except _UNREACHABLE as error:
            logger().warning("query slots unavailable; the query runs without one", exc_info=error)
            count("QuerySlotsUnreachable")
            yield
            return
        try:
            yield
        finally:
            self._give_back(holder)

    def _take(self, patience: "Patience", wait: "Patience") -> str:
        for _ in wait.polls():
            holder = self._name(patience)
            if self._add(holder) or (self._clear() and self._add(holder)):
                return holder
        count("QuerySlotsTaken")
        raise Unavailable("Too many queries are running; retry later", retry_after=_COME_AGAIN_SECONDS)

    def _name(self, patience: "Patience") -> str:
        until = self._clock() + timedelta(seconds=patience.left) + _GRACE
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

    def _clear(self) -> bool:
        """Take the slots of those that ran out: their processes died. Tell whether there were any."""
        item = self._dynamodb.get_item(TableName=self._table, Key=_KEY, ConsistentRead=True).get("Item", {})
        now = f"{round(self._clock().timestamp() * 1000):015d}"
        ran_out = {holder for holder in deserialize(item).get("holders", ()) if holder < now}
        if ran_out:
            logger().warning("query slots expired without being released", slots=len(ran_out))
            self._remove(ran_out)
        return bool(ran_out)

    def _give_back(self, holder: str) -> None:
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
