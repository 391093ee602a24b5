"""A checkup ends in time whatever happens, and says of each dependency whether it answered."""

import threading
from datetime import timedelta

import pytest
from botocore.exceptions import EndpointConnectionError

from shared.health.checks import REMEMBERED_FOR, Checkup, DependencyCheck
from shared.health.models import DependencyStatus, OverallStatus
from shared.runtime.errors import Unavailable
from tests.fakes.clock import Clock


def _answers() -> None:
    return None


def _fails() -> None:
    raise EndpointConnectionError(endpoint_url="https://down.example")


def test_the_platform_is_healthy_with_all_dependencies(clock: Clock) -> None:
    found = Checkup(
        [DependencyCheck("tables", _answers, required=True), DependencyCheck("queries", _answers)], clock
    ).health()

    assert found.status is OverallStatus.OK
    assert [(each.name, each.status) for each in found.dependencies] == [
        ("tables", DependencyStatus.OK),
        ("queries", DependencyStatus.OK),
    ]


def test_the_platform_is_degraded_without_an_optional_dependency(clock: Clock) -> None:
    found = Checkup(
        [DependencyCheck("tables", _answers, required=True), DependencyCheck("queries", _fails)], clock
    ).health()

    assert found.status is OverallStatus.DEGRADED
    assert found.dependencies[1].status is DependencyStatus.DOWN


def test_the_platform_is_down_without_a_required_dependency(clock: Clock) -> None:
    with pytest.raises(Unavailable) as refused:
        Checkup(
            [DependencyCheck("tables", _fails, required=True), DependencyCheck("queries", _answers)], clock
        ).health()

    assert refused.value.details is not None
    assert refused.value.details["status"] == "down"
    assert "down.example" not in str(refused.value.details)


def test_a_dependency_that_times_out_is_down_and_delays_no_other(clock: Clock) -> None:
    released = threading.Event()
    checks = [DependencyCheck("tables", _answers, required=True), DependencyCheck("queries", lambda: released.wait(30))]

    found = Checkup(checks, clock, patience_seconds=0.05).health()
    still_waiting = not released.is_set()
    released.set()

    assert still_waiting
    assert found.status is OverallStatus.DEGRADED
    assert (found.dependencies[1].status, found.dependencies[1].latency_ms) == (DependencyStatus.DOWN, 50.0)


def test_dependencies_are_checked_concurrently(clock: Clock) -> None:
    meeting = threading.Barrier(3, timeout=5)

    found = Checkup([DependencyCheck(str(number), meeting.wait) for number in range(3)], clock).health()

    assert found.status is OverallStatus.OK


def test_a_report_is_cached_for_a_few_seconds(clock: Clock) -> None:
    asked: list[str] = []
    checkup = Checkup([DependencyCheck("tables", lambda: asked.append("tables"))], clock)

    checkup.health()
    checkup.health()
    assert asked == ["tables"]

    clock.pass_by(REMEMBERED_FOR + timedelta(milliseconds=1))
    checkup.health()
    assert asked == ["tables", "tables"]
