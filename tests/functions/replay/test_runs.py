"""Runs of scenarios from their start to their results."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import boto3
import numpy as np
import pytest

from functions.manifest import REPLAY_RUN
from shared.auth.scopes import Scope
from shared.records.schema import DataType
from shared.replay.run_files import REPLAY_RUNS_BUCKET
from shared.replay.workflow import REPLAY_RUN as MACHINE
from tests import handbook
from tests.fakes.replay_runs import execute, input_of, steps_of
from tests.fakes.workflows import run_step
from tests.functions.replay.conftest import SCENARIOS, World, parsed
from tests.oracles import fraud

PLAN, SLICE, REDUCE = REPLAY_RUN.steps
RAISED = {"thresholds": {"fraud_threshold": 0.8, "review_threshold": 0.5}}
LOWERED = {"thresholds": {"fraud_threshold": 0.4, "review_threshold": 0.1}}
A_DAY = {"start": "2018-08-01T00:00:00Z", "end": "2018-08-09T00:00:00Z"}
"""A window with a few hundred decisions."""


def test_the_identity_replay_reproduces_every_recorded_outcome(world: World) -> None:
    made = world.create()

    found = world.run(made["id"])

    assert found["fidelity"] == 1
    assert found["decisions"] == len(world.decisions)
    assert found["baseline"] == found["replayed"]
    assert {each["count"] for each in found["swapSets"].values()} == {0}
    shown = world.show(made["id"])
    assert shown["status"] == "completed"
    assert shown["progress"] == {"total": len(world.decisions), "processed": len(world.decisions), "percentage": 100}
    assert shown["resultsUrl"].endswith(f"/{made['id']}/results?runId={shown['runId']}")


@pytest.mark.parametrize("overrides", [RAISED, LOWERED], ids=["raised", "lowered"])
def test_swap_sets_and_kpis_are_those_of_an_independent_computation(world: World, overrides: Any) -> None:
    truth = fraud.truths(world.decisions, world.labels, world.clock())
    decline, review = (overrides["thresholds"][name] for name in ("fraud_threshold", "review_threshold"))

    found = world.run(world.create(overrides=overrides)["id"])

    flagged = truth.score >= min(decline, review)
    states = np.where(truth.state == "labelled", np.where(truth.fraud, "fraud", "legitimate"), truth.state)
    on, off = flagged & ~truth.flagged, ~flagged & truth.flagged
    expected = {
        "newlyCaughtFraud": on & (states == "fraud"),
        "newlyMissedFraud": off & (states == "fraud"),
        "newlyBlockedLegitimate": on & np.isin(states, ["legitimate", "presumed"]),
        "newlyReleasedLegitimate": off & (states == "legitimate"),
        "newlyFlaggedUnknown": on & (states == "pending"),
        "newlyReleasedUnknown": off & (states == "unverified"),
    }
    assert {name: each["count"] for name, each in found["swapSets"].items()} == {
        name: int(rows.sum()) for name, rows in expected.items()
    }
    for name, rows in expected.items():
        assert found["swapSets"][name]["amount"] == pytest.approx(truth.amount[rows].sum(), abs=0.01)
    kpis = fraud.kpis(truth)
    assert {name: found["baseline"][name] for name in fraud.RATIOS} == pytest.approx(
        {name: kpis[name] for name in fraud.RATIOS}
    )
    assert found["replayed"]["declineRate"] == pytest.approx((truth.score >= decline).mean())


def test_a_model_scores_anew_from_stored_features(world: World) -> None:
    model = handbook.logistic_model()
    same = {
        "type": "logistic",
        "intercept": model.intercept,
        "coefficients": {name: part.coefficient for name, part in model.parts.items()},
        "means": {name: part.mean for name, part in model.parts.items()},
        "scales": {name: part.scale for name, part in model.parts.items()},
    }

    found = world.run(world.create(overrides={"model": same})["id"])

    assert found["unscorable"] == 0
    assert found["replayed"]["approvalRate"] == pytest.approx(found["baseline"]["approvalRate"], abs=0.001)


def test_filters_select_the_decisions(world: World) -> None:
    found = world.run(world.create(filters={"channel": ["web"], "risk_band": ["low", "high"]})["id"])

    chosen = [each for each in world.decisions if each["channel"] == "web" and each["risk_band"] in {"low", "high"}]
    assert found["decisions"] == len(chosen) > 0
    assert [each["name"] for each in found["byCohort"]["channel"]] == ["web"]


def test_a_window_without_decisions_completes_with_none(world: World) -> None:
    made = world.create(timeWindow={"start": "2018-01-01", "end": "2018-02-01"})

    found = world.run(made["id"])

    assert (found["decisions"], found["fidelity"], found["costOptimum"]) == (0, None, None)
    assert world.show(made["id"])["progress"] == {"total": 0, "processed": 0, "percentage": 100}


def test_registered_thresholds_are_the_policy_of_their_version(world: World) -> None:
    made = world.create(timeWindow=A_DAY)
    inferred = world.run(made["id"])
    path = "policy/rules/thresholds-30-70"
    registered = {"fraud_threshold": 0.02, "review_threshold": 0.01}
    world.put(path, {"thresholds": registered}, world.visitor(Scope.ADMIN))

    found = world.run(made["id"])
    world.put(path, {"thresholds": {"fraud_threshold": 0.7, "review_threshold": 0.3}}, world.visitor(Scope.ADMIN))

    assert [each["inferred"] for each in inferred["policy"]] == [True]
    assert [(each["thresholds"], each["inferred"]) for each in found["policy"]] == [(registered, False)]
    assert found["fidelity"] < 0.99
    assert "low_fidelity" in {each["code"] for each in found["warnings"]}


def test_a_run_answers_when_it_will_have_completed_and_shows_its_progress(world: World) -> None:
    made = world.create()
    answer = world.post(f"{SCENARIOS}/{made['id']}/run")
    run_id = answer.body["runId"]

    assert answer.body["status"] == "queued"
    assert datetime.fromisoformat(answer.body["estimatedCompletionTime"]) > world.clock()
    queued = world.show(made["id"])
    assert (queued["status"], queued["estimatedCompletionTime"]) == ("queued", answer.body["estimatedCompletionTime"])
    with steps_of(world.wired):
        state = run_step(PLAN, input_of(world.wired, run_id), {})
        assert len(state["slices"]) > 1
        run_step(SLICE, {**state, "slices": state["slices"][:1]}, {})
        running = world.show(made["id"])
        run_step(SLICE, {**state, "slices": state["slices"][:1]}, {})
        assert world.show(made["id"])["progress"] == running["progress"]
        run_step(SLICE, state, {})
        run_step(REDUCE, state, {})

    total = len(world.decisions)
    assert running["status"] == "running"
    assert 0 < running["progress"]["processed"] < running["progress"]["total"] == total
    assert running["progress"]["percentage"] == pytest.approx(100 * running["progress"]["processed"] / total, abs=0.01)
    assert world.show(made["id"])["progress"]["processed"] == total


def test_a_scenario_runs_again_and_keeps_the_results_of_each_run(world: World) -> None:
    made = world.create(timeWindow=A_DAY)
    first = world.run(made["id"])
    world.clock.pass_by(timedelta(minutes=1))
    second = world.run(made["id"])

    assert first["runId"] != second["runId"]
    assert first["checksum"] == second["checksum"]
    assert world.results(made["id"], runId=first["runId"]) == first
    runs = world.get(f"{SCENARIOS}/{made['id']}/runs")
    assert [(each["runId"], each["status"]) for each in runs.body["runs"]] == [
        (first["runId"], "completed"),
        (second["runId"], "completed"),
    ]
    assert {each["checksum"] for each in runs.body["runs"]} == {first["checksum"]}
    assert runs.headers["x-total-count"] == "2"


def test_of_two_starts_the_second_is_refused_while_a_run_is_under_way(world: World) -> None:
    made = world.create(timeWindow=A_DAY)
    run_id = world.start(made["id"])

    queued = world.post(f"{SCENARIOS}/{made['id']}/run")
    execute(world.wired, run_id)
    again = world.post(f"{SCENARIOS}/{made['id']}/run")

    assert (queued.status, again.status) == (409, 200)
    assert queued.body["details"] == {"status": "queued", "requested": "queued"}


def test_results_before_a_run_is_completed_are_refused(world: World) -> None:
    made = world.create(timeWindow=A_DAY)
    path = f"{SCENARIOS}/{made['id']}/results"

    draft = world.get(path)
    run_id = world.start(made["id"])
    queued = world.get(path)

    assert (draft.status, queued.status) == (409, 409)
    assert (draft.body["details"], queued.body["details"]) == ({"status": "draft"}, {"status": "queued"})
    assert world.get(path, runId="20180914T102030000-00000000").status == 404
    execute(world.wired, run_id)
    assert world.get(path).status == 200


def test_a_cancelled_run_stores_nothing_and_late_steps_change_nothing(world: World) -> None:
    made = world.create(timeWindow=A_DAY)
    run_id = world.start(made["id"])
    with steps_of(world.wired):
        state = run_step(PLAN, input_of(world.wired, run_id), {})

        cancelled = world.post(f"{SCENARIOS}/{made['id']}/cancel")
        before = world.show(made["id"])
        run_step(SLICE, state, {})
        assert run_step(REDUCE, state, {}) == {"checksum": None}

    assert (cancelled.status, cancelled.body["status"]) == (200, "cancelled")
    assert world.show(made["id"]) == before
    assert before["progress"]["processed"] == 0
    assert world.get(f"{SCENARIOS}/{made['id']}/results").status == 409
    assert _results_of(world, made["id"]) == []
    execution = boto3.client("stepfunctions").describe_execution(
        executionArn=MACHINE.execution(world.wired.name_of(MACHINE), run_id)
    )
    assert execution["status"] == "ABORTED"


def test_only_a_run_that_is_under_way_can_be_cancelled(world: World) -> None:
    made = world.create(timeWindow=A_DAY)
    path = f"{SCENARIOS}/{made['id']}/cancel"

    draft = world.post(path)
    world.start(made["id"])
    statuses = [draft.status, world.post(path).status, world.post(path).status]

    assert statuses == [409, 200, 409]
    assert world.run(made["id"])["decisions"] > 0
    assert world.post(path).status == 409


def test_a_failed_run_says_why_and_the_next_one_keeps_its_slices(world: World) -> None:
    made = world.create()
    whole = world.run(made["id"])
    failed_id = world.start(made["id"])
    with steps_of(world.wired) as steps:
        state = run_step(PLAN, input_of(world.wired, failed_id), {})
        run_step(SLICE, {**state, "slices": state["slices"][:1]}, {})
        kept = steps.replay_files.objects.head(f"runs/{failed_id}/totals/0")
        error = {"Error": "States.ExceedToleratedFailureThreshold", "Cause": "a child failed"}
        assert REPLAY_RUN.on_failure is not None
        run_step(REPLAY_RUN.on_failure, {**state, "failure": error}, {})
    failed = world.show(made["id"])

    found = world.run(made["id"])

    assert failed["status"] == "failed"
    assert failed["error"].startswith("A slice of the decisions could not be replayed")
    assert "a child failed" not in failed["error"]
    with steps_of(world.wired) as steps:
        assert steps.replay_files.objects.head(f"runs/{failed_id}/totals/0") == kept
    assert found["checksum"] == whole["checksum"]
    assert found["runId"] != failed_id
    assert world.show(made["id"])["progress"]["processed"] == len(world.decisions)


def test_a_run_whose_execution_ended_silently_has_failed_and_can_run_again(world: World) -> None:
    made = world.create(timeWindow=A_DAY)
    run_id = world.start(made["id"])
    arn = MACHINE.execution(world.wired.name_of(MACHINE), run_id)
    boto3.client("stepfunctions").stop_execution(executionArn=arn)

    soon = world.show(made["id"])["status"]
    world.clock.pass_by(timedelta(minutes=2))
    later = world.show(made["id"])

    assert (soon, later["status"]) == ("queued", "failed")
    assert "Run the scenario again" in later["error"]
    assert world.run(made["id"])["fidelity"] == 1


def test_runs_are_limited_to_five_an_hour_and_user(world: World) -> None:
    user, made = world.visitor(), world.create(timeWindow=A_DAY)

    statuses = [world.post(f"{SCENARIOS}/{made['id']}/run", who=user).status for _ in range(6)]

    assert statuses == [200, 409, 409, 409, 409, 429]


def test_what_is_known_after_as_of_changes_nothing(world: World) -> None:
    made = world.create(overrides=RAISED, asOf="2018-08-12T00:00:00Z")
    before = world.run(made["id"])
    shown = [each for each in world.decisions if each["timestamp"] < "2018-08-12"]
    late = [
        {**each, "decision_id": f"late-{each['decision_id']}"}
        for each in world.decisions
        if each["timestamp"] > "2018-08-12T00:00:01"
    ]
    reversed_later = [
        {
            "decision_id": each["decision_id"],
            "decision_timestamp": each["timestamp"],
            "label": "fraud",
            "source": "chargeback",
            "labelled_at": "2018-08-12T00:00:00.001Z",
        }
        for each in shown
    ]
    world.lake.keep(DataType.LABELS, list(map(parsed, reversed_later)))
    world.lake.keep(DataType.DECISIONS, list(map(parsed, late)))

    after = world.run(made["id"])

    assert before["decisions"] == len(shown)
    assert after["checksum"] == before["checksum"]
    assert world.run(world.create(overrides=RAISED)["id"])["checksum"] != before["checksum"]


def _results_of(world: World, scenario_id: str) -> list[Mapping[str, Any]]:
    bucket = world.wired.name_of(REPLAY_RUNS_BUCKET)
    found = boto3.client("s3").list_objects_v2(Bucket=bucket, Prefix=f"results/{scenario_id}/")
    return list(found.get("Contents", ()))
