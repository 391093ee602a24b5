"""Rankings equal scikit-learn's, and card precision the procedure of the handbook that defines it."""

from collections.abc import Iterable
from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from shared.statistics.rankings import (
    TOP_CARDS,
    CardDay,
    ScoreGroup,
    average_precision,
    card_precision,
    needed_card_days,
    roc_auc,
)

MONDAY = date(2026, 3, 2)
SCORES = st.integers(0, 8).map(lambda eighths: eighths / 8) | st.floats(0, 1)
GROUPS = st.lists(st.builds(ScoreGroup, SCORES, st.integers(0, 9), st.integers(0, 9)), max_size=12)


def _decisions(groups: Iterable[ScoreGroup]) -> tuple[list[int], list[float]]:
    truth, scores = list[int](), list[float]()
    for score, positives, negatives in groups:
        truth += [1] * positives + [0] * negatives
        scores += [score] * (positives + negatives)
    return truth, scores


@given(GROUPS)
def test_both_measures_equal_scikit_learn(groups: list[ScoreGroup]) -> None:
    truth, scores = _decisions(groups)
    if len(set(truth)) < 2:
        assert roc_auc(groups) is average_precision(groups) is None
        return

    assert roc_auc(groups) == pytest.approx(roc_auc_score(truth, scores), rel=1e-12)
    assert average_precision(groups) == pytest.approx(average_precision_score(truth, scores), rel=1e-12)


@given(GROUPS)
def test_the_area_of_opposite_scores_is_the_rest(groups: list[ScoreGroup]) -> None:
    opposite = [ScoreGroup(-group.score, group.positives, group.negatives) for group in groups]
    ours = roc_auc(groups)

    assert roc_auc(opposite) == (None if ours is None else pytest.approx(1 - ours, abs=1e-15))


@given(GROUPS)
def test_the_area_of_opposite_classes_is_the_rest(groups: list[ScoreGroup]) -> None:
    opposite = [ScoreGroup(group.score, group.negatives, group.positives) for group in groups]
    ours = roc_auc(groups)

    assert roc_auc(opposite) == (None if ours is None else pytest.approx(1 - ours, abs=1e-15))


def test_equal_scores_count_half() -> None:
    assert roc_auc([ScoreGroup(0.5, 3, 7)]) == 0.5


def test_a_perfect_ranking_has_1_in_both_measures() -> None:
    perfect = [ScoreGroup(0.9, 2, 0), ScoreGroup(0.1, 0, 5)]

    assert roc_auc(perfect) == average_precision(perfect) == 1.0


def test_groups_of_the_same_score_are_one_group_in_any_order() -> None:
    whole = [ScoreGroup(0.2, 1, 4), ScoreGroup(0.8, 3, 2)]
    parts = [ScoreGroup(0.8, 3, 0), ScoreGroup(0.2, 1, 4), ScoreGroup(0.8, 0, 2)]

    assert roc_auc(parts) == roc_auc(whole)
    assert average_precision(parts) == average_precision(whole)


def _card_days(rows: dict[tuple[int, int], tuple[float, bool]]) -> list[CardDay]:
    return [
        CardDay(MONDAY + timedelta(days=day), f"c{card}", score, is_fraud)
        for (day, card), (score, is_fraud) in rows.items()
    ]


CARD_DAYS = st.dictionaries(
    st.tuples(st.integers(0, 4), st.integers(0, 12)),
    st.tuples(st.integers(0, 4).map(lambda quarters: quarters / 4), st.booleans()),
    max_size=50,
).map(_card_days)


def _handbook(rows: list[CardDay], k: int) -> float:
    """The procedure of the handbook, day after day, in pandas, with ties by card."""
    table = pd.DataFrame(rows, columns=["day", "card", "score", "fraud"])
    detected, precisions = list[str](), list[float]()
    for day in sorted(table["day"].unique()):
        of_day = table[(table["day"] == day) & ~table["card"].isin(detected)]
        top = of_day.sort_values(["score", "card"], ascending=[False, True]).head(k)
        found = list(top[top["fraud"]]["card"])
        detected += found
        precisions.append(len(found) / k)
    return sum(precisions) / len(precisions)


@given(CARD_DAYS.filter(bool), st.integers(1, 5))
def test_card_precision_equals_the_procedure_of_the_handbook(rows: list[CardDay], k: int) -> None:
    assert card_precision(rows, k) == pytest.approx(_handbook(rows, k), abs=1e-15)


@given(CARD_DAYS, st.integers(1, 5))
def test_the_needed_rows_have_the_same_card_precision(rows: list[CardDay], k: int) -> None:
    needed = list(needed_card_days(rows, k))

    assert card_precision(needed, k) == card_precision(rows, k)
    assert len(set(needed)) == len(needed)
    assert set(needed) <= set(rows)


def test_of_cards_without_fraud_only_the_highest_are_needed() -> None:
    clean = [CardDay(MONDAY, f"c{number:03}", number / 1000, is_fraud=False) for number in range(300)]

    assert set(needed_card_days(clean)) == set(clean[-TOP_CARDS:])


def test_a_card_found_on_an_earlier_day_is_left_out() -> None:
    rows = [CardDay(MONDAY + timedelta(days=day), "c1", 0.9, is_fraud=True) for day in range(2)]

    assert card_precision(rows, k=1) == 0.5


def test_a_fraudulent_card_that_was_not_among_the_highest_may_be_found_later() -> None:
    tuesday = MONDAY + timedelta(days=1)
    rows = [
        CardDay(MONDAY, "c1", 0.9, is_fraud=False),
        CardDay(MONDAY, "c2", 0.8, is_fraud=True),
        CardDay(tuesday, "c2", 0.7, is_fraud=True),
    ]

    assert card_precision(rows, k=1) == 0.5


def test_equal_scores_are_ordered_by_card() -> None:
    assert card_precision([CardDay(MONDAY, "b", 0.5, is_fraud=True), CardDay(MONDAY, "a", 0.5, is_fraud=False)], 1) == 0
    assert card_precision([CardDay(MONDAY, "a", 0.5, is_fraud=True), CardDay(MONDAY, "b", 0.5, is_fraud=False)], 1) == 1


def test_the_divisor_is_k_on_days_with_fewer_cards() -> None:
    assert card_precision([CardDay(MONDAY, "c1", 0.9, is_fraud=True)]) == 1 / TOP_CARDS


def test_without_rows_there_is_no_card_precision() -> None:
    assert card_precision([]) is None
    assert list(needed_card_days([])) == []
