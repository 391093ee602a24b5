"""Looks at the queues, the stream and other services, each of which may be down: that is what the report is for."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from shared.ingestion.stream.producer import EVENT_STREAM
from shared.ingestion.uploads.queue import UPLOAD_QUEUE
from shared.live.deliveries import DELIVERY_QUEUE
from shared.merging.queue import MERGE_QUEUE, ROLLUP_QUEUE
from shared.notifications.queue import NOTIFICATION_QUEUE
from shared.pipelines.observation import QueueDepth, StreamBacklog
from shared.runtime.observability import logger

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient
    from types_boto3_sqs import SQSClient

    from shared.ingestion.stream.failures import DiscardedBatches
    from shared.ingestion.stream.positions import StreamPosition, StreamPositions
    from shared.runtime.resources import Queue

WATCHED_QUEUES = (MERGE_QUEUE, ROLLUP_QUEUE, UPLOAD_QUEUE, DELIVERY_QUEUE, NOTIFICATION_QUEUE)
"""The queues whose depth is read."""

T = TypeVar("T")

_AT_ONCE = 4
_VISIBLE, _IN_PROCESS, _DELAYED = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


@dataclass(frozen=True, kw_only=True)
class QueueUrls:
    """The addresses of a queue and of its dead-letter queue."""

    queue: str
    dead_letters: str


@dataclass(frozen=True, kw_only=True)
class Services:
    """What is watched.

    Attributes:
        sqs, queues: the service and the addresses of the queues.
        stream: the reader of the stream.
        failures, feed_failures: the batches of stream records, and of changed decisions, that were given up.
        checks: a request to each further service, by its name.
    """

    sqs: "SQSClient"
    queues: "Mapping[Queue, QueueUrls]"
    stream: "WaitingRecords"
    failures: "DiscardedBatches"
    feed_failures: "DiscardedBatches"
    checks: Mapping[str, Callable[[], object]]

    def reads(self, at: datetime) -> Mapping[str, Callable[[], Any]]:
        """Return what to read, by the names that an observation has for it."""
        return {
            "queues": self._depths,
            "stream": lambda: self._backlog(at),
            "feed_failures": lambda: _attempt("s3", self.feed_failures.count),
            "unreachable": self._unreachable,
        }

    def _depths(self) -> "Mapping[Queue, QueueDepth | None]":
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            found = pool.map(lambda urls: _attempt("sqs", lambda: self._depth(urls)), self.queues.values())
            return dict(zip(self.queues, found, strict=True))

    def _depth(self, urls: QueueUrls) -> QueueDepth:
        messages, dead = self._messages(urls.queue), self._messages(urls.dead_letters)
        return QueueDepth(
            waiting=messages[_VISIBLE] + messages[_DELAYED],
            in_process=messages[_IN_PROCESS],
            dead_letters=sum(dead.values()),
        )

    def _messages(self, url: str) -> Mapping[str, int]:
        answer = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[_VISIBLE, _IN_PROCESS, _DELAYED])  # type: ignore[list-item] # three of its literals
        return {name: int(number) for name, number in answer["Attributes"].items()}

    def _backlog(self, at: datetime) -> StreamBacklog | None:
        positions = self.stream.positions.all()
        oldest = _attempt("kinesis", lambda: [self.stream.oldest(positions, at)])
        if oldest is None:
            return None
        return StreamBacklog(
            oldest=oldest[0],
            processed_at=max((each.processed_at for each in positions.values()), default=None),
            failures=_attempt("s3", self.failures.count),
        )

    def _unreachable(self) -> frozenset[str]:
        with ThreadPoolExecutor(len(self.checks)) as pool:
            found = pool.map(lambda check: _attempt(check[0], lambda: [check[1]()]), self.checks.items())
            return frozenset(name for name, answer in zip(self.checks, found, strict=True) if answer is None)


@dataclass(frozen=True, kw_only=True)
class WaitingRecords:
    """Finds the oldest record that waits in the shards of the stream.

    Each shard is read after the position of its consumer, one record at most. A shard allows five readings a second, of
    which the consumer makes one.
    """

    kinesis: "KinesisClient"
    stream_name: str
    positions: "StreamPositions"

    def oldest(self, positions: "Mapping[str, StreamPosition]", at: datetime) -> datetime | None:
        """Return when the oldest record after the positions arrived; None if there is none."""
        shards = [shard["ShardId"] for shard in self.kinesis.list_shards(StreamName=self.stream_name)["Shards"]]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            found = pool.map(lambda shard: self._first(shard, _start(positions.get(shard), at), at), shards)
            return min((each for each in found if each), default=None)

    def _first(self, shard_id: str, start: Mapping[str, Any], at: datetime) -> datetime | None:
        iterator = self.kinesis.get_shard_iterator(StreamName=self.stream_name, ShardId=shard_id, **start)
        answer = self.kinesis.get_records(ShardIterator=iterator["ShardIterator"], Limit=1)
        if answer["Records"]:
            return answer["Records"][0]["ApproximateArrivalTimestamp"]
        behind = answer.get("MillisBehindLatest", 0)  # a reading may be empty although records follow
        return at - timedelta(milliseconds=behind) if behind else None


def _start(position: "StreamPosition | None", at: datetime) -> Mapping[str, Any]:
    """Return where to read from; a record that is not kept any longer has no place in the stream."""
    kept_since = at - timedelta(hours=EVENT_STREAM.retention_hours)
    if position is None or position.arrived_at <= kept_since:
        return {"ShardIteratorType": "TRIM_HORIZON"}
    return {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": position.sequence_number}


def _attempt(service: str, ask: Callable[[], T]) -> T | None:
    """Return an answer, or None if the service does not respond."""
    try:
        return ask()
    except (BotoCoreError, ClientError) as error:
        logger().warning("a service does not respond", dependency=service, exc_info=error)
        return None
