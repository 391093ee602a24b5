"""The lake seen from outside: whether it is empty, and when everything sent to it is merged."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import boto3

from infra.local.deploy.outputs import Outputs

QUIET_SECONDS = 4.0
_POLL_SECONDS = 0.5
_DEAD_LETTERS = ("dead", "dlq")


@dataclass(frozen=True, slots=True)
class Backlog:
    """What still waits for the merger."""

    objects: int
    messages: int

    def __bool__(self) -> bool:
        return self.objects + self.messages > 0

    def __str__(self) -> str:
        return f"{self.objects} objects and {self.messages} messages wait"


@dataclass(frozen=True, slots=True)
class Lake:
    """The deployed lake and the queue in front of its merger."""

    session: boto3.Session
    endpoint: str
    outputs: Outputs

    def is_empty(self) -> bool:
        """Tell whether nothing was ever sent."""
        return not any(self._count(prefix, most=1) for prefix in ("landing/", "incoming/", "base/"))

    def pending(self) -> Backlog:
        """Return what was delivered and not yet merged."""
        return Backlog(objects=self._count("incoming/", most=1000), messages=self._messages())

    def _count(self, prefix: str, *, most: int) -> int:
        if self.outputs.lake_bucket is None:
            return 0
        s3 = self.session.client("s3", endpoint_url=self.endpoint)
        found = s3.list_objects_v2(Bucket=self.outputs.lake_bucket, Prefix=prefix, MaxKeys=most)
        return found["KeyCount"]

    def _messages(self) -> int:
        sqs = self.session.client("sqs", endpoint_url=self.endpoint)
        urls = [url for url in sqs.list_queues().get("QueueUrls", []) if not _is_dead_letter(url)]
        counts = [sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"] for url in urls]
        waiting = sum(int(count["ApproximateNumberOfMessages"]) for count in counts)
        return waiting + sum(int(count["ApproximateNumberOfMessagesNotVisible"]) for count in counts)


def _is_dead_letter(url: str) -> bool:
    name = url.rpartition("/")[2].lower()
    return any(mark in name for mark in _DEAD_LETTERS)


def settle(
    pending: Callable[[], Backlog],
    *,
    timeout: float,
    tell: Callable[[Backlog], None],
    quiet: float = QUIET_SECONDS,
    poll: float = _POLL_SECONDS,
) -> bool:
    """Wait until nothing was pending for long enough to cover records still in the stream; False if time runs out."""
    deadline = time.monotonic() + timeout
    quiet_since: float | None = None
    while (now := time.monotonic()) < deadline:
        backlog = pending()
        tell(backlog)
        if backlog:
            quiet_since = None
        elif quiet_since is None:
            quiet_since = now
        elif now - quiet_since >= quiet:
            return True
        time.sleep(poll)
    return False
