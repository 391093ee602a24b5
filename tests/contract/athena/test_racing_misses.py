"""Who misses at the same time computes once; a claim of who failed or died is the next one's."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from pydantic import TypeAdapter

from shared.athena.result_cache import RESULT_CACHE_TABLE, ResultCache, cache_key
from shared.athena.sql import Statement
from shared.runtime.deadline import Timeout
from shared.runtime.errors import Unavailable
from shared.runtime.settings import Settings
from tests.fakes.clock import Clock
from tests.fakes.fault_injection import CrashPoint
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.outages import refusal
from tests.fakes.serialized_calls import atomic_dynamodb

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

WHOLE: TypeAdapter[int] = TypeAdapter(int)
KEY = cache_key(Statement("SELECT 7"))
LEASE = timedelta(seconds=10)
BOUND = 20
Made = Callable[..., ResultCache]
Recalled = tuple[int, bool]


@pytest.fixture
def dynamodb(aws: Settings) -> "DynamoDBClient":  # noqa: ARG001 # moto must be there first
    return boto3.client("dynamodb")


@pytest.fixture
def made(aws: Settings, dynamodb: "DynamoDBClient", clock: Clock) -> Made:
    """Makes the cache of one more process."""

    def make(seconds: float = LEASE.total_seconds()) -> ResultCache:
        patience = Timeout(seconds=seconds, first_wait=0.001, longest_wait=0.005)
        table = aws.name_of(RESULT_CACHE_TABLE)
        return ResultCache(dynamodb, table, clock=clock, patience=patience)

    return make


class Query:
    """A query that ends when the test says so, and counts its runs."""

    def __init__(self, result: int | Exception = 7) -> None:
        self.runs = 0
        self.running = threading.Event()
        self.may_end = threading.Event()
        self._result = result

    def __call__(self) -> int:
        self.runs += 1
        self.running.set()
        assert self.may_end.wait(BOUND)
        if isinstance(self._result, Exception):
            raise self._result
        return self._result


def ask(cache: ResultCache, compute: Callable[[], int]) -> Recalled:
    return cache.get_or_compute(KEY, WHOLE, compute)


def at_once(result: int = 7) -> Callable[[], int]:
    return lambda: result


def never() -> int:
    raise AssertionError("somebody else is computing this")


def items(settings: Settings) -> list[dict[str, Any]]:
    return boto3.client("dynamodb").scan(TableName=settings.name_of(RESULT_CACHE_TABLE))["Items"]


def test_racing_misses_compute_once_and_share_the_result(made: Made) -> None:
    query, racers = Query(), 8

    with ThreadPoolExecutor(racers) as pool:
        racing = [pool.submit(ask, made(), query) for _ in range(racers)]
        assert query.running.wait(BOUND)
        query.may_end.set()
        results = [each.result(BOUND) for each in racing]

    assert query.runs == 1
    assert sorted(results) == [(7, False), *[(7, True)] * (racers - 1)]


def test_a_miss_during_a_computation_waits_for_its_result(made: Made) -> None:
    query = Query()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(ask, made(), query)
        assert query.running.wait(BOUND)
        second = pool.submit(ask, made(), never)
        query.may_end.set()

        assert (first.result(BOUND), second.result(BOUND)) == ((7, False), (7, True))


def test_a_waiting_miss_gets_no_result_of_another_statement(made: Made) -> None:
    query = Query()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(ask, made(), query)
        assert query.running.wait(BOUND)

        other = made().get_or_compute(cache_key(Statement("SELECT 8")), WHOLE, at_once(8))
        query.may_end.set()

    assert other == (8, False)


def test_after_a_failure_one_of_the_waiting_misses_computes(made: Made, aws: Settings) -> None:
    failing, query = Query(Unavailable("Too many queries are running; retry later", retry_after=5)), Query()

    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(ask, made(), failing)
        assert failing.running.wait(BOUND)
        others: list[Future[Recalled]] = [pool.submit(ask, made(), query) for _ in range(3)]
        failing.may_end.set()
        query.may_end.set()

        with pytest.raises(Unavailable):
            first.result(BOUND)
        results = [each.result(BOUND) for each in others]

    assert (failing.runs, query.runs) == (1, 1)
    assert sorted(results) == [(7, False), (7, True), (7, True)]
    assert len(items(aws)) == 1


def test_a_failure_leaves_nothing_behind(made: Made, aws: Settings) -> None:
    query = Query(LookupError("no such table"))
    query.may_end.set()

    with pytest.raises(LookupError):
        ask(made(), query)

    assert items(aws) == []


def test_a_waiting_miss_takes_over_an_expired_claim(made: Made, platforms: MotoPlatforms, clock: Clock) -> None:
    with platforms.fault_injector.killing(0, CrashPoint.AFTER):
        ask(made(), never)

    with ThreadPoolExecutor(1) as pool:
        taking_over = pool.submit(ask, made(BOUND), at_once())
        with pytest.raises(TimeoutError):
            taking_over.result(0.05)
        clock.pass_by(LEASE)

        assert taking_over.result(BOUND) == (7, False)


def test_waiting_is_bounded(made: Made) -> None:
    query = Query()

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(ask, made(), query)
        assert query.running.wait(BOUND)

        with pytest.raises(Unavailable) as caught:
            ask(made(0.01), never)
        query.may_end.set()

        assert (slow.result(BOUND), caught.value.retry_after) == ((7, False), 2)


def test_an_expired_claimant_does_not_release_the_next_claim(made: Made, clock: Clock) -> None:
    late, next_one = Query(OSError("the network is back")), Query()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(ask, made(), late)
        assert late.running.wait(BOUND)
        clock.pass_by(LEASE)
        second = pool.submit(ask, made(), next_one)
        assert next_one.running.wait(BOUND)
        late.may_end.set()
        with pytest.raises(OSError, match="network"):
            first.result(BOUND)

        third = pool.submit(ask, made(), never)
        next_one.may_end.set()

        assert (second.result(BOUND), third.result(BOUND)) == ((7, False), (7, True))


@pytest.mark.parametrize("moment", CrashPoint)
@pytest.mark.parametrize("step", [0, 1])
def test_after_a_kill_anywhere_the_next_computes_when_the_claim_expires(
    made: Made, platforms: MotoPlatforms, clock: Clock, step: int, moment: CrashPoint
) -> None:
    with platforms.fault_injector.killing(step, moment):
        ask(made(), at_once())
    clock.pass_by(LEASE)

    result, _ = ask(made(), at_once())

    assert result == 7


def test_an_uncacheable_result_is_returned_and_its_claim_released(aws: Settings, clock: Clock) -> None:
    client, throttled = atomic_dynamodb(), threading.Event()

    def refuse(**_: Any) -> None:
        if throttled.is_set():
            raise refusal("ThrottlingException")

    def computed() -> int:
        throttled.set()
        return 7

    client.meta.events.register_first("before-call.dynamodb.PutItem", refuse)
    cache = ResultCache(client, aws.name_of(RESULT_CACHE_TABLE), clock=clock)

    assert ask(cache, computed) == (7, False)
    assert items(aws) == []


def test_an_unreadable_cached_result_is_recomputed(made: Made, aws: Settings) -> None:
    ask(made(), at_once())
    [item] = items(aws)
    spoiled = {**item, "body": {"B": b"no deflated JSON"}}
    boto3.client("dynamodb").put_item(TableName=aws.name_of(RESULT_CACHE_TABLE), Item=spoiled)

    assert ask(made(), at_once()) == (7, False)
