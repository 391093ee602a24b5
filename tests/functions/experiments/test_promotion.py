"""Promotion: its gates on both sides of their bounds, who may override, what changes, and what does not."""

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from scipy import stats

from functions.experiments.handler import handler
from shared.app.wiring import Wiring
from shared.auth.scopes import Scope
from shared.experiments.promotion_models import PromotionRequest
from shared.experiments.promotions import Promoter
from shared.runtime.errors import Conflict
from shared.runtime.models import rfc3339
from tests.events.api_gateway import context, rest_event
from tests.fakes.answers import Answer
from tests.fakes.clock import Clock
from tests.fakes.recorded_events import RecordedEvents
from tests.fakes.serialized_calls import SerializedCalls
from tests.functions.experiments.conftest import SCOPES, Join, User, variant, wrong
from tests.functions.experiments.scripted import AMOUNT, COST_OF_REVIEW, Arms, ScriptedMonth, ScriptedReader

CONTROL = Arms(units=5000, approved=4000)
BETTER = Arms(units=5000, approved=4300)
BODY = {"variantId": "treatment", "confirmation": True}
GATES = ["variant", "sampleRatio", "duration", "units", "labelCoverage", "primary", "guardrails"]
GUARDED = {"guardrails": [{"metric": "fraudRate", "maximumHarm": 0.01}]}


@dataclass
class Desk:
    """A user, and the answers of the lake."""

    user: User
    wired: Wiring
    reader: ScriptedReader
    clock: Clock
    events: RecordedEvents

    def running(self, **changes: Any) -> str:
        """Start an experiment four days ago."""
        start = rfc3339(self.clock() - timedelta(days=4))
        name: str = self.user.started(**{"startDate": start, **GUARDED, **changes})["id"]
        return name

    def promote(self, name: str, user: User | None = None, **changes: Any) -> Answer:
        """Ask for a promotion."""
        return (user or self.user).ask("POST", f"/{name}/promote", body={**BODY, **changes})

    def failed(self, name: str, **changes: Any) -> list[str]:
        """The gates that fail; none if it is promoted."""
        answer = self.promote(name, **changes)
        if answer.status == 200:
            return []
        assert (answer.status, answer.body["error"]) == (422, "promotion_gates_failed"), answer.body
        assert [each["gate"] for each in answer.body["details"]["gates"]] == GATES
        return [each["gate"] for each in answer.body["details"]["gates"] if not each["passed"]]

    def policy(self, path: str = "", **headers: str) -> Answer:
        """Read the policy."""
        token = self.user.visitor.token
        event = rest_event("GET", f"/api/v1/analytics/policy{path}", token=token, headers=headers)
        return Answer.of(handler(event, context()))

    def status(self, name: str) -> str:
        """The state of an experiment."""
        return str(self.wired.experiments.get(name).status)


@pytest.fixture
def desk(served: Wiring, ann: User, clock: Clock) -> Desk:
    """A desk where the treatment is better."""
    reader: Any = ScriptedReader({"control": CONTROL, "treatment": BETTER})
    month: Any = ScriptedMonth()
    reports = replace(served.experiment_reports, reader=reader)
    served.experiment_reports = reports
    events = RecordedEvents()
    served.promotions = replace(served.promotions, reports=reports, decisions=month, events=events)
    return Desk(ann, served, reader, clock, events)


def test_a_better_variant_becomes_the_policy_and_completes_its_experiment(desk: Desk) -> None:
    name = desk.running()

    answer = desk.promote(name)

    assert answer.status == 200, answer.body
    assert answer.body["status"] == "promoted"
    found = desk.user.ask("GET", f"/{name}").body
    assert [each["status"] for each in found["history"]] == ["draft", "running", "completed", "promoted"]
    assert (found["version"], found["completedAt"]) == (3, rfc3339(desk.clock()))
    assert found["promotion"]["results"]["recommendation"] == "ship"
    assert found["promotion"]["impactEstimate"] == answer.body["impactEstimate"]
    assert desk.policy().body == {
        "version": 1,
        "configuration": {"review": 0.45},
        "experimentId": name,
        "variantId": "treatment",
        "heldBack": {"share": 0.05, "variantId": "control", "configuration": {}},
        "inForceSince": rfc3339(desk.clock()),
        "promotedBy": desk.user.name,
    }


def test_a_policy_is_announced_once_and_a_refused_promotion_is_not(desk: Desk) -> None:
    name = desk.running()
    desk.promote(name)
    desk.reader.arms = {"control": CONTROL, "treatment": CONTROL}
    assert desk.failed(desk.running()) != []

    assert desk.events.published == [{"version": 1, "experiment_id": name, "variant_id": "treatment"}]


def test_a_dead_bus_does_not_stop_a_promotion(desk: Desk) -> None:
    desk.events.is_down = True

    assert desk.promote(desk.running()).status == 200
    assert desk.policy().body["version"] == 1


def test_before_the_first_promotion_the_policy_is_an_empty_version_0(desk: Desk) -> None:
    answer = desk.policy()

    assert (answer.status, answer.body["version"], answer.body["configuration"]) == (200, 0, {})
    assert desk.policy("/history").body == {"versions": [], "total": 0}


def test_engines_that_poll_read_a_policy_once_and_find_every_version_in_its_history(desk: Desk) -> None:
    desk.promote(desk.running())
    tag = desk.policy().headers["etag"]
    again = desk.policy(**{"If-None-Match": tag})
    desk.promote(desk.running(), holdBack=0)

    assert again.status == 304
    assert desk.policy(**{"If-None-Match": tag}).body["version"] == 2
    assert desk.policy().body["heldBack"] is None
    assert [each["version"] for each in desk.policy("/history").body["versions"]] == [1, 2]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"variantId": "treatment"}, "/confirmation"),
        ({**BODY, "confirmation": False}, "/confirmation"),
        ({**BODY, "confirmation": "true"}, "/confirmation"),
        ({"confirmation": True}, "/variantId"),
        ({**BODY, "holdBack": 0.21}, "/holdBack"),
        ({**BODY, "holdBack": -0.01}, "/holdBack"),
        ({**BODY, "override": {"reason": " "}}, "/override/reason"),
        ({**BODY, "force": True}, "/force"),
    ],
)
def test_a_promotion_is_confirmed_and_whole(desk: Desk, body: Any, field: str) -> None:
    name = desk.running()

    assert wrong(desk.user.ask("POST", f"/{name}/promote", body=body)).keys() == {field}
    assert desk.status(name) == "running"


@pytest.mark.parametrize("moves", [(), ("start", "pause"), ("start", "complete", "archive")])
def test_a_wrong_state_is_refused(desk: Desk, moves: tuple[str, ...]) -> None:
    name = desk.user.make(**GUARDED)["id"]
    if moves:
        desk.user.move(name, *moves)

    answer = desk.promote(name)

    assert (answer.status, answer.body["details"]["requested"]) == (409, "promoted")
    assert desk.policy().body["version"] == 0


def test_a_second_promotion_is_refused(desk: Desk) -> None:
    name = desk.running()

    assert [desk.promote(name).status for _ in range(2)] == [200, 409]


def test_an_unknown_experiment_is_404(desk: Desk) -> None:
    assert desk.promote("nobody").status == 404


@pytest.mark.parametrize("name", ["control", "stranger"])
def test_neither_the_control_nor_a_stranger_is_promoted(desk: Desk, name: str) -> None:
    experiment = desk.running()

    assert "variant" in desk.failed(experiment, variantId=name)
    assert desk.status(experiment) == "running"


def test_a_mismatch_of_the_allocation_fails_below_a_thousandth(desk: Desk) -> None:
    edge = next(n for n in range(5000, 6000) if stats.chisquare([5000, n]).pvalue < 0.001)
    for units, expected in ((edge - 1, []), (edge, ["sampleRatio"])):
        desk.reader.arms = {"control": CONTROL, "treatment": Arms(units=units, approved=units - 700)}
        assert desk.failed(desk.running()) == expected


def test_the_duration_is_that_from_start_to_end(desk: Desk) -> None:
    short = rfc3339(desk.clock() - timedelta(days=3) + timedelta(milliseconds=1))
    enough = rfc3339(desk.clock() - timedelta(days=3))

    assert desk.failed(desk.running(startDate=short)) == ["duration"]
    assert desk.failed(desk.running(startDate=enough)) == []


@pytest.mark.parametrize(("required", "expected"), [(5000, []), (5001, ["units"])])
def test_each_side_needs_its_units(desk: Desk, required: int, expected: list[str]) -> None:
    assert desk.failed(desk.running(minimumUnits=required)) == expected


@pytest.mark.parametrize(("pending", "expected"), [(1000, []), (1001, ["labelCoverage"])])
def test_four_fifths_of_the_decisions_of_either_side_have_a_truth(
    desk: Desk, pending: int, expected: list[str]
) -> None:
    desk.reader.arms = {"control": CONTROL, "treatment": replace(BETTER, pending=pending)}

    assert desk.failed(desk.running()) == expected


def test_labels_do_not_matter_to_metrics_without_them(desk: Desk) -> None:
    desk.reader.arms = {"control": CONTROL, "treatment": replace(BETTER, pending=4000)}

    assert desk.failed(desk.running(guardrails=[])) == []


def _half_width(approved: int, alpha: float, units: int = 5000) -> float:
    n = 2 * units
    rates = (approved / units, CONTROL.approved / CONTROL.units)
    variance = sum(p * (1 - p) / (units - 1) for p in rates)
    rho2 = (-2 * math.log(alpha) + math.log(1 - 2 * math.log(alpha))) / 5000
    return math.sqrt(
        variance * n * 2 * (n * rho2 + 1) / (n * rho2) ** 2 * rho2 * math.log(math.sqrt(n * rho2 + 1) / alpha)
    )


@pytest.mark.parametrize("challengers", [1, 2])
def test_the_primary_interval_excludes_zero_at_a_share_of_the_significance(desk: Desk, challengers: int) -> None:
    alpha = 0.05 / challengers
    edge = next(n for n in range(4001, 5000) if (n - 4000) / 5000 > _half_width(n, alpha))
    further = [variant("third", 0.25)] if challengers == 2 else []
    shares = (0.5, 0.25) if challengers == 2 else (0.5, 0.5)
    variants = [variant("control", shares[0], isControl=True), variant("treatment", shares[1]), *further]
    for approved, expected in ((edge - 1, ["primary"]), (edge, [])):
        desk.reader.arms = {"control": CONTROL, "treatment": Arms(units=5000, approved=approved)}
        if challengers == 2:  # its units are as many as the allocation says
            desk.reader.arms = {**desk.reader.arms, "third": Arms(units=5000, approved=4000)}
            variants = [variant(each["id"], 1 / 3, isControl=each["id"] == "control") for each in variants]
        assert desk.failed(desk.running(variants=variants)) == expected


def test_a_worse_variant_does_not_pass_in_the_wrong_direction(desk: Desk) -> None:
    assert desk.failed(desk.running(primaryDirection="down")) == ["primary"]


def test_a_guardrail_fails_wholly_beyond_its_harm_and_without_an_interval(desk: Desk) -> None:
    desk.reader.arms = {"control": CONTROL, "treatment": replace(BETTER, missed=200)}
    told = desk.promote(desk.running(guardrails=[{"metric": "fraudRate", "maximumHarm": 0.0}])).body
    least = next(each for each in told["details"]["gates"] if each["gate"] == "guardrails")["value"]["fraudRate"]

    for harm, expected in ((least * 1.000001, []), (least * 0.999999, ["guardrails"])):
        assert desk.failed(desk.running(guardrails=[{"metric": "fraudRate", "maximumHarm": harm}])) == expected
    desk.reader.arms = {"control": replace(CONTROL, missed=9), "treatment": BETTER}
    assert desk.failed(desk.running()) == ["guardrails"]


def test_a_failed_promotion_changes_nothing(desk: Desk) -> None:
    name = desk.running(minimumUnits=10_000)
    before = desk.wired.experiments.get(name)

    assert desk.failed(name) == ["units"]
    assert desk.wired.experiments.get(name) == before
    assert desk.policy().body["version"] == 0


def test_an_administrator_who_did_not_create_it_may_override_all_but_the_allocation(desk: Desk, join: Join) -> None:
    override = {"reason": "The season ends."}
    name = desk.running(minimumUnits=10_000, minimumDurationDays=30)
    boss, writer = join(*SCOPES, Scope.ADMIN), join()

    assert desk.promote(name, override=override).status == 403
    assert desk.promote(name, writer, override=override).status == 403
    desk.reader.arms = {"control": CONTROL, "treatment": Arms(units=6000, approved=5500)}
    refused = desk.promote(name, boss, override=override)
    desk.reader.arms = {"control": CONTROL, "treatment": BETTER}
    answer = desk.promote(name, boss, override=override)

    assert refused.status == 422
    assert answer.status == 200
    promotion = desk.user.ask("GET", f"/{name}").body["promotion"]
    assert promotion["override"] == {"reason": "The season ends.", "by": boss.name, "gates": ["duration", "units"]}


def test_an_administrator_does_not_override_gates_of_an_own_experiment(desk: Desk, join: Join) -> None:
    boss = join(*SCOPES, Scope.ADMIN)
    start = rfc3339(desk.clock() - timedelta(days=4))
    name = boss.started(startDate=start, minimumUnits=10_000)["id"]

    assert desk.promote(name, boss, override={"reason": "Mine"}).status == 403


def test_of_many_promotions_at_once_one_is_made(desk: Desk) -> None:
    name = desk.running()
    SerializedCalls().listen(desk.wired.clients.dynamodb.meta.events)
    request = PromotionRequest.model_validate(BODY)

    def promote() -> bool:
        try:
            desk.wired.promotions.promote(name, request, Promoter("x", is_administrator=False))
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        made = [each.result() for each in [pool.submit(promote) for _ in range(6)]]

    assert sorted(made) == [False] * 5 + [True]
    assert desk.policy("/history").body["total"] == 1


def test_experiments_that_are_promoted_at_once_are_policies_one_after_the_other(desk: Desk) -> None:
    names = [desk.running() for _ in range(3)]
    SerializedCalls().listen(desk.wired.clients.dynamodb.meta.events)
    request = PromotionRequest.model_validate(BODY)

    with ThreadPoolExecutor(3) as pool:
        by = Promoter("x", is_administrator=False)
        for each in [pool.submit(desk.wired.promotions.promote, name, request, by) for name in names]:
            each.result()

    history = desk.policy("/history").body["versions"]
    assert sorted(each["experimentId"] for each in history) == sorted(names)
    assert [each["version"] for each in history] == [1, 2, 3]


def test_the_estimate_is_control_minus_variant_for_a_month(desk: Desk) -> None:
    estimate = desk.promote(desk.running(), holdBack=0.1).body["impactEstimate"]

    scale = 100_000 * 0.9
    cost = {each: COST_OF_REVIEW * (each.units - each.approved) / each.units for each in (CONTROL, BETTER)}
    saved = (cost[CONTROL] - cost[BETTER]) * scale
    variance = sum(
        ((AMOUNT**2 * 50 + COST_OF_REVIEW**2 * (5000 - each.approved)) - 5000 * (AMOUNT * 0.01 + cost[each]) ** 2)
        / 4999
        / 5000
        for each in (CONTROL, BETTER)
    )
    assert estimate["perMonth"] == {
        "decisions": 100_000,
        "fraudLossPrevented": pytest.approx(0, abs=1e-6),
        "falsePositiveCostSaved": pytest.approx(saved),
        "net": pytest.approx(saved),
    }
    assert estimate["raw"] == pytest.approx(saved)
    assert estimate["shrunk"] == pytest.approx(saved * (1 - variance * scale**2 / saved**2), rel=1e-6)
    low, high = estimate["interval"]
    assert low < estimate["shrunk"] < estimate["raw"] < high
    assert (low + high) / 2 == pytest.approx(estimate["raw"], rel=1e-6)


def test_what_came_true_is_measured_against_the_units_that_were_held_back(desk: Desk) -> None:
    name = desk.running()
    desk.promote(name)
    desk.reader.arms = {}
    assert "realisedImpact" not in desk.user.ask("GET", f"/{name}").body["promotion"]
    desk.reader.arms = {"control": Arms(units=500, approved=400), "treatment": Arms(units=9500, approved=8170)}

    told = desk.user.ask("GET", f"/{name}").body["promotion"]["realisedImpact"]

    saved = (AMOUNT * (50 / 500 - 50 / 9500) + COST_OF_REVIEW * (100 / 500 - 1330 / 9500)) * 9500
    assert (told["decisions"], told["heldBackDecisions"]) == (9500, 500)
    assert told["net"] == pytest.approx(saved)
    assert told["interval"][0] < saved < told["interval"][1]
