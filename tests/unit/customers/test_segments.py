"""Scores by value, and the table of segments."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from shared.customers.rules import Boundaries, Scores, score
from shared.customers.segments import BY_CELL, SCORES, SEGMENTS

numbers = st.lists(st.integers(-5, 50), min_size=1, max_size=60)
days = st.lists(st.dates(date(2024, 1, 1), date(2024, 3, 1)), min_size=1, max_size=60)
LAST_DAY = date(2024, 3, 1)


def boundaries(values: Sequence[Decimal]) -> list[Decimal]:
    """The smallest values at or below which so many fifths of all values are."""
    ordered = sorted(values)
    return [ordered[-(-fifths * len(ordered) // 5) - 1] for fifths in range(1, 5)] if ordered else []


def score_customers(last_days: Sequence[date], orders: Sequence[int], amounts: Sequence[Decimal]) -> list[Scores]:
    """The scores of customers among themselves."""
    since = [(LAST_DAY - day).days for day in last_days]
    among = Boundaries(
        recency=boundaries(list(map(Decimal, since))),
        frequency=boundaries(list(map(Decimal, orders))),
        monetary=boundaries(amounts),
    )
    told = zip(since, orders, amounts, strict=True)
    return [score(among, days_since=days, orders=count, net_amount=amount) for days, count, amount in told]


def high_when_large(values: Sequence[int]) -> list[int]:
    """The scores for orders."""
    scored = score_customers([LAST_DAY] * len(values), values, [Decimal(0)] * len(values))
    return [each.frequency for each in scored]


def high_when_late(values: Sequence[date]) -> list[int]:
    """The scores for the days of the last purchase."""
    scored = score_customers(values, [1] * len(values), [Decimal(0)] * len(values))
    return [each.recency for each in scored]


def test_eleven_segments_cover_every_cell_exactly_once() -> None:
    cells = Counter((recency, value) for each in SEGMENTS for recency, values in each.cells.items() for value in values)

    assert len({each.segment_id for each in SEGMENTS}) == 11
    assert set(cells) == set(product(SCORES, SCORES)) == set(BY_CELL)
    assert set(cells.values()) == {1}


@given(numbers)
def test_equal_values_score_equally_and_larger_ones_never_lower(values: list[int]) -> None:
    scored = dict(zip(values, high_when_large(values), strict=True))

    assert [scored[value] for value in values] == high_when_large(values)
    ordered = [scored[value] for value in sorted(scored)]
    assert ordered == sorted(ordered)
    assert set(ordered) <= set(SCORES)
    assert ordered[0] == 1


@given(days)
def test_the_last_day_scores_best_and_earlier_days_never_better(values: list[date]) -> None:
    scored = dict(zip(values, high_when_late(values), strict=True))

    ordered = [scored[day] for day in sorted(scored)]
    assert ordered == sorted(ordered)
    assert set(ordered) <= set(SCORES)
    assert ordered[-1] == 5


@given(numbers)
def test_a_score_counts_the_share_of_strictly_lower_values(values: list[int]) -> None:
    expected = [1 + 5 * sum(other < value for other in values) // len(values) for value in values]

    assert high_when_large(values) == expected


@given(days)
def test_recency_counts_the_share_of_strictly_later_days(values: list[date]) -> None:
    expected = [5 - 5 * sum(other > value for other in values) // len(values) for value in values]

    assert high_when_late(values) == expected


@given(numbers)
def test_the_order_of_customers_does_not_matter(values: list[int]) -> None:
    assert high_when_large(values[::-1]) == high_when_large(values)[::-1]


def test_different_values_fall_into_five_equal_parts() -> None:
    assert Counter(high_when_large(list(range(100)))) == dict.fromkeys(SCORES, 20)
    assert Counter(high_when_late([date(2024, 1, 1) + timedelta(days=n) for n in range(100)])) == dict.fromkeys(
        SCORES, 20
    )


def test_when_most_bought_once_they_score_one_and_the_rest_five() -> None:
    orders = [1] * 97 + [2, 2, 3]

    assert high_when_large(orders) == [1] * 97 + [5] * 3


def test_a_single_customer_is_a_new_customer() -> None:
    (scores,) = score_customers([date(2024, 1, 1)], [1], [Decimal(10)])

    assert scores == Scores(recency=5, frequency=1, monetary=1)
    assert scores.segment.segment_id == "new_customers"


def test_value_is_the_mean_of_frequency_and_amount_with_halves_rounded_up() -> None:
    assert Scores(3, 1, 4).value == 3
    assert Scores(3, 1, 3).value == 2
    assert Scores(5, 5, 5).segment.segment_id == "champions"
    assert Scores(1, 5, 5).segment.segment_id == "cannot_lose_them"


def test_no_customers_give_no_scores() -> None:
    assert score_customers([], [], []) == []
