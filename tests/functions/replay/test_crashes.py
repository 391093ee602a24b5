"""Runs whose steps are killed before and after each of their writes end with the results of an undisturbed run."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import boto3
import pytest

from shared.pipelines.run_register import RUN_REGISTER_TABLE
from tests.fakes.fault_injection import CrashPoint, FaultInjector, deaths
from tests.fakes.replay_runs import execute
from tests.functions.replay.conftest import SCENARIOS, World

WINDOW = {"start": "2018-08-08T00:00:00Z", "end": "2018-08-09T00:00:00Z"}
PER_SLICE = 300
"""About two thirds of the decisions of the day, so that there are two slices."""

OVERRIDES = {"thresholds": {"fraud_threshold": 0.4, "review_threshold": 0.1}}


@pytest.fixture
def made(world: World) -> Mapping[str, Any]:
    """A scenario over a day."""
    return world.create(timeWindow=WINDOW, overrides=OVERRIDES)


def test_steps_killed_around_any_write_and_repeated_give_the_same_results_once(
    world: World, made: Mapping[str, Any]
) -> None:
    injector = FaultInjector()
    undisturbed = world.start(made["id"])
    writes = injector.count(lambda: execute(world.wired, undisturbed, injector, per_slice=PER_SLICE))
    expected = world.results(made["id"])
    assert writes == [
        *("PutObject", "TransactWriteItems"),  # plan
        *("PutObject", "TransactWriteItems"),  # a slice
        *("PutObject", "TransactWriteItems"),  # the other one
        *("PutObject", "TransactWriteItems"),  # results
    ]

    for step, moment in deaths(writes):
        world.clock.pass_by(timedelta(minutes=1))
        run_id = world.start(made["id"])
        killed = FaultInjector()
        with killed.killing(step, moment):
            execute(world.wired, run_id, killed, per_slice=PER_SLICE)
        execute(world.wired, run_id, per_slice=PER_SLICE)

        shown = world.show(made["id"])
        assert world.results(made["id"])["checksum"] == expected["checksum"]
        assert (shown["status"], shown["progress"]["processed"]) == ("completed", expected["decisions"])
        assert _entries(world, run_id) == ["ended"]


def test_a_crash_before_the_execution_is_started_leaves_a_run_that_fails_and_can_be_repeated(
    world: World, made: Mapping[str, Any]
) -> None:
    injector = FaultInjector()
    injector.listen(world.wired.clients.dynamodb.meta.events)
    writes = injector.count(lambda: world.start(made["id"]))
    world.post(f"{SCENARIOS}/{made['id']}/cancel")

    with injector.killing(writes.index("TransactWriteItems"), CrashPoint.AFTER):
        world.post(f"{SCENARIOS}/{made['id']}/run")
    stuck = world.post(f"{SCENARIOS}/{made['id']}/run")
    world.clock.pass_by(timedelta(minutes=2))

    assert (stuck.status, world.show(made["id"])["status"]) == (409, "failed")
    assert world.run(made["id"])["decisions"] > 0


def _entries(world: World, run_id: str) -> list[str]:
    """The states in which the register has a run."""
    table = world.wired.name_of(RUN_REGISTER_TABLE)
    items = boto3.client("dynamodb").scan(TableName=table)["Items"]
    return [each["state"]["S"] for each in items if each["entry"]["S"].endswith(run_id)]
