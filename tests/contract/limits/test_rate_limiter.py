"""Counting in DynamoDB: exact when callers race, cheap when they are over, out of the way when it cannot count."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from botocore.config import Config

from shared.app.wiring import Wiring
from shared.limits.classes import RateClass, Subject
from shared.limits.counter import RATE_LIMITS_TABLE, RateLimiter
from shared.runtime.dialects import Dialect
from shared.runtime.errors import RateLimitExceeded
from shared.runtime.observability import metrics
from shared.runtime.settings import Settings
from tests.fakes.clock import Clock
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.serialized_calls import atomic_dynamodb

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def _class(limit: int, window_seconds: int = 3600, name: str = "general") -> RateClass:
    return RateClass(
        name=name,
        dialect=Dialect.COMMERCE,
        limit=limit,
        window_seconds=window_seconds,
        subject=Subject.API_KEY,
    )


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def limiter(wired: Wiring) -> RateLimiter:
    return wired.rate_limiter


@pytest.fixture
def another(wired: Wiring) -> RateLimiter:
    """The limiter of another process, which remembers nothing of the first."""
    return Wiring(wired.settings, wired.clock).rate_limiter


def _passes(limiter: RateLimiter, rate_class: RateClass, subject: str = "key-1") -> bool:
    try:
        limiter.check(rate_class, subject)
    except RateLimitExceeded:
        return False
    return True


def test_the_headers_count_down_to_the_end_of_the_window(limiter: RateLimiter, clock: Clock) -> None:
    clock.pass_by(timedelta(minutes=20))

    told = [limiter.check(_class(3), "key-1") for _ in range(3)]

    ends = str(int((NOON + timedelta(hours=1)).timestamp()))
    assert told == [
        {"X-RateLimit-Limit": "3", "X-RateLimit-Remaining": str(left), "X-RateLimit-Reset": ends} for left in (2, 1, 0)
    ]


def test_over_the_limit_the_refusal_has_retry_after(limiter: RateLimiter, clock: Clock) -> None:
    limiter.check(_class(1), "key-1")
    clock.pass_by(timedelta(minutes=59, seconds=18, milliseconds=500))

    with pytest.raises(RateLimitExceeded) as refused:
        limiter.check(_class(1), "key-1")

    assert refused.value.retry_after == 42
    assert refused.value.headers == {
        "X-RateLimit-Limit": "1",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": str(int((NOON + timedelta(hours=1)).timestamp())),
        "Retry-After": "42",
    }


def test_the_next_window_begins_at_zero(limiter: RateLimiter, clock: Clock) -> None:
    assert [_passes(limiter, _class(2, 60)) for _ in range(3)] == [True, True, False]

    clock.pass_by(timedelta(seconds=60))

    assert limiter.check(_class(2, 60), "key-1")["X-RateLimit-Remaining"] == "1"


def test_subjects_and_classes_are_counted_apart(limiter: RateLimiter) -> None:
    limiter.check(_class(1), "key-1")

    assert not _passes(limiter, _class(1), "key-1")
    assert _passes(limiter, _class(1), "key-2")
    assert _passes(limiter, _class(1, name="streaming"), "key-1")


def test_of_200_racing_requests_exactly_100_pass_a_limit_of_100(aws: Settings, clock: Clock) -> None:
    table, dynamodb = aws.name_of(RATE_LIMITS_TABLE), atomic_dynamodb()
    limiter, another = RateLimiter(dynamodb, table, clock), RateLimiter(dynamodb, table, clock)
    start, rate_class = threading.Barrier(200, timeout=30), _class(100)

    def race(number: int) -> bool:
        start.wait()
        return _passes(limiter if number % 2 else another, rate_class)

    with ThreadPoolExecutor(200) as pool:
        passed = list(pool.map(race, range(200)))

    assert passed.count(True) == 100


def test_a_request_costs_one_write_and_none_once_the_caller_is_known_to_be_over(
    limiter: RateLimiter, another: RateLimiter, platforms: MotoPlatforms
) -> None:
    rate_class, writes = _class(2), platforms.fault_injector.count

    assert writes(lambda: _passes(limiter, rate_class)) == ["UpdateItem"]
    assert writes(lambda: _passes(limiter, rate_class)) == ["UpdateItem"]
    assert writes(lambda: _passes(limiter, rate_class)) == []
    assert writes(lambda: _passes(another, rate_class)) == ["UpdateItem"]
    assert writes(lambda: _passes(another, rate_class)) == []


def test_counters_expire_after_their_window(limiter: RateLimiter, aws: Settings) -> None:
    limiter.check(_class(5), "key-1")

    (item,) = boto3.client("dynamodb").scan(TableName=aws.name_of(RATE_LIMITS_TABLE))["Items"]

    assert int(item["expires_at"]["N"]) > (NOON + timedelta(hours=1)).timestamp()


def test_without_the_counters_requests_are_served_uncounted_and_an_alarm_metric_counts_them(
    limiter: RateLimiter, aws: Settings
) -> None:
    boto3.client("dynamodb").delete_table(TableName=aws.name_of(RATE_LIMITS_TABLE))
    metrics().clear_metrics()

    told = [limiter.check(_class(1), "key-1") for _ in range(3)]

    assert told == [{}, {}, {}]
    assert metrics().metric_set["RateLimitUnreachable"]["Value"] == [1.0, 1.0, 1.0]
    metrics().clear_metrics()


def test_an_unresponsive_counter_does_not_block_requests(clock: Clock, platforms: MotoPlatforms) -> None:
    assert platforms
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        once = Config(retries={"total_max_attempts": 1}, connect_timeout=1, read_timeout=1)
        client = boto3.client("dynamodb", endpoint_url=f"http://127.0.0.1:{deaf.getsockname()[1]}", config=once)

        assert RateLimiter(client, "nowhere", clock).check(_class(1), "key-1") == {}
    metrics().clear_metrics()
