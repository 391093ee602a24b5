"""So many queries run at once and no more, however many functions there are and whichever of them die."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import boto3
import pytest

from shared.athena.concurrency import QueryConcurrency
from shared.athena.result_cache import RESULT_CACHE_TABLE
from shared.runtime.deadline import Timeout
from shared.runtime.errors import Unavailable
from shared.runtime.settings import Settings
from tests.fakes.clock import Clock
from tests.fakes.fault_injection import CrashPoint
from tests.fakes.moto_platforms import MotoPlatforms

QUERY = Timeout(seconds=20)
GONE_FOR_SURE = timedelta(minutes=2)
AT_ONCE = Timeout(seconds=0)
FOR_LONG = Timeout(seconds=20, first_wait=0.001, longest_wait=0.005)
MOST = 3
BOUND = 20
Made = Callable[[], QueryConcurrency]


@pytest.fixture
def made(aws: Settings, clock: Clock) -> Made:
    """Makes the slots as one more process sees them."""
    dynamodb: Any = boto3.client("dynamodb")
    return lambda: QueryConcurrency(dynamodb, aws.name_of(RESULT_CACHE_TABLE), most=MOST, clock=clock)


class Held:
    """Permits that are held until the test releases them."""

    def __init__(self, made: Made, pool: ThreadPoolExecutor, number: int) -> None:
        self._may_end = threading.Event()
        self._taken = threading.Semaphore(0)
        self._holding = [pool.submit(self._hold, made()) for _ in range(number)]
        for _ in self._holding:
            assert self._taken.acquire(timeout=BOUND)

    def _hold(self, slots: QueryConcurrency) -> None:
        with slots.acquire(QUERY, FOR_LONG):
            self._taken.release()
            assert self._may_end.wait(BOUND)

    def give_back(self) -> None:
        """Let all of them go."""
        self._may_end.set()
        for each in self._holding:
            each.result(BOUND)


def is_free(made: Made) -> bool:
    try:
        with made().acquire(QUERY, AT_ONCE):
            return True
    except Unavailable:
        return False


def test_permits_are_limited_and_a_released_one_is_free_again(made: Made) -> None:
    with ThreadPoolExecutor(MOST) as pool:
        held = Held(made, pool, MOST)
        while_held = is_free(made)
        held.give_back()

    assert (while_held, is_free(made)) == (False, True)


def test_without_a_free_permit_in_time_the_caller_is_told_to_retry(made: Made) -> None:
    with ThreadPoolExecutor(MOST) as pool:
        held = Held(made, pool, MOST)

        with pytest.raises(Unavailable) as caught, made().acquire(QUERY, AT_ONCE):
            raise AssertionError("there was none")
        held.give_back()

    assert caught.value.retry_after is not None


def test_a_waiting_caller_gets_a_released_permit(made: Made) -> None:
    with ThreadPoolExecutor(MOST + 1) as pool:
        held = Held(made, pool, MOST)
        waiting = pool.submit(Held, made, ThreadPoolExecutor(1), 1)
        with pytest.raises(TimeoutError):
            waiting.result(0.05)

        held.give_back()

        waiting.result(BOUND).give_back()


def test_racing_queries_never_exceed_the_permits(made: Made) -> None:
    running, most, lock = 0, 0, threading.Lock()

    def run() -> None:
        nonlocal running, most
        with made().acquire(QUERY, FOR_LONG):
            with lock:
                running += 1
                most = max(most, running)
            with lock:
                running -= 1

    with ThreadPoolExecutor(8) as pool:
        for each in [pool.submit(run) for _ in range(40)]:
            each.result(BOUND)

    assert 1 <= most <= MOST
    assert is_free(made)


def test_a_permit_is_released_when_its_query_fails(made: Made) -> None:
    for _ in range(MOST + 1):
        with pytest.raises(LookupError), made().acquire(QUERY, AT_ONCE):
            raise LookupError

    assert is_free(made)


@pytest.mark.parametrize("moment", CrashPoint)
@pytest.mark.parametrize("step", [0, 1])
def test_permits_of_crashed_processes_are_free_after_expiry(
    made: Made, platforms: MotoPlatforms, clock: Clock, step: int, moment: CrashPoint
) -> None:
    for _ in range(MOST):
        with platforms.fault_injector.killing(step, moment), made().acquire(QUERY, AT_ONCE):
            pass
    left = is_free(made)

    clock.pass_by(GONE_FOR_SURE)

    assert is_free(made)
    assert left is ((step, moment) in {(0, CrashPoint.BEFORE), (1, CrashPoint.AFTER)})


def test_permits_of_live_processes_outlast_crashed_ones(made: Made, platforms: MotoPlatforms, clock: Clock) -> None:
    with platforms.fault_injector.killing(0, CrashPoint.AFTER), made().acquire(QUERY, AT_ONCE):
        pass
    clock.pass_by(GONE_FOR_SURE)
    with ThreadPoolExecutor(MOST) as pool:
        held = Held(made, pool, MOST)
        while_held = is_free(made)
        held.give_back()

    assert while_held is False


def test_without_the_table_a_query_runs_without_a_permit(made: Made, platforms: MotoPlatforms) -> None:
    with platforms.outages.of("dynamodb"):
        assert is_free(made)


def test_a_failed_release_does_not_fail_the_query(made: Made, platforms: MotoPlatforms) -> None:
    with ExitStack() as outage, made().acquire(QUERY, AT_ONCE):
        outage.enter_context(platforms.outages.of("dynamodb"))

    assert is_free(made)
