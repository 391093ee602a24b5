"""Replays of random decisions against a second computation, and what slicing, missing data and wrong data do."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.fraud.counts import Cell
from shared.fraud.kpis import Facts, values
from shared.replay.cells import MOST_VALUES
from shared.replay.counting import recorded, replayed
from shared.replay.facts import UnreadableFacts
from shared.replay.kernel import replay
from shared.replay.outcomes import IncompletePolicy
from shared.replay.plan import ReplayPlan
from shared.replay.policy import PolicyThresholds
from shared.replay.totals import SliceTotals, add_up
from tests.tiers import examples
from tests.unit.replay import oracle
from tests.unit.replay.slices import Row, plan_of, row, slice_of

OVERRIDES: tuple[Mapping[str, Any], ...] = (
    {},
    {"thresholds": {"fraud_threshold": 0.6}},
    {"thresholds": {"review_threshold": 0.2}},
    {"thresholds": {"fraud_threshold": 0.5, "review_threshold": 0.25}},
    {"thresholds": {"fraud_threshold": 0.3}, "rules": [
        {"when": [{"feature": "country", "operator": "in", "value": ["FR", "1", 1]}], "outcome": "review"},
        {"when": [{"feature": "night", "operator": "==", "value": True},
                  {"feature": "count", "operator": ">=", "value": 2}], "outcome": "decline"},
        {"when": [{"feature": "amount", "operator": "<", "value": 5}], "outcome": "approve"},
        {"when": [{"feature": "country", "operator": "!=", "value": "DE"}], "outcome": "approve"},
    ]},
    {"model": {"type": "logistic", "intercept": -1, "coefficients": {"count": 0.8, "night": 1.5, "score": -2},
               "means": {"count": 1}, "scales": {"count": 2}}},
    {"model": {"type": "logistic", "intercept": 0, "coefficients": {"count": 3}},
     "rules": [{"when": [{"feature": "score", "operator": ">", "value": 0.9}], "outcome": "review"},
               {"when": [{"feature": "features.score", "operator": "==", "value": 1}], "outcome": "decline"}],
     "thresholds": {"review_threshold": 0.5}},
)  # fmt: skip

_TRUTHS = {"approve": ("fraud", "legitimate", "presumed", "pending")}
_OF_FLAGGED = ("fraud", "legitimate", "unverified")
_features = st.fixed_dictionaries(
    {},
    optional={
        "count": st.sampled_from([0, 1, 2.5, -3, 1e9, "many"]),
        "night": st.booleans(),
        "country": st.sampled_from(["FR", "DE", "1", 1, True, '"', ""]),
        "score": st.sampled_from([1, 0]),
        "other": st.just("x"),
    },
)


@st.composite
def _rows(draw: st.DrawFn) -> list[Row]:
    return [_drawn(draw, number) for number in range(draw(st.integers(0, 30)))]


def _drawn(draw: st.DrawFn, number: int) -> Row:
    outcome = draw(st.sampled_from(["approve", "review", "decline"]))
    return row(
        number,
        customer_id=draw(st.sampled_from([None, "a", "b", "c"])),
        score=draw(st.sampled_from([0.0, 0.07, 0.2, 0.29, 0.3, 0.57, 0.58, 0.6, 0.999, 1.0])),
        outcome=outcome,
        rule_version=draw(st.sampled_from([None, "r1", "r2"])),
        truth=draw(st.sampled_from(_TRUTHS.get(outcome, _OF_FLAGGED))),
        charged_back=draw(st.booleans()) if outcome == "approve" else False,
        amount=draw(st.none() | st.decimals(0, 10**12, places=10)),
        channel=draw(st.sampled_from([None, "web", "store"])),
        risk_band=draw(st.sampled_from(["low", "high"])),
        features=draw(_features),
    )


def kpis_of(totals: SliceTotals, plan: ReplayPlan, which: Any) -> dict[str, Any]:
    return values(Facts(which(totals.cells), plan.cost_parameters, plan.seconds))


@pytest.mark.parametrize("overrides", OVERRIDES, ids=range(len(OVERRIDES)))
@settings(deadline=None, max_examples=examples(48))
@given(rows=_rows())
def test_replays_equal_a_second_computation(overrides: Mapping[str, Any], rows: list[Row]) -> None:
    plan = plan_of(rows, overrides)
    totals = replay(slice_of(rows, plan.overrides), plan)

    if not rows:
        assert totals == SliceTotals.nothing(plan)
        return
    frame = oracle.frame_of(rows, overrides)
    assert totals.reproduced == frame["reproduced"].sum()
    assert totals.unscorable == frame["replayed"].isna().sum()
    scored = frame[frame["replayed"].notna()]
    for which, column in ((recorded, "outcome"), (replayed, "replayed")):
        assert kpis_of(totals, plan, which) == pytest.approx(oracle.kpis(scored, column, plan.seconds), nan_ok=False)


@settings(deadline=None, max_examples=examples(48))
@given(
    rows=_rows(),
    places=st.lists(st.integers(0, 4), min_size=30, max_size=30),
    order=st.permutations(range(5)),
    overrides=st.sampled_from(OVERRIDES),
)
def test_any_slicing_in_any_order_gives_the_same_bytes(
    rows: list[Row], places: list[int], order: list[int], overrides: Mapping[str, Any]
) -> None:
    plan = plan_of(rows, overrides)
    slices = [[each for each, place in zip(rows, places, strict=False) if place == number] for number in range(5)]

    added = add_up(plan, [replay(slice_of(slices[number], plan.overrides), plan) for number in order])

    assert added == replay(slice_of(rows, plan.overrides), plan)
    assert added.to_bytes() == replay(slice_of(rows[::-1], plan.overrides), plan).to_bytes()


def test_without_overrides_every_recorded_outcome_is_kept_even_if_the_policy_differs() -> None:
    rows = [row(1, score=0.9, outcome="approve"), row(2, score=0.2, outcome="decline", truth="unverified")]
    plan = plan_of(rows, {})

    totals = replay(slice_of(rows, plan.overrides), plan)

    assert recorded(totals.cells) == replayed(totals.cells)
    assert (totals.reproduced, totals.seen) == (1, 2)


def test_a_review_threshold_above_that_of_declines_means_no_reviews() -> None:
    rows = [row(number, score=number / 10) for number in range(10)]
    registered = {"r1": PolicyThresholds(fraud_threshold=0.9, review_threshold=0.5)}
    plan = plan_of(rows, {"thresholds": {"fraud_threshold": 0.3}}, registered)

    kpis = kpis_of(replay(slice_of(rows, plan.overrides), plan), plan, replayed)

    assert (kpis["approval_rate"], kpis["review_rate"], kpis["decline_rate"]) == (0.3, 0, 0.7)


def test_thresholds_that_are_not_overridden_are_those_of_the_rule_version() -> None:
    rows = [row(number, score=0.5, rule_version=f"r{number}") for number in range(4)]
    registered = {
        "r0": PolicyThresholds(fraud_threshold=0.5, review_threshold=0.1),
        "r1": PolicyThresholds(fraud_threshold=0.6, review_threshold=0.5),
        "r2": PolicyThresholds(fraud_threshold=None, review_threshold=0.6),
        "r3": PolicyThresholds(fraud_threshold=None, review_threshold=None),
    }
    plan = plan_of(rows, {"rules": _never()}, registered)

    kpis = kpis_of(replay(slice_of(rows, plan.overrides), plan), plan, replayed)

    assert (kpis["approval_rate"], kpis["review_rate"], kpis["decline_rate"]) == (0.5, 0.25, 0.25)


def _never() -> list[dict[str, Any]]:
    return [{"when": [{"feature": "score", "operator": ">", "value": 1}], "outcome": "decline"}]


def test_decisions_that_the_model_cannot_score_are_left_out_and_counted() -> None:
    rows = [
        row(1, features={"a": 1}),
        row(2, features={"a": "1"}),
        row(3, features={"b": 1}),
        row(4, features=None),
        row(5, features={"a": True, "b": "x"}),
    ]
    plan = plan_of(rows, {"model": {"type": "logistic", "intercept": 0, "coefficients": {"a": 1}}})

    totals = replay(slice_of(rows, plan.overrides), plan)

    assert (totals.seen, totals.unscorable, totals.decisions) == (5, 3, 2)
    assert recorded(totals.cells).decisions == int(totals.curve.counts.sum()) == 2
    assert totals.present == (3,)


def test_slices_without_amounts_count_in_numbers() -> None:
    rows = [row(number, amount=None, outcome="decline", truth="fraud", score=0.9) for number in range(3)]
    plan = plan_of(rows, {"thresholds": {"fraud_threshold": 1}})

    totals = replay(slice_of(rows, plan.overrides), plan)

    assert totals.excluded == 3
    assert recorded(totals.cells).true_positives == Cell(3, Decimal(0))
    assert kpis_of(totals, plan, replayed)["capture_rate"] is None


def test_the_largest_amounts_are_added_up_exactly() -> None:
    largest = Decimal(10) ** 27 - Decimal("1E-10")
    rows = [row(number, amount=largest, truth="fraud", customer_id="c") for number in range(1_000)]
    plan = plan_of(rows, {})

    totals = replay(slice_of(rows, plan.overrides), plan)

    assert recorded(totals.cells).false_negatives.amount == largest * 1_000


def test_too_many_values_of_a_dimension_have_no_cohorts_in_any_slicing() -> None:
    rows = [row(number, channel=f"channel-{number}") for number in range(MOST_VALUES + 1)]
    plan = plan_of(rows, {})
    whole = replay(slice_of(rows, plan.overrides), plan)

    parts = [replay(slice_of(each, plan.overrides), plan) for each in (rows[:50], rows[40:60], rows[60:])]

    assert whole.cohorts["channel"].is_too_many
    assert len(whole.cohorts["risk_band"].values) == 1
    assert (parts[0] + (parts[1] + parts[2])).cohorts["channel"] == whole.cohorts["channel"]
    assert len(replay(slice_of(rows[:MOST_VALUES], plan.overrides), plan).cohorts["channel"].values) == MOST_VALUES


@pytest.mark.parametrize("channels", [1, 3, 40, MOST_VALUES - 1], ids="{} channels".format)
def test_cohorts_have_the_decisions_of_their_values(channels: int) -> None:
    kinds = [(None if number % 7 == 0 else f"channel-{number % channels}", f"{number % 4}") for number in range(500)]
    rows = [
        row(
            number,
            channel=channel,
            risk_band=band,
            outcome=("approve", "decline")[number % 3 == 0],
            amount=Decimal(number),
        )
        for number, (channel, band) in enumerate(kinds)
    ]
    plan = plan_of(rows, {})

    totals = replay(slice_of(rows, plan.overrides), plan)

    for dimension in ("channel", "risk_band"):
        cohorts = totals.cohorts[dimension]
        assert set(cohorts.values) == {each[dimension] for each in rows}
        for place, value in enumerate(cohorts.values):
            mine = [each for each in rows if each[dimension] == value]
            assert recorded(cohorts.cells.at(place)).of() == Cell(len(mine), sum(each["amount"] for each in mine))
        assert cohorts.cells.over(0) == totals.cells


@pytest.mark.parametrize(
    ("column", "value"),
    [("outcome", "block"), ("truth", "unknown"), ("score", 1.5), ("score", float("nan")), ("amount", Decimal(-1))],
)
def test_impossible_values_are_refused(column: str, value: Any) -> None:
    rows: Sequence[Row] = [row(1), row(2, **{column: value})]
    plan = plan_of([row(1)], {})

    with pytest.raises(UnreadableFacts, match=column):
        replay(slice_of(rows, plan.overrides), plan)


def test_facts_without_a_column_or_with_another_type_are_refused() -> None:
    plan = plan_of([row(1)], {})
    facts = slice_of([row(1)], plan.overrides)

    with pytest.raises(UnreadableFacts, match="truth"):
        replay(facts.drop_columns("truth"), plan)
    with pytest.raises(UnreadableFacts):
        replay(facts.set_column(3, "score", [["high"]]), plan)


def test_a_rule_version_without_thresholds_is_refused() -> None:
    rows = [row(1), row(2, rule_version="r2")]
    plan = plan_of(rows[:1], {})

    with pytest.raises(IncompletePolicy):
        replay(slice_of(rows, plan.overrides), plan)


def test_the_first_and_the_last_decision_are_known() -> None:
    rows = [row(number) for number in (5, 3, 9)]
    plan = plan_of(rows, {})

    totals = replay(slice_of(rows, plan.overrides), plan)

    assert totals.first_decided == rows[1]["moment"]
    assert totals.last_decided == rows[1]["moment"] + timedelta(minutes=6)
