"""The oracle of fraud analytics gives the values that are worked out by hand from the definitions."""

import math
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from infra.local.demo.rng import seeded
from tests.oracles import fraud

if TYPE_CHECKING:
    import random

T = datetime(2026, 6, 30, 12, tzinfo=UTC)
Record = dict[str, Any]


def decision(number: int, outcome: str, *, days: float = 60.0, **more: Any) -> Record:
    return {
        "decision_id": f"D-{number:03d}",
        "timestamp": (T - timedelta(days=days)).isoformat(),
        "score": {"approve": 0.1, "review": 0.5, "decline": 0.9}[outcome],
        "outcome": outcome,
        "amount": 100.0,
        "currency": "USD",
        **more,
    }


def label(number: int, word: str, *, days: float = 50.0, source: str = "manual_review") -> Record:
    return {
        "decision_id": f"D-{number:03d}",
        "label": word,
        "labelled_at": (T - timedelta(days=days)).isoformat(),
        "source": source,
    }


SIX = [
    decision(1, "decline", amount=50.0),
    decision(2, "decline", amount=200.0),
    decision(3, "review", amount=40.0),
    decision(4, "approve", amount=25.0),
    decision(5, "approve"),
    decision(6, "decline", amount=1_000.0),
]
THEIR_LABELS = [
    label(1, "fraud"),
    label(2, "legitimate"),
    label(3, "legitimate"),
    label(4, "fraud", source="chargeback"),
]


def only(decisions: list[Record], labels: list[Record], as_of: datetime = T) -> Any:
    return next(fraud.truths(decisions, labels, as_of).itertuples())


def test_the_kpis_of_six_decisions_are_those_worked_out_by_hand() -> None:
    truth = fraud.truths(SIX, THEIR_LABELS, T)

    assert fraud.counts(truth) == {"truePositives": 1, "falsePositives": 2, "trueNegatives": 1, "falseNegatives": 1}
    assert fraud.kpis(truth) == pytest.approx(
        {
            "precision": 1 / 3,
            "recall": 1 / 2,
            "f1Score": 2 / 5,
            "captureRate": 50 / 75,
            "approvalRate": 2 / 6,
            "reviewRate": 1 / 6,
            "declineRate": 3 / 6,
            "falsePositiveRate": 2 / 3,
            "fraudRate": 2 / 5,
            "falsePositiveCost": 200 * 0.3 + 40 * 0.3 * 0.1 + 3,
            "chargebackRate": 1 / 2,
            "fraudLoss": 25.0,
        }
    )
    assert fraud.amounts(truth) == {
        "total": 1415.0,
        "fraud": 75.0,
        "captured": 50.0,
        "missed": 25.0,
        "falsePositive": 240.0,
    }


def test_their_bounds_are_those_of_the_formulas() -> None:
    truth = fraud.truths([*SIX, decision(7, "approve", days=3, amount=10.0)], THEIR_LABELS, T)

    assert fraud.bounds(truth) == {
        "precision": pytest.approx((1 / 4, 2 / 4)),
        "recall": pytest.approx((1 / 3, 2 / 3)),
        "f1Score": pytest.approx((2 / 7, 4 / 7)),
        "captureRate": pytest.approx((50 / 85, 1050 / 1075)),
        "falsePositiveRate": pytest.approx((2 / 4, 3 / 4)),
        "fraudRate": pytest.approx((2 / 7, 4 / 7)),
        "chargebackRate": pytest.approx((1 / 3, 2 / 3)),
        "falsePositiveCost": pytest.approx((64.2, 364.2)),
        "fraudLoss": (25.0, 35.0),
    }


def test_maturity_counts_every_state_and_tells_when_it_is_complete() -> None:
    truth = fraud.truths([*SIX, decision(7, "approve", days=3)], THEIR_LABELS, T)

    assert fraud.maturity(truth, T) == {
        "asOf": pd.Timestamp(T),
        "horizonDays": 45.0,
        "decisions": 7,
        "labelled": 4,
        "presumed": 1,
        "pending": 1,
        "unverified": 1,
        "coverage": pytest.approx(5 / 7),
        "provisional": True,
        "completeBy": pd.Timestamp(T + timedelta(days=42)),
        "revised": 0,
        "afterHorizon": 0,
    }


def test_no_decision_at_all_gives_no_ratio_and_empty_sums() -> None:
    truth = fraud.truths([], [], T)

    assert fraud.kpis(truth) == {**dict.fromkeys(fraud.RATIOS), **dict.fromkeys(fraud.SUMS, 0.0)}
    assert fraud.ranking(truth) == {"rocAuc": None, "averagePrecision": None, "cardPrecisionTop100": None}
    assert fraud.latency(truth) is None
    assert fraud.maturity(truth, T)["coverage"] is None
    assert fraud.bounds(truth)["precision"] is None


def test_the_label_given_last_is_the_effective_one() -> None:
    charged, won = label(1, "fraud", source="chargeback", days=30), label(1, "legitimate", source="dispute_won", days=5)
    found = only([decision(1, "approve")], [won, charged])
    before = only([decision(1, "approve")], [won, charged], T - timedelta(days=6))

    assert (found.label, found.cell, found.revised, found.charged_back) == ("legitimate", "TN", 1, True)
    assert (before.label, before.cell, before.revised) == ("fraud", "FN", 0)


def test_of_labels_given_at_once_the_strongest_source_decides() -> None:
    sources = ("dispute_won", "chargeback", "manual_review", "customer_report")

    for strong, weak in combinations(sources, 2):
        told = [label(1, "legitimate", source=strong), label(1, "fraud", source=weak)]
        assert only([decision(1, "approve")], told).label == "legitimate"
        assert only([decision(1, "approve")], told[::-1]).label == "legitimate"


@pytest.mark.parametrize(
    ("outcome", "days", "state", "cell"),
    [
        ("approve", 45.0, "presumed", "TN"),
        ("approve", 44.999, "pending", "TN"),
        ("review", 400.0, "unverified", None),
        ("decline", 1.0, "unverified", None),
    ],
)
def test_silence_means_something_only_about_approved_decisions(
    outcome: str, days: float, state: str, cell: str | None
) -> None:
    found = only([decision(1, outcome, days=days)], [])

    assert (found.state, found.cell) == (state, cell)


def test_what_happens_after_the_moment_asked_about_is_unknown() -> None:
    truth = fraud.truths([decision(1, "approve"), decision(2, "approve", days=-1)], [label(1, "fraud", days=-1)], T)

    assert list(truth.decision_id) == ["D-001"]
    assert list(truth.state) == ["presumed"]


def test_labels_after_the_horizon_are_counted() -> None:
    told = [label(1, "fraud", days=15), label(1, "fraud", days=14.9, source="chargeback")]

    assert only([decision(1, "approve")], told).after_horizon == 1


def test_a_chargeback_that_is_taken_back_no_longer_counts() -> None:
    told = [
        label(1, "fraud", source="chargeback", days=30),
        label(1, "legitimate", source="chargeback", days=20),
        label(2, "fraud", source="customer_report"),
    ]
    truth = fraud.truths([decision(1, "approve"), decision(2, "approve")], told, T)

    assert list(truth.charged_back) == [False, False]


def test_amounts_are_converted_and_those_that_cannot_be_are_left_out() -> None:
    decided = [
        decision(1, "approve", currency="EUR"),
        decision(2, "approve", currency="XAU"),
        decision(3, "approve", amount=None),
    ]
    told = [label(number, "fraud") for number in (1, 2, 3)]

    truth = fraud.truths(decided, told, T, rate=lambda currency, _: {"EUR": 1.25}.get(currency))

    assert fraud.kpis(truth)["fraudLoss"] == 125.0
    assert fraud.excluded_from_amounts(truth) == 2
    assert fraud.counts(truth)["falseNegatives"] == 3


def test_matured_kpis_leave_out_young_decisions_even_if_labelled() -> None:
    decided = [decision(1, "decline"), decision(2, "decline", days=10)]
    truth = fraud.truths(decided, [label(1, "legitimate"), label(2, "fraud", days=9)], T)

    assert fraud.kpis(truth)["precision"] == 0.5
    assert fraud.matured(truth)["precision"] == 0.0


def some_day(rng: "random.Random") -> tuple[list[Record], list[Record]]:
    """Any mixture of outcomes and ages, of which few are labelled."""
    decided = [
        decision(number, rng.choice(("approve", "review", "decline")), days=rng.choice((5, 60)))
        | {"amount": rng.choice((None, 0.0, 10.0, 70.0))}
        for number in range(rng.randint(1, 7))
    ]
    known = [int(it["decision_id"][2:]) for it in decided if rng.random() < 0.5]
    return decided, [label(number, rng.choice(("fraud", "legitimate")), days=1) for number in known]


def every_outcome(truth: pd.DataFrame) -> list[fraud.Values]:
    """The KPIs of each way in which what is unknown can turn out."""
    unknown = truth.index[truth.state.isin(["unverified", "pending"])]
    found = []
    for size in range(len(unknown) + 1):
        for frauds in combinations(unknown, size):
            turned = truth.copy()
            for place in unknown:
                is_fraud, flagged = place in frauds, bool(truth.flagged[place])
                turned.loc[place, "cell"] = ("TP" if is_fraud else "FP") if flagged else ("FN" if is_fraud else "TN")
                if is_fraud and not flagged:
                    turned.loc[place, "charged_back"] = True
            found.append(fraud.kpis(turned))
    return found


def test_bounds_are_the_extremes_of_everything_that_can_turn_out() -> None:
    rng = seeded(11, "bounds")
    for _ in range(40):
        decided, told = some_day(rng)
        truth = fraud.truths(decided, told, T)
        outcomes = every_outcome(truth)

        for name, found in fraud.bounds(truth).items():
            values = [outcome[name] for outcome in outcomes]
            known = [value for value in values if value is not None]
            assert found == (pytest.approx((min(known), max(known))) if known else None), name


def test_ranking_counts_ties_half_and_ignores_what_is_unverified() -> None:
    decided = [
        decision(1, "decline", score=0.9),
        decision(2, "approve", score=0.2),
        decision(3, "approve", score=0.2),
        decision(4, "approve", score=0.1),
        decision(5, "decline", score=0.99),
    ]
    truth = fraud.truths(decided, [label(1, "fraud"), label(2, "fraud")], T)

    found = fraud.ranking(truth)

    assert found["rocAuc"] == pytest.approx((1 + 1 + 0.5 + 1) / 4)
    assert found["averagePrecision"] == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)


def test_ranking_needs_both_classes() -> None:
    truth = fraud.truths([decision(1, "decline")], [label(1, "fraud")], T)

    assert fraud.ranking(truth) == {"rocAuc": None, "averagePrecision": None, "cardPrecisionTop100": 0.01}


def test_card_precision_counts_cards_and_leaves_out_those_found_before() -> None:
    decided = [
        decision(1, "decline", days=10, customer_id="C-1"),
        decision(2, "decline", days=10, customer_id="C-1"),
        decision(3, "decline", days=9, customer_id="C-1"),
        decision(4, "decline", days=9),
        decision(5, "decline", days=9),
    ]
    truth = fraud.truths(decided, [label(number, "fraud", days=1) for number in range(1, 6)], T)

    assert fraud.ranking(truth)["cardPrecisionTop100"] == pytest.approx((0.01 + 0.02) / 2)


def test_card_precision_looks_at_the_hundred_highest_and_breaks_ties_by_customer() -> None:
    honest = [decision(number, "decline", customer_id=f"C-{number:03d}") for number in range(1, 100)]
    first, second = decision(200, "decline", customer_id="A"), decision(201, "decline", customer_id="Z")
    truth = fraud.truths(
        [*honest, first, second],
        [*(label(number, "legitimate") for number in range(1, 100)), label(200, "fraud"), label(201, "fraud")],
        T,
    )

    assert fraud.ranking(truth)["cardPrecisionTop100"] == pytest.approx(0.01)


def test_a_latency_percentile_is_the_item_at_its_rank() -> None:
    decided = [decision(number, "approve", latency_ms=float(number)) for number in range(1, 11)]

    truth = fraud.truths([*decided, decision(11, "approve")], [], T)

    assert fraud.latency(truth) == {"p50Ms": 5.0, "p95Ms": 9.0, "p99Ms": 9.0, "maxMs": 10.0, "count": 10}


def test_throughput_ends_with_the_moment_asked_about() -> None:
    start, minute = T - timedelta(seconds=100), timedelta(minutes=1) / timedelta(days=1)
    decided = [decision(number, "approve", days=number // 2 * minute) for number in range(4)]

    found = fraud.throughput(fraud.truths(decided, [], T), start, T + timedelta(days=9), T)

    assert found == {
        "perSecond": pytest.approx(0.04),
        "perMinute": pytest.approx(2.4),
        "peakPerMinute": 2,
        "peakAt": pd.Timestamp(T - timedelta(minutes=1)),
    }
    assert fraud.throughput(fraud.truths(decided, [], T), T, T, T)["perSecond"] is None


def test_a_confusion_matrix_has_every_bucket_that_the_range_touches() -> None:
    truth = fraud.truths([*SIX, decision(7, "approve", days=58)], THEIR_LABELS, T)
    start, end = T - timedelta(days=61), T - timedelta(days=57.5)

    matrix = fraud.confusion_matrix(truth, start, end, "day")

    assert [row["timestamp"].isoformat() for row in matrix] == [
        f"2026-{day}T00:00:00+00:00" for day in ("04-30", "05-01", "05-02", "05-03")
    ]
    assert matrix[1] == {
        "timestamp": pd.Timestamp("2026-05-01", tz="UTC"),
        "truePositives": 1,
        "falsePositives": 2,
        "trueNegatives": 1,
        "falseNegatives": 1,
        "pending": 0,
        "unverified": 1,
        "provisional": False,
    }
    assert [row["trueNegatives"] for row in matrix] == [0, 1, 0, 1]


@pytest.mark.parametrize(
    ("granularity", "first", "buckets"), [("hour", "2026-04-30T12", 84), ("week", "2026-04-27", 1)]
)
def test_hours_and_iso_weeks_are_buckets_too(granularity: str, first: str, buckets: int) -> None:
    truth = fraud.truths(SIX, THEIR_LABELS, T)

    matrix = fraud.confusion_matrix(truth, T - timedelta(days=61), T - timedelta(days=57.5), granularity)

    assert len(matrix) == buckets
    assert matrix[0]["timestamp"] == pd.Timestamp(first, tz="UTC")
    assert sum(row["unverified"] for row in matrix) == 1


def test_scores_without_any_order_have_an_auc_of_one_half() -> None:
    decided = [decision(number, "approve") for number in range(4)]

    found = fraud.ranking(fraud.truths(decided, [label(0, "fraud"), label(1, "fraud")], T))

    assert found["rocAuc"] is not None
    assert math.isclose(found["rocAuc"], 0.5)
