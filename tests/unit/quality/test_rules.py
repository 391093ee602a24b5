"""The score follows from counts, adds up in any order, and a further wrong row never raises it."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.quality.checks import QualityDimension
from shared.quality.rules import (
    DEFAULT_MINIMUM,
    POOR_WEIGHTS,
    deductions,
    dimension_score,
    failed_checks,
    overall_score,
    refusal,
    require_quality,
    score_to_json,
)
from shared.quality.state import Count, QualityCounts, total
from shared.records.schema import DataType
from shared.runtime.errors import InsufficientDataQuality
from tests.fakes.records import sale
from tests.unit.quality.assessing import assessed

POOR = set(QualityDimension) - {QualityDimension.VALIDITY, QualityDimension.COMPLETENESS}
WRONG = {QualityDimension.VALIDITY, QualityDimension.CONSISTENCY, QualityDimension.ACCURACY}
_COUNTS = st.builds(
    lambda passed, poor, wrong: Count(passed + poor + wrong, poor + wrong, wrong), *[st.integers(0, 99)] * 3
)
_NAMES = [*QualityDimension, "validity.quantity:type", "accuracy.unit_cost_plausible"]
_TEXTS = st.lists(st.text("abc", min_size=1, max_size=2), max_size=3, unique=True).map(lambda each: tuple(sorted(each)))
STATES = st.builds(
    QualityCounts,
    st.dictionaries(st.sampled_from(list(map(str, _NAMES))), _COUNTS.filter(lambda count: count.checked)),
    st.dictionaries(st.sampled_from(list(map(str, _NAMES))), _TEXTS),
)
FIELDS = 5


def _row(
    wrong: frozenset[QualityDimension], poor: frozenset[QualityDimension] = frozenset(), gaps: int = 0
) -> QualityCounts:
    """One row: invalid, or valid and wrong or poor in these dimensions, with some expected values missing."""
    if QualityDimension.VALIDITY in wrong:
        return QualityCounts({QualityDimension.VALIDITY: Count(1, 1, 1)})
    looked_at = set(QualityDimension) - {QualityDimension.COMPLETENESS}
    counts = {str(each): Count(1, int(each in wrong | poor), int(each in wrong)) for each in looked_at}
    return QualityCounts({**counts, str(QualityDimension.COMPLETENESS): Count(FIELDS, gaps)})


def _rows(*failing: QualityDimension) -> st.SearchStrategy[QualityCounts]:
    wrong = (
        st.frozensets(st.sampled_from(list(failing)), min_size=1) if failing else st.just(frozenset[QualityDimension]())
    )
    return st.builds(_row, wrong, st.frozensets(st.sampled_from(sorted(POOR))), st.integers(0, FIELDS))


ANY_ROW = _rows() | _rows(*sorted(WRONG))


@given(st.lists(ANY_ROW, max_size=30), _rows(*sorted(WRONG)))
def test_a_further_row_that_is_wrong_never_raises_the_score(rows: list[QualityCounts], further: QualityCounts) -> None:
    assert overall_score(total([*rows, further])) <= overall_score(total(rows))


@given(st.lists(ANY_ROW, max_size=30), ANY_ROW)
def test_a_further_row_never_raises_the_score_of_a_dimension_that_it_fails(
    rows: list[QualityCounts], further: QualityCounts
) -> None:
    before, after = total(rows), total([*rows, further])

    for dimension in QualityDimension:
        count = further.of(dimension)
        score = dimension_score(before, dimension)
        if count.checked and count.failed == count.checked and score is not None:
            assert (dimension_score(after, dimension) or 0) <= score


@given(state=STATES, dimension=st.sampled_from(QualityDimension), wrong=st.booleans())
def test_a_row_that_fails_where_it_did_not_never_raises_the_score(
    state: QualityCounts, dimension: QualityDimension, *, wrong: bool
) -> None:
    count = state.of(dimension)
    if count.failed < count.checked:
        worse = Count(count.checked, count.failed + 1, count.wrong + int(wrong))

        assert overall_score(QualityCounts({**state.counts, str(dimension): worse})) <= overall_score(state)


_LINES: list[dict[str, Any]] = [
    {},
    {"customer_id": "c", "channel": "web", "region": "EU", "product_name": "Mug", "product_category": "Mugs"},
    {"timestamp": "2025-03-01T11:00:00Z"},
    {"discount": 500},
    {"quantity": 10**6},
    {"unit_price": 1, "unit_cost": 99},
    {"quantity": "x"},
    {"order_id": "o-1", "currency": "EUR"},
    {"order_id": "o-1"},
]
_WRONG_LINES = [{"discount": 500}, {"quantity": 10**6}, {"unit_price": 1, "unit_cost": 99}, {"quantity": "x"}, None]


@settings(deadline=None)  # the first one waits for Arrow
@given(st.lists(st.sampled_from(_LINES), max_size=12), st.sampled_from(_WRONG_LINES))
def test_a_failing_real_row_never_raises_the_score(fields: list[dict[str, Any]], wrong: dict[str, Any] | None) -> None:
    rows: list[Any] = [sale(number, **each) for number, each in enumerate(fields)]
    further = None if wrong is None else sale(99, **wrong)

    before, after = (assessed(DataType.TRANSACTIONS, each) for each in (rows, [*rows, further]))

    assert overall_score(after) <= overall_score(before)


@given(STATES, STATES, STATES)
def test_counts_add_up_in_any_order_and_any_grouping(a: QualityCounts, b: QualityCounts, c: QualityCounts) -> None:
    assert a + b == b + a
    assert (a + b) + c == a + (b + c)
    assert overall_score(total([a, b, c])) == overall_score(total([c, a, b]))


@given(STATES)
def test_adding_empty_counts_changes_nothing(state: QualityCounts) -> None:
    assert (state + QualityCounts()).counts == state.counts
    assert overall_score(total([])) == 100


@settings(deadline=None)  # as above
@given(st.lists(st.sampled_from(_LINES), max_size=12), st.integers(0, 12))
def test_separate_counts_add_up_to_joint_counts(fields: list[dict[str, Any]], cut: int) -> None:
    alone = [{**each, "order_id": f"o-{number}"} for number, each in enumerate(fields)]  # no order spans the parts
    rows = [sale(number, **each) for number, each in enumerate(alone)]

    together = assessed(DataType.TRANSACTIONS, rows)
    apart = assessed(DataType.TRANSACTIONS, rows[:cut]) + assessed(DataType.TRANSACTIONS, rows[cut:])

    assert apart.counts == together.counts


@given(STATES)
def test_scores_lie_between_0_and_100_and_the_overall_one_is_recomputed_from_the_counts(state: QualityCounts) -> None:
    expected = Fraction(100)
    for dimension, count in ((each, state.of(each)) for each in QualityDimension):
        if count.checked:
            poor = POOR_WEIGHTS[dimension] * Fraction(count.failed - count.wrong, count.checked)
            expected -= 100 * (poor + Fraction(count.wrong, count.checked))
        score = dimension_score(state, dimension)
        assert score is None or 0 <= score <= 100
    assert overall_score(state) == max(expected, 0)


def test_poor_rows_cost_at_most_30_points() -> None:
    assert sum(POOR_WEIGHTS.values()) == Fraction(30, 100)
    assert overall_score(total([_row(frozenset(), frozenset(POOR), FIELDS)] * 9)) == DEFAULT_MINIMUM


def test_a_score_at_the_minimum_passes_and_one_row_below_does_not() -> None:
    good, bad = _row(frozenset()), _row(frozenset({QualityDimension.ACCURACY}))

    require_quality(total([good] * 7 + [bad] * 3))

    with pytest.raises(InsufficientDataQuality):
        require_quality(total([good] * 6_999 + [bad] * 3_001))


def test_a_rejected_batch_returns_score_minimum_and_failed_checks() -> None:
    invalid, bare = _row(frozenset({QualityDimension.VALIDITY})), _row(frozenset(), gaps=FIELDS)

    refused = refusal(total([invalid] * 2 + [bare]), Fraction(70))

    assert refused is not None
    assert (refused.status, refused.commerce_code, refused.fraud_code) == (
        422,
        "INSUFFICIENT_DATA_QUALITY",
        "unprocessable",
    )
    assert refused.details == {
        "quality_score": 23.33,
        "minimum_required": 70,
        "failed_checks": ["validity", "completeness"],
    }


def test_without_a_single_failing_check_all_deductions_are_named() -> None:
    rows = [
        _row(frozenset({each})) for each in (QualityDimension.VALIDITY, QualityDimension.CONSISTENCY) for _ in range(2)
    ]
    state = total([*rows, *[_row(frozenset())] * 6])

    assert overall_score(state) < 70
    assert failed_checks(state, Fraction(70)) == [QualityDimension.CONSISTENCY, QualityDimension.VALIDITY]
    assert list(deductions(state))[:2] == [QualityDimension.CONSISTENCY, QualityDimension.VALIDITY]


def test_an_empty_delivery_scores_100() -> None:
    assert overall_score(QualityCounts()) == 100
    require_quality(QualityCounts(), Fraction(100))


@pytest.mark.parametrize(
    ("score", "number"), [(Fraction(70), 70), (Fraction(6999999, 100000), 69.99), (Fraction(200, 3), 66.66)]
)
def test_a_score_is_rounded_down_so_that_none_looks_better_than_it_is(score: Fraction, number: float) -> None:
    assert score_to_json(score) == number
