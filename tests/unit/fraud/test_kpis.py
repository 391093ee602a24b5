"""KPIs, and the bounds within which they end."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic.alias_generators import to_camel

from shared.decisions.configuration import FraudConfiguration
from shared.fraud.counts import FLAGGED, NOTHING, Cell, Counts, Label, Outcome, Truth, total, truth_of
from shared.fraud.kpis import KPIS, Facts, bounds, values
from shared.fraud.models import KpiBounds, Kpis
from tests.tiers import examples

COSTS = FraudConfiguration.of_stage({}).cost_parameters
_KINDS = [(outcome, truth) for outcome in FLAGGED for truth in (Truth.FRAUD, Truth.LEGITIMATE, Truth.UNVERIFIED)] + [
    (Outcome.APPROVE, truth) for truth in (Truth.FRAUD, Truth.LEGITIMATE, Truth.PRESUMED, Truth.PENDING)
]
_PRICE = Decimal("12.50")
_COUNTS = st.fixed_dictionaries({kind: st.integers(0, 3) for kind in _KINDS})
_RUNS = settings(max_examples=examples(200), deadline=None)


def counts(numbers: dict[tuple[Outcome, Truth], int], charged_back: int = 0) -> Counts:
    """Decisions that all have the same amount."""
    return Counts(
        cells={kind: Cell(number, _PRICE * number) for kind, number in numbers.items() if number},
        charged_back=charged_back,
    )


def _resolved(numbers: dict[tuple[Outcome, Truth], int]) -> Iterator[dict[tuple[Outcome, Truth], int]]:
    """Every way in which unverified and pending decisions can turn out."""
    for review in range(numbers[Outcome.REVIEW, Truth.UNVERIFIED] + 1):
        for decline in range(numbers[Outcome.DECLINE, Truth.UNVERIFIED] + 1):
            for pending in range(numbers[Outcome.APPROVE, Truth.PENDING] + 1):
                found = dict(numbers)
                for outcome, frauds, open_truth in (
                    (Outcome.REVIEW, review, Truth.UNVERIFIED),
                    (Outcome.DECLINE, decline, Truth.UNVERIFIED),
                    (Outcome.APPROVE, pending, Truth.PENDING),
                ):
                    undecided = found.pop((outcome, open_truth))
                    found[outcome, Truth.FRAUD] += frauds
                    found[outcome, Truth.LEGITIMATE] += undecided - frauds
                yield found


@_RUNS
@given(_COUNTS)
def test_bounds_are_the_extremes_over_every_way_in_which_open_decisions_turn_out(
    numbers: dict[tuple[Outcome, Truth], int],
) -> None:
    outcomes = [values(Facts(counts(each), COSTS)) for each in _resolved(numbers)]

    for name, found in bounds(Facts(counts(numbers), COSTS)).items():
        if name == "chargeback_rate":
            continue
        known = [each[name] for each in outcomes if each[name] is not None]
        assert (found is None) == (not known)
        if found is not None:
            assert found == pytest.approx((min(known), max(known))), name  # type: ignore[type-var] # Nones are out


def test_the_chargeback_rate_is_bounded_by_pending_decisions_charged_back() -> None:
    numbers = {
        (Outcome.APPROVE, Truth.FRAUD): 2,
        (Outcome.APPROVE, Truth.PENDING): 3,
        (Outcome.APPROVE, Truth.LEGITIMATE): 5,
    }

    assert bounds(Facts(counts(numbers, charged_back=1), COSTS))["chargeback_rate"] == (0.1, 0.4)


@_RUNS
@given(st.lists(_COUNTS, max_size=4))
def test_counts_of_parts_add_up_to_those_of_the_whole(parts: list[dict[tuple[Outcome, Truth], int]]) -> None:
    whole = counts({kind: sum(each[kind] for each in parts) for kind in _KINDS})

    together = total(map(counts, parts))

    assert values(Facts(together, COSTS, 10)) == values(Facts(whole, COSTS, 10))


def test_nothing_has_no_ratios_and_costs_nothing() -> None:
    found = values(Facts(NOTHING, COSTS))

    assert {name for name, value in found.items() if value is not None} == {"false_positive_cost", "fraud_loss"}
    assert (found["false_positive_cost"], found["fraud_loss"]) == (0, 0)


def test_a_false_positive_costs_its_lost_margin_and_its_review() -> None:
    numbers = {(Outcome.REVIEW, Truth.LEGITIMATE): 2, (Outcome.DECLINE, Truth.LEGITIMATE): 1}

    found = values(Facts(counts(numbers), COSTS))["false_positive_cost"]

    assert found == pytest.approx(2 * (12.5 * 0.3 * 0.1 + 3) + 12.5 * 0.3 * 1.0)


@pytest.mark.parametrize(
    ("outcome", "label", "is_mature", "truth"),
    [
        (Outcome.APPROVE, Label.NONE, False, Truth.PENDING),
        (Outcome.APPROVE, Label.NONE, True, Truth.PRESUMED),
        (Outcome.REVIEW, Label.NONE, True, Truth.UNVERIFIED),
        (Outcome.DECLINE, Label.FRAUD, False, Truth.FRAUD),
        (Outcome.APPROVE, Label.LEGITIMATE, False, Truth.LEGITIMATE),
    ],
)
def test_silence_means_something_else_for_approved_and_flagged_decisions(
    outcome: Outcome, label: Label, is_mature: bool, truth: Truth
) -> None:
    assert truth_of(outcome, label, is_mature=is_mature) is truth


def test_answers_have_every_kpi_and_every_bound() -> None:
    assert list(Kpis.model_fields) == list(KPIS)
    assert KpiBounds.model_fields.keys() == bounds(Facts(NOTHING, COSTS)).keys()
    assert [to_camel(name) for name in KPIS][:8] == [
        "precision", "recall", "f1Score", "captureRate", "approvalRate", "falsePositiveCost", "chargebackRate",
        "decisionThroughput",
    ]  # fmt: skip
