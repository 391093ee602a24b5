"""Runs of which a slice fails: they end as failed with a reason, and have no results."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import boto3
import pytest

from functions.manifest import REPLAY_RUN
from shared.replay.facts import UnreadableFacts
from shared.replay.run_files import REPLAY_RUNS_BUCKET
from shared.replay.totals import UnreadableTotals
from tests.fakes.replay_runs import execute, input_of, steps_of
from tests.fakes.workflows import run_step
from tests.functions.replay.conftest import SCENARIOS, World

WINDOW = {"start": "2018-08-08T00:00:00Z", "end": "2018-08-09T00:00:00Z"}
OVERRIDES = {"thresholds": {"fraud_threshold": 0.4, "review_threshold": 0.1}}
PER_SLICE = 300
"""About two thirds of the decisions of the day, so that there are two slices."""

PLAN, SLICE, _ = REPLAY_RUN.steps
FAILING = "slice=1/"
"""Where the decisions of the second slice are."""


@pytest.fixture
def made(world: World) -> Mapping[str, Any]:
    """A scenario over a day."""
    return world.create(timeWindow=WINDOW, overrides=OVERRIDES)


def objects(world: World, prefix: str) -> list[str]:
    """The keys of the objects of runs below a prefix."""
    found = boto3.client("s3").list_objects_v2(Bucket=world.wired.name_of(REPLAY_RUNS_BUCKET), Prefix=prefix)
    return [each["Key"] for each in found.get("Contents", ())]


def spoil(world: World, key: str) -> None:
    """Replace an object of a run by something that is not one."""
    boto3.client("s3").put_object(Bucket=world.wired.name_of(REPLAY_RUNS_BUCKET), Key=key, Body=b"spoiled")


def started_with_spoiled_rows(world: World, scenario_id: str) -> str:
    """Start a run, plan it, and spoil the decisions of its second slice."""
    run_id = world.start(scenario_id)
    with steps_of(world.wired, per_slice=PER_SLICE):
        run_step(PLAN, input_of(world.wired, run_id), {})
    (rows,) = [each for each in objects(world, f"runs/{run_id}/rows/") if FAILING in each]
    spoil(world, rows)
    return run_id


def started_with_spoiled_totals(world: World, scenario_id: str) -> str:
    """Start a run with totals of its second slice, as if it had been computed, that are none."""
    run_id = world.start(scenario_id)
    spoil(world, f"runs/{run_id}/totals/1")
    return run_id


@pytest.mark.parametrize(
    ("begin", "error"),
    [(started_with_spoiled_rows, UnreadableFacts), (started_with_spoiled_totals, UnreadableTotals)],
    ids=["rows", "totals"],
)
def test_a_slice_that_fails_ends_the_run_with_its_reason_and_without_results(
    world: World, made: Mapping[str, Any], begin: Callable[[World, str], str], error: type[Exception]
) -> None:
    run_id = begin(world, made["id"])

    with pytest.raises(error):
        execute(world.wired, run_id, per_slice=PER_SLICE)

    shown = world.show(made["id"])
    assert shown["status"] == "failed"
    assert shown["error"] == (
        "A slice of the decisions could not be replayed: an unexpected error occurred, whose details are in the log "
        "of the workflow. Run the scenario again: slices that are finished are kept."
    )
    assert 0 < shown["progress"]["processed"] < shown["progress"]["total"]
    assert "resultsUrl" not in shown
    assert world.get(f"{SCENARIOS}/{made['id']}/results").status == 409
    assert objects(world, f"results/{made['id']}/") == []


def test_after_a_second_failure_on_the_same_work_a_run_starts_from_scratch(
    world: World, made: Mapping[str, Any]
) -> None:
    spoiled = started_with_spoiled_rows(world, made["id"])
    with pytest.raises(UnreadableFacts):
        execute(world.wired, spoiled, per_slice=PER_SLICE)
    world.clock.pass_by(timedelta(minutes=1))

    continued = world.start(made["id"])
    with pytest.raises(UnreadableFacts):
        execute(world.wired, continued, per_slice=PER_SLICE)
    world.clock.pass_by(timedelta(minutes=1))
    found = world.run(made["id"])

    assert objects(world, f"runs/{continued}/") == []
    assert found["decisions"] == world.show(made["id"])["progress"]["total"] > PER_SLICE
    assert objects(world, f"results/{made['id']}/") == [f"results/{made['id']}/{found['runId']}.json"]


def test_a_step_of_a_failed_run_that_is_repeated_late_changes_nothing(world: World, made: Mapping[str, Any]) -> None:
    run_id = started_with_spoiled_rows(world, made["id"])
    with pytest.raises(UnreadableFacts):
        execute(world.wired, run_id, per_slice=PER_SLICE)
    failed = world.show(made["id"])

    with steps_of(world.wired, per_slice=PER_SLICE):
        state = run_step(PLAN, input_of(world.wired, run_id), {})
        run_step(SLICE, {**state, "slices": [0, 1]}, {})

    assert state["slices"] == []
    assert world.show(made["id"]) == failed
