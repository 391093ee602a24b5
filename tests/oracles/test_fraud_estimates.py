"""The oracle of late labels gives the values worked out by hand, and the truth of simulated histories."""

import math
from datetime import UTC, datetime, timedelta
from statistics import mean
from typing import Any

import pandas as pd
import pytest

from infra.local.demo.rng import seeded
from tests.oracles import fraud
from tests.oracles.fraud_estimates import DelayCurve, Estimates, estimated, learn

T = datetime(2026, 6, 30, 12, tzinfo=UTC)
EVEN = DelayCurve([pd.Timedelta(days=0.9 * number) for number in range(1, 51)])
"""By 9 days a fifth of the labels have come, by 22.5 days half."""

Record = dict[str, Any]


def decision(number: int, outcome: str, days: float) -> Record:
    at = T - timedelta(days=days)
    return {
        "decision_id": f"D-{number}",
        "timestamp": at.isoformat(),
        "score": 0.5,
        "outcome": outcome,
        "amount": 10.0,
    }


def charged_back(number: int, days: float) -> Record:
    at = (T - timedelta(days=days)).isoformat()
    return {"decision_id": f"D-{number}", "label": "fraud", "labelled_at": at, "source": "chargeback"}


def nine_days_ago(known: int) -> Estimates:
    """20 caught frauds, so many approved ones that are known by now, and 200 decisions without a label."""
    decided = [decision(number, "decline", 9) for number in range(20)]
    decided += [decision(number, "approve", 9) for number in range(20, 220 + known)]
    told = [charged_back(number, 1) for number in range(20 + known)]
    return estimated(fraud.truths(decided, told, T), EVEN, EVEN)


def test_known_frauds_stand_for_those_still_to_come() -> None:
    found = nine_days_ago(known=10).of
    factor = math.exp(1.96 * math.sqrt(math.log(1 + (200 + 200) / 40**2)))
    low, high = 10 + 40 / factor, 10 + 40 * factor

    assert {name: each and each.value for name, each in found.items()} == pytest.approx(
        {"recall": 20 / 70, "fraudRate": 70 / 230, "chargebackRate": 50 / 210, "fraudLoss": 500.0}
    )
    assert {name: each and each.interval for name, each in found.items()} == {
        "recall": pytest.approx((20 / (20 + high), 20 / (20 + low))),
        "fraudRate": pytest.approx(((20 + low) / 230, (20 + high) / 230)),
        "chargebackRate": pytest.approx((low / 210, high / 210)),
        "fraudLoss": pytest.approx((10 * low, 10 * high)),
    }


def test_under_ten_known_frauds_there_is_no_interval() -> None:
    found = nine_days_ago(known=9).of["recall"]

    assert found is not None
    assert found.value == pytest.approx(20 / 65)
    assert found.interval is None


def test_decisions_too_young_for_any_label_are_left_out() -> None:
    decided = [decision(1, "approve", 1), decision(2, "decline", 1), decision(3, "decline", 9)]
    told = [charged_back(number, 0.5) for number in (1, 2, 3)]

    found = estimated(fraud.truths(decided, told, T), EVEN, None)

    assert found.excluded == 2
    assert found.of["recall"] is not None
    assert found.of["recall"].value == 1.0
    assert found.of["chargebackRate"] is None


def test_the_curve_is_learned_from_old_approved_decisions_and_the_first_label_of_each() -> None:
    decided = [decision(number, "approve", 60) for number in range(50)]
    decided += [decision(50, "decline", 60), decision(51, "approve", 44), decision(52, "approve", 226)]
    told = [charged_back(number, 60 - 10) for number in range(53)]
    late = {"label": "fraud", "source": "customer_report", "labelled_at": T.isoformat()}

    curve = learn(decided, [*told, *({"decision_id": f"D-{number}"} | late for number in range(50))], T)

    assert curve is not None
    assert list(curve.delays) == [pd.Timedelta(days=10)] * 50
    assert learn(decided[1:], told, T) is None
    assert learn(decided, told, T, source="customer_report") is None


def history(number: int) -> tuple[list[Record], list[Record], float]:
    """Decisions of 200 days, a tenth of them frauds that are charged back within 45 days, and how many were recent."""
    rng = seeded(5, "history", number)
    decided, told, recent = [], [], 0
    for place in range(2_000):
        age = rng.uniform(0, 200)
        decided.append(decision(place, "approve", age))
        if rng.random() < 0.1:
            recent += 10 <= age < 50
            told.append(charged_back(place, age - 45 * rng.betavariate(2, 3)))
    return decided, told, recent


def test_the_estimate_is_unbiased_and_its_interval_holds_the_truth_nearly_always() -> None:
    errors, held = [], []
    for number in range(40):
        decided, told, frauds = history(number)
        curve = learn(decided, told, T)
        truth = fraud.truths(decided, told, T)
        recent = fraud.between(truth, T - timedelta(days=50), T - timedelta(days=10))
        found = estimated(recent, curve, None).of["fraudLoss"]
        assert found is not None
        assert found.value is not None
        assert found.interval is not None
        errors.append(found.value / 10 - frauds)
        held.append(found.interval[0] <= 10 * frauds <= found.interval[1])

    assert abs(mean(errors)) < 2
    assert mean(held) >= 0.9
