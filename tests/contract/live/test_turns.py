"""Runs that follow each other at an interval."""

from datetime import timedelta

import pytest

from shared.app.wiring import Wiring
from shared.live.turns import APART, LOST_AFTER, Turns
from tests.fakes.clock import Clock
from tests.fakes.fault_injection import CrashPoint
from tests.fakes.moto_platforms import MotoPlatforms


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
