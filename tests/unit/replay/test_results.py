"""The results of a run: every figure against a second computation, and the checksum."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import orjson
import pandas as pd
import pytest

from shared.fraud.counts import Cell, Counts, Outcome, Truth, total
from shared.fraud.kpis import KPIS, Facts, values
from shared.fraud.models import Kpis
from shared.replay.kernel import replay
from shared.replay.models import ReplayResults, SwapSets
from shared.replay.plan import ReplayPlan
from shared.replay.results import results
from shared.replay.totals import DifferentPlans, add_up
from tests.unit.replay import oracle
from tests.unit.replay.slices import Row, plan_of, row, slice_of

OVERRIDES: Mapping[str, Any] = {
    "thresholds": {"fraud_threshold": 0.55},
    "model": {"type": "logistic", "intercept": -1.2, "coefficients": {"count": 0.9}, "means": {"count": 2}},
    "rules": [{"when": [{"feature": "amount", "operator": ">", "value": 900}], "outcome": "review"}],
}


def _random_rows(number: int = 400) -> list[Row]:
    rng = np.random.default_rng(7)
    drawn = []
    for place in range(number):
        score = round(float(rng.beta(1, 3)), 3)
        outcome = "decline" if score >= 0.6 else "review" if score >= 0.35 else "approve"
        if rng.random() < 0.05:
            outcome = str(rng.choice(["approve", "review", "decline"]))
        truths = ["fraud", "legitimate", *(["presumed", "pending"] if outcome == "approve" else ["unverified"] * 2)]
        drawn.append(
            row(
                place,
                customer_id=f"c{rng.integers(0, 150)}",
                score=score,
                outcome=outcome,
                rule_version=str(rng.choice(["r1", "r2"])),
                truth=str(rng.choice(truths)),
                charged_back=outcome == "approve" and rng.random() < 0.1,
                revised=int(rng.integers(0, 3)),
                after_horizon=int(rng.integers(0, 2)),
                amount=None if rng.random() < 0.1 else Decimal(str(round(float(rng.lognormal(4, 1.5)), 2))),
                channel=None if rng.random() < 0.1 else str(rng.choice(["web", "store"])),
                risk_band=str(rng.choice(["low", "high"])),
                features={"count": float(rng.normal(2, 1))} if rng.random() < 0.95 else {},
            )
        )
    return drawn


ROWS = _random_rows()


def run(rows: list[Row], overrides: Mapping[str, Any], **changes: Any) -> tuple[ReplayPlan, ReplayResults]:
    plan = plan_of(rows, overrides, **changes)
    return plan, results(replay(slice_of(rows, plan.overrides), plan), plan, "run-1")


@pytest.fixture(scope="module")
def found() -> tuple[ReplayPlan, ReplayResults]:
    return run(ROWS, OVERRIDES)


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    whole = oracle.frame_of(ROWS, OVERRIDES)
    return whole[whole["replayed"].notna()]


def _close(shown: Kpis, expected: Mapping[str, Any]) -> bool:
    return shown.model_dump() == pytest.approx(dict(expected))


def _sets(shown: SwapSets) -> dict[str, tuple[int, Decimal]]:
    return {name: (each.count, each.amount) for name, each in shown}


def test_kpis_and_their_differences_equal_a_second_computation(
    found: tuple[ReplayPlan, ReplayResults], frame: pd.DataFrame
) -> None:
    plan, shown = found
    before, after = (oracle.kpis(frame, each, plan.seconds) for each in ("outcome", "replayed"))

    assert _close(shown.baseline, before)
    assert _close(shown.replayed, after)
    for name in KPIS:
        difference = getattr(shown.differences, name)
        assert difference.value == pytest.approx(after[name] - before[name], abs=1e-9)
        low, high = difference.interval
        assert low <= high
    assert shown.decisions + shown.unscorable == len(ROWS)
    assert shown.unscorable == 400 - len(frame) > 0


def test_swap_sets_equal_a_second_computation(found: tuple[ReplayPlan, ReplayResults], frame: pd.DataFrame) -> None:
    expected = oracle.swap_sets(frame)

    assert _sets(found[1].swap_sets) == expected
    assert all(count for count, _ in expected.values())


@pytest.mark.parametrize("dimension", ["channel", "risk_band"])
def test_cohorts_equal_a_second_computation(
    found: tuple[ReplayPlan, ReplayResults], frame: pd.DataFrame, dimension: str
) -> None:
    plan, shown = found
    cohorts = getattr(shown.by_cohort, dimension)
    named = frame.assign(cohort=frame[dimension].where(frame[dimension].notna(), "(none)"))

    sizes = named["cohort"].value_counts().to_dict()
    assert [each.name for each in cohorts] == sorted(sizes, key=lambda name: (-sizes[name], name))
    for each in cohorts:
        rows = named[named["cohort"] == each.name]
        assert each.decisions == len(rows)
        assert _close(each.baseline, oracle.kpis(rows, "outcome", plan.seconds))
        assert _close(each.replayed, oracle.kpis(rows, "replayed", plan.seconds))
        assert _sets(each.swap_sets) == oracle.swap_sets(rows)


def test_the_threshold_curve_and_its_optimum_equal_a_second_computation(
    found: tuple[ReplayPlan, ReplayResults], frame: pd.DataFrame
) -> None:
    plan, shown = found
    expected = oracle.curve(frame, plan.seconds)

    assert [each.model_dump() for each in shown.threshold_curve] == [pytest.approx(each) for each in expected]
    least = min(each["cost"] for each in expected)
    best = max(each["threshold"] for each in expected if each["cost"] == pytest.approx(least))
    assert shown.cost_optimum is not None
    assert shown.cost_optimum.model_dump() == pytest.approx(expected[round(100 * best)])


def test_of_thresholds_with_the_same_cost_the_highest_is_the_optimum() -> None:
    rows = [row(1, score=0.205, truth="fraud"), row(2, score=0.2, truth="presumed")]

    _, shown = run(rows, {})

    costs = {each.threshold: each.cost for each in shown.threshold_curve}
    assert costs[0.2] == 30
    assert costs[0.21] == costs[1] == 100
    assert (shown.cost_optimum and shown.cost_optimum.threshold) == 0.2
    assert run([row(1)], {})[1].cost_optimum == run([row(1)], {})[1].threshold_curve[-1]


def test_maturity_is_that_of_the_recorded_decisions(
    found: tuple[ReplayPlan, ReplayResults], frame: pd.DataFrame
) -> None:
    shown = found[1].maturity
    truths = frame["truth"].value_counts()

    assert shown.labelled == truths["fraud"] + truths["legitimate"]
    assert (shown.presumed, shown.pending, shown.unverified) == tuple(
        truths[each] for each in ("presumed", "pending", "unverified")
    )
    assert (shown.revised, shown.after_horizon) == (frame["revised"].sum(), frame["after_horizon"].sum())
    assert shown.complete_by == frame["moment"].max() + timedelta(days=45)
    assert found[1].excluded_from_amounts == frame["amount"].isna().sum()


def test_the_identity_replay_has_the_kpis_of_fraud_analytics_and_no_differences() -> None:
    plan, shown = run(ROWS, {})
    counts = total(
        Counts(
            cells={(Outcome(each["outcome"]), Truth(each["truth"])): Cell(1, each["amount"] or Decimal(0))},
            charged_back=int(each["charged_back"]),
        )
        for each in ROWS
    )

    expected = Kpis(**values(Facts(counts, plan.cost_parameters, plan.seconds)))
    assert shown.baseline == shown.replayed == expected
    assert all(count == 0 for count, _ in _sets(shown.swap_sets).values())
    differences = [getattr(shown.differences, name) for name in KPIS]
    assert {(each.value, each.interval) for each in differences} == {(0, (0, 0))}


def test_what_is_flagged_without_a_label_is_unknown_and_what_is_presumed_is_legitimate() -> None:
    rows = [row(number, score=0.5, truth=truth) for number, truth in enumerate(("presumed", "pending"))]
    released = row(2, score=0.3, outcome="review", truth="unverified")

    _, shown = run([*rows, released], {"thresholds": {"fraud_threshold": 0.4, "review_threshold": 0.4}})

    assert shown.replayed.false_positive_rate == 1
    assert shown.replayed.fraud_rate == 0
    assert shown.baseline.false_positive_rate == 0
    assert (shown.swap_sets.newly_flagged_unknown.count, shown.swap_sets.newly_released_unknown.count) == (1, 1)


def test_low_fidelity_unscored_decisions_and_absent_features_are_warned_of() -> None:
    overrides = {"model": {"type": "logistic", "intercept": 0, "coefficients": {"count": 1, "nowhere": 1}}}

    _, shown = run(ROWS, overrides)

    assert shown.fidelity is not None
    assert shown.fidelity < 0.99
    assert [each.code for each in shown.warnings] == ["low_fidelity", "unscorable_decisions", "absent_features"]
    assert (shown.decisions, shown.unscorable) == (0, 400)
    assert run([row(1)], {})[1].warnings == []


def test_a_dimension_with_too_many_values_is_warned_of() -> None:
    _, shown = run([row(number, channel=f"c{number}") for number in range(300)], {})

    assert [each.code for each in shown.warnings] == ["too_many_values"]
    assert shown.by_cohort.channel == []


def test_without_decisions_there_are_no_ratios_and_no_intervals() -> None:
    plan = plan_of([], {"thresholds": {"fraud_threshold": 0.5}})

    shown = results(add_up(plan, []), plan, "run-1")

    assert (shown.decisions, shown.fidelity, shown.cost_optimum) == (0, None, None)
    assert shown.baseline.precision is None
    assert shown.differences.precision.interval is None
    assert (shown.baseline.fraud_loss, shown.differences.fraud_loss.value) == (0, 0)


def test_a_kpi_that_most_resamples_lack_has_no_interval() -> None:
    rows = [row(1, truth="fraud"), *(row(number) for number in range(2, 20))]

    _, shown = run(rows, {"thresholds": {"fraud_threshold": 0.05}})

    assert (shown.differences.recall.value, shown.differences.recall.interval) == (1, None)


def test_results_that_are_the_same_have_the_same_checksum(found: tuple[ReplayPlan, ReplayResults]) -> None:
    plan, shown = found
    parts = [replay(slice_of(ROWS[place::3], plan.overrides), plan) for place in range(3)]

    again = results(add_up(plan, parts), plan, "run-2")

    assert again == shown.model_copy(update={"run_id": "run-2"})
    document = orjson.loads(again.model_dump_json(by_alias=True))
    for name in ("runId", "asOf", "checksum"):
        del document[name]
    for name in ("asOf", "completeBy"):
        del document["maturity"][name]
    canonical = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    assert again.checksum == hashlib.sha256(canonical).hexdigest()


def test_other_results_have_another_checksum(found: tuple[ReplayPlan, ReplayResults]) -> None:
    checksums = {found[1].checksum, run(ROWS[:-1], OVERRIDES)[1].checksum, run(ROWS, {})[1].checksum}

    assert len(checksums) == 3


def test_totals_of_another_plan_have_no_results(found: tuple[ReplayPlan, ReplayResults]) -> None:
    other = plan_of(ROWS, {})

    with pytest.raises(DifferentPlans):
        results(replay(slice_of(ROWS, other.overrides), other), found[0], "run-1")


def test_a_plan_survives_its_way_as_json(found: tuple[ReplayPlan, ReplayResults]) -> None:
    plan = found[0]

    read = ReplayPlan.model_validate_json(plan.model_dump_json(by_alias=True))

    assert (read, read.fingerprint, read.seed) == (plan, plan.fingerprint, plan.seed)
