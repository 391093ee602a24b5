"""Requests to bring connections up to date: all of a channel, a slice of them, or one."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING
from zlib import crc32

import orjson

from shared.runtime.resources import Queue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from types_boto3_sqs import SQSClient

DELIVERY_QUEUE = Queue("delivery_queue", visibility_seconds=180, max_receives=5)

_PER_CALL = 10


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A request to bring connections up to date; it names what to look at, not what to send, and is safe to repeat.

    Attributes:
        channel: the channel of the connections.
        connection_id: the only connection that is meant, if it is one.
        part, parts: of all connections, those of one slice; each connection is in one of them.
        attempt: how often it has been requested for this connection in vain.
    """

    channel: str
    connection_id: str = ""
    part: int = 0
    parts: int = 1
    attempt: int = 0

    def includes(self, connection_id: str) -> bool:
        """Whether a connection of the channel is meant."""
        return crc32(connection_id.encode()) % self.parts == self.part

    @classmethod
    def read(cls, body: str) -> "Delivery":
        """Read a message of the queue."""
        return cls(**orjson.loads(body))


class Deliveries:
    """Puts requests on the queue of the deliverer."""

    def __init__(self, sqs: "SQSClient", queue_url: str) -> None:
        self._sqs = sqs
        self._queue_url = queue_url

    def request(self, deliveries: "Iterable[Delivery]", *, after_seconds: int = 0) -> None:
        """Request deliveries, to be made after a while.

        Raises:
            ConnectionError: the queue did not take all of them.
        """
        every = list(dict.fromkeys(deliveries))
        for start in range(0, len(every), _PER_CALL):
            entries = [
                {"Id": str(place), "MessageBody": orjson.dumps(asdict(each)).decode(), "DelaySeconds": after_seconds}
                for place, each in enumerate(every[start : start + _PER_CALL])
            ]
            answer = self._sqs.send_message_batch(QueueUrl=self._queue_url, Entries=entries)  # type: ignore[arg-type] # dictionaries of its fields
            if answer.get("Failed"):
                raise ConnectionError("the queue of deliveries rejected messages")
