"""Counts requests in fixed windows in DynamoDB; one conditional write admits or rejects a request."""

from dataclasses import dataclass
from math import ceil
from threading import Lock
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from shared.runtime.dynamodb import deserialize, serialize
from shared.runtime.errors import RateLimitExceeded
from shared.runtime.observability import count, logger
from shared.runtime.resources import Table, Write

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.limits.classes import RateClass
    from shared.runtime.models import Clock

RATE_LIMITS_TABLE = Table("rate_limits", writes=Write.UPDATE, partition_key="window", expires_by="expires_at")

_UNREACHABLE = (BotoCoreError, ClientError)
_REMEMBERED_WINDOWS = 10_000
_KEPT_SECONDS_AFTER_END = 3600


@dataclass(frozen=True)
class RateLimitStatus:
    """The use of a rate limit in the current window."""

    limit: int
    used: int
    resets_at: int

    @property
    def headers(self) -> dict[str, str]:
        """The headers of every rate-limited response."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(max(0, self.limit - self.used)),
            "X-RateLimit-Reset": str(self.resets_at),
        }


@dataclass(frozen=True)
class _Window:
    """A window of one subject and rate class."""

    key: str
    limit: int
    ends_at: int


class RateLimiter:
    """Admits exactly as many requests of a subject as its rate class allows, also under concurrency."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str, clock: "Clock") -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._clock = clock
        self._full: dict[str, int] = {}
        self._lock = Lock()

    def check(self, rate_class: "RateClass", subject: str) -> dict[str, str]:
        """Count a request and return the rate limit headers; none if the counters are unreachable.

        Raises:
            RateLimitExceeded: the window is full; `retry_after` is the time until the next one.
        """
        window = self._window(rate_class, subject)
        if window.key in self._full:
            raise self._to_error(rate_class, window)
        try:
            used = self._count(window)
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            self._remember_full(window)
            raise self._to_error(rate_class, window) from None
        except _UNREACHABLE as error:
            logger().warning(
                "rate limit store unavailable; the request is served without being counted", exc_info=error
            )
            count("RateLimitUnreachable")
            return {}
        if used >= window.limit:
            self._remember_full(window)
        return RateLimitStatus(window.limit, used, window.ends_at).headers

    def _window(self, rate_class: "RateClass", subject: str) -> _Window:
        seconds = rate_class.window_seconds
        ends_at = (int(self._clock().timestamp()) // seconds + 1) * seconds
        return _Window(f"{rate_class.name}#{ends_at}#{subject}", rate_class.limit, ends_at)

    def _count(self, window: _Window) -> int:
        answer = self._dynamodb.update_item(
            TableName=self._table,
            Key=serialize({"window": window.key}),
            UpdateExpression="ADD used :one SET expires_at = :expires_at",
            ConditionExpression="attribute_not_exists(used) OR used < :limit",
            ExpressionAttributeValues=serialize(
                {":one": 1, ":limit": window.limit, ":expires_at": window.ends_at + _KEPT_SECONDS_AFTER_END}
            ),
            ReturnValues="UPDATED_NEW",
        )
        return int(deserialize(answer["Attributes"])["used"])

    def _remember_full(self, window: _Window) -> None:
        """Cache full windows, to save writes for clients over their limit."""
        now = self._clock().timestamp()
        with self._lock:
            if len(self._full) >= _REMEMBERED_WINDOWS:
                self._full = {key: ends_at for key, ends_at in self._full.items() if ends_at > now}
            if len(self._full) < _REMEMBERED_WINDOWS:
                self._full[window.key] = window.ends_at

    def _to_error(self, rate_class: "RateClass", window: _Window) -> RateLimitExceeded:
        wait = max(1, ceil(window.ends_at - self._clock().timestamp()))
        count("RateLimited")
        return RateLimitExceeded(
            f"More than {rate_class.limit} requests in {rate_class.window_seconds} seconds; retry in {wait} seconds",
            details={"class": rate_class.name, "limit": rate_class.limit, "window_seconds": rate_class.window_seconds},
            retry_after=wait,
            headers=RateLimitStatus(window.limit, window.limit, window.ends_at).headers,
        )
