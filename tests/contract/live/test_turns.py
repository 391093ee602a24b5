"""Runs that follow each other at an interval."""

from datetime import timedelta

import pytest

from shared.app.wiring import Wiring
from shared.live.turns import APART, LOST_AFTER, Turns
from tests.fakes.clock import Clock
from tests.fakes.fault_injection import CrashPoint
from tests.fakes.moto_platforms import MotoPlatforms

MINUTE = timedelta(minutes=1)


@pytest.fixture
def turns(wired: Wiring) -> Turns:
    """The turns."""
    return wired.turns


def test_the_first_request_starts_a_run_at_once(turns: Turns) -> None:
    started: list[int] = []

    turns.request("a", started.append)
    turns.request("b", started.append)

    assert started == [0, 0]


def test_requests_before_a_run_begins_are_one_run(turns: Turns) -> None:
    started: list[int] = []

    for _ in range(5):
        turns.request("a", started.append)

    assert started == [0]


def test_a_request_after_a_run_began_starts_another_a_second_later(turns: Turns, clock: Clock) -> None:
    started: list[int] = []
    turns.request("a", started.append)
    turns.begin("a")

    turns.request("a", started.append)
    turns.request("a", started.append)
    turns.begin("a")
    clock.pass_by(APART)
    turns.request("a", started.append)

    assert started == [0, 1, 0]


def test_runs_can_be_wanted_sooner_after_each_other(turns: Turns, clock: Clock) -> None:
    started: list[int] = []
    turns.request("a", started.append)
    turns.begin("a")
    clock.pass_by(APART / 2)

    turns.request("a", started.append, APART / 4)

    assert started == [0, 0]


def test_a_run_that_never_came_is_started_again(turns: Turns, clock: Clock) -> None:
    started: list[int] = []
    turns.request("a", started.append)
    turns.repair("a", started.append)
    turns.repair("b", started.append)

    clock.pass_by(LOST_AFTER + timedelta(milliseconds=1))
    turns.repair("a", started.append)
    clock.pass_by(LOST_AFTER + timedelta(milliseconds=1))
    turns.request("a", started.append)

    assert started == [0, 0, 0]


def test_runs_can_be_wanted_much_later_after_each_other(turns: Turns, clock: Clock) -> None:
    started: list[int] = []
    turns.request("a", started.append, MINUTE)
    turns.begin("a")

    for _ in range(5):
        clock.pass_by(timedelta(seconds=11.5))
        turns.request("a", started.append, MINUTE)

    assert started == [0, 49]  # whole seconds, and never too early


def test_a_run_that_is_due_much_later_is_not_taken_for_lost_before(turns: Turns, clock: Clock) -> None:
    started: list[int] = []
    turns.request("a", started.append)
    turns.begin("a")
    turns.request("a", started.append, MINUTE)

    clock.pass_by(2 * MINUTE)
    turns.repair("a", started.append, MINUTE)
    clock.pass_by(timedelta(milliseconds=1))
    turns.repair("a", started.append, MINUTE)

    assert started == [0, 60, 0]


def test_a_repeated_message_begins_no_run_before_its_time(turns: Turns, clock: Clock) -> None:
    begun = [turns.begin_apart("a", MINUTE)]
    clock.pass_by(timedelta(seconds=58))
    begun.append(turns.begin_apart("a", MINUTE))
    clock.pass_by(timedelta(seconds=1))
    begun.append(turns.begin_apart("a", MINUTE))

    assert begun == [True, False, True]
    assert turns.last_began("a") == clock()
    assert turns.last_began("b") is None


@pytest.mark.parametrize("moment", CrashPoint)
def test_a_crash_delays_a_run_and_loses_none(
    turns: Turns, clock: Clock, platforms: MotoPlatforms, moment: CrashPoint
) -> None:
    started: list[int] = []
    with platforms.fault_injector.killing(0, moment):
        turns.request("a", started.append)

    clock.pass_by(LOST_AFTER + timedelta(milliseconds=1))
    turns.request("a", started.append)

    assert started == [0]
