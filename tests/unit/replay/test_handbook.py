"""Replays of real decisions with their labels, from the Fraud Detection Handbook."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.fraud.kpis import Facts, values
from shared.replay.counting import recorded, replayed
from shared.replay.kernel import replay
from shared.replay.totals import add_up
from tests.handbook import HORIZON, decisions, labels, logistic_model, needs_handbook
from tests.unit.replay import oracle
from tests.unit.replay.slices import Row, plan_of, slice_of

pytestmark = needs_handbook
NUMBER, AS_OF = 10_000, "2018-08-20T00:00:00Z"
_FIELDS = ("decision_id", "customer_id", "score", "outcome", "rule_version", "channel", "risk_band", "features")


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """The first decisions, with what is known of them some weeks later."""
    as_of = datetime.fromisoformat(AS_OF)
    known: dict[str, list[dict[str, Any]]] = {}
    given = [each for each in labels(most=NUMBER) if datetime.fromisoformat(each["labelled_at"]) <= as_of]
    for each in sorted(given, key=lambda label: label["labelled_at"]):
        known.setdefault(each["decision_id"], []).append(each)
    return [_row(each, known.get(each["decision_id"], []), as_of) for each in decisions(most=NUMBER)]


def _row(decision: Mapping[str, Any], known: list[dict[str, Any]], as_of: datetime) -> Row:
    at = datetime.fromisoformat(decision["timestamp"])
    silent = "presumed" if as_of - at >= HORIZON else "pending"
    unlabelled = silent if decision["outcome"] == "approve" else "unverified"
    charged_back = [each["label"] for each in known if each["source"] == "chargeback"]
    return {
        **{name: decision[name] for name in _FIELDS},
        "moment": at,
        "truth": known[-1]["label"] if known else unlabelled,
        "charged_back": charged_back[-1:] == ["fraud"],
        "revised": max(0, len(known) - 1),
        "after_horizon": sum(datetime.fromisoformat(each["labelled_at"]) - at > HORIZON for each in known),
        "amount": Decimal(str(decision["amount"])),
    }


@pytest.mark.parametrize("threshold", [0.05, 0.5, 0.9])
def test_kpis_and_swap_sets_equal_a_second_computation(rows: list[Row], threshold: float) -> None:
    overrides = {"thresholds": {"fraud_threshold": threshold, "review_threshold": threshold / 2}}
    plan = plan_of(rows, overrides)
    totals = add_up(plan, [replay(slice_of(part, plan.overrides), plan) for part in (rows[:3_000], rows[3_000:])])

    frame = oracle.frame_of(rows, overrides)
    assert totals.reproduced == len(rows) == frame["reproduced"].sum()
    for which, column in ((recorded, "outcome"), (replayed, "replayed")):
        found = values(Facts(which(totals.cells), plan.cost_parameters, plan.seconds))
        assert found == pytest.approx(oracle.kpis(frame, column, plan.seconds))


def test_the_model_behind_the_scores_reproduces_them(rows: list[Row]) -> None:
    """The file has seven digits of the scores, so those next to a threshold could differ; none does."""
    fitted = logistic_model()
    model = {
        "type": "logistic",
        "intercept": fitted.intercept,
        "coefficients": {name: part.coefficient for name, part in fitted.parts.items()},
        "means": {name: part.mean for name, part in fitted.parts.items()},
        "scales": {name: part.scale for name, part in fitted.parts.items()},
    }
    thresholds = {"fraud_threshold": 0.7, "review_threshold": 0.3}
    plan = plan_of(rows, {"model": model, "thresholds": thresholds})

    totals = replay(slice_of(rows, plan.overrides), plan)

    assert totals.unscorable == 0
    assert totals.present == (NUMBER,) * 15
    assert recorded(totals.cells) == replayed(totals.cells)


def test_rules_on_flags_and_counts_equal_a_second_computation(rows: list[Row]) -> None:
    at_night = {"feature": "TX_DURING_NIGHT", "operator": "==", "value": True}
    often = {"feature": "CUSTOMER_ID_NB_TX_1DAY_WINDOW", "operator": ">=", "value": 5}
    overrides = {"rules": [{"when": [at_night, often], "outcome": "decline"}]}
    plan = plan_of(rows, overrides, as_of=datetime.fromisoformat(AS_OF) + timedelta(days=1))

    totals = replay(slice_of(rows, plan.overrides), plan)

    frame = oracle.frame_of(rows, overrides)
    found = values(Facts(replayed(totals.cells), plan.cost_parameters, 1.0))
    assert found == pytest.approx(oracle.kpis(frame, "replayed", 1.0))
    assert found["decline_rate"] != oracle.kpis(frame, "outcome", 1.0)["decline_rate"]
