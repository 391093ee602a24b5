"""Time that a roll-up gives exactly is read from it, all other time from the base table."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.athena.pinned_queries import LakeView
from shared.lake.catalog.rollup_tables import (
    INVENTORY_DAILY,
    PRODUCT_COSTS,
    PRODUCT_SESSIONS_DAILY,
    SALES_DAILY_BY_PRODUCT,
)
from shared.lake.catalog.state import TableState
from shared.metrics.split import MAX_INTERVALS, Interval, Split
from shared.products.days import rolled_up_times, split, times
from shared.products.question import ProductQuestion
from shared.records.schema import DataType
from shared.records.value_schemas import EARLIEST

START = datetime(2025, 3, 1, tzinfo=UTC)
DAY, HOUR, MILLISECOND = timedelta(days=1), timedelta(hours=1), timedelta(milliseconds=1)
FIVE_DAYS = ProductQuestion(start=START, end=START + 5 * DAY)
WHOLE = Interval(FIVE_DAYS.start, FIVE_DAYS.end)


def day(number: int) -> str:
    return (START + number * DAY).date().isoformat()


def days(first: int, beyond: int) -> Interval:
    return Interval(START + first * DAY, START + beyond * DAY)


def test_whole_days_are_read_from_rollups() -> None:
    assert split(WHOLE) == Split((WHOLE,), ())


def test_partial_days_are_read_from_the_base() -> None:
    found = split(Interval(START + HOUR, START + 3 * DAY + MILLISECOND))

    assert found.rollup == (days(1, 3),)
    assert found.base == (
        Interval(START + HOUR, START + DAY),
        Interval(START + 3 * DAY, START + 3 * DAY + MILLISECOND),
    )


def test_a_range_within_a_day_is_read_from_the_base() -> None:
    within = Interval(START + HOUR, START + 2 * HOUR)

    assert split(within) == Split((), (within,))


def test_excluded_days_are_read_from_the_base() -> None:
    found = split(WHOLE, [day(1), day(2), day(4), "2024-01-01"])

    assert found == Split((days(0, 1), days(3, 4)), (days(1, 3), days(4, 5)))


def test_the_number_of_intervals_is_limited_by_reading_more_from_the_base() -> None:
    found = split(days(0, 4 * MAX_INTERVALS), [day(2 * number) for number in range(2 * MAX_INTERVALS)])

    assert len(found.base) == MAX_INTERVALS
    assert {day(2 * number) for number in range(2 * MAX_INTERVALS)} <= {
        name for each in found.base for name in _days(each)
    }


@given(
    st.integers(0, 5 * 86_400_000),
    st.integers(1, 5 * 86_400_000),
    st.sets(st.integers(0, 12).map(day)),
)
def test_every_moment_of_the_range_is_read_once(begun: int, length: int, excluded: set[str]) -> None:
    start = START + timedelta(milliseconds=begun)
    whole = Interval(start, start + timedelta(milliseconds=length))

    found = split(whole, excluded)

    told = sorted([*found.rollup, *found.base])
    assert [each.start for each in told] == [whole.start, *(each.end for each in told[:-1])]
    assert told[-1].end == whole.end
    assert all(each.start.hour == each.end.hour == 0 for each in found.rollup)
    assert not {name for each in found.rollup for name in _days(each)} & excluded


def _days(interval: Interval) -> list[str]:
    count = -((interval.start - interval.end) // DAY)
    return [(interval.start + number * DAY).date().isoformat() for number in range(count)]


def view(*, dirty: dict[str, list[str]] | None = None, cost_days: tuple[str, ...] = (), since: int = -3) -> LakeView:
    """A lake with data on 13 days, whose roll-ups do not include the dirty days of a data type."""
    rollups = {
        DataType.TRANSACTIONS: SALES_DAILY_BY_PRODUCT,
        DataType.EVENTS: PRODUCT_SESSIONS_DAILY,
        DataType.INVENTORY: INVENTORY_DAILY,
    }
    states = {
        name.value: TableState(
            name=name,
            snapshot=1,
            sequence=2,
            days={day(number): 2 if day(number) in (dirty or {}).get(name, ()) else 1 for number in range(since, 10)},
            derived={rollup.name: 3},
            rolled_up=1,
        )
        for name, rollup in rollups.items()
    }
    products = TableState(name="products", snapshot=1, derived={PRODUCT_COSTS.name: 4}, cost_days=cost_days)
    return LakeView({**states, "products": products})


def test_sales_on_days_with_a_cost_change_are_read_from_the_base() -> None:
    found = times(FIVE_DAYS, view(cost_days=(day(2),)))

    assert found.sales == Split((days(0, 2), days(3, 5)), (days(2, 3),))
    assert found.visits == Split((WHOLE,), ())


def test_dirty_days_are_read_from_the_base_of_their_data_type() -> None:
    dirty = {DataType.TRANSACTIONS: [day(0)], DataType.EVENTS: [day(1)], DataType.INVENTORY: [day(-2), day(4)]}

    found = times(FIVE_DAYS, view(dirty=dirty))  # type: ignore[arg-type] # a data type is a text

    assert found.sales.base == (days(0, 1),)
    assert found.visits.base == (days(1, 2),)
    assert found.stock == Split((days(-3, -2), days(-1, 4)), (days(-2, -1), days(4, 5)))


def test_a_data_type_whose_rollup_has_no_snapshot_is_read_from_the_base() -> None:
    lake = view()
    states = {**(lake.states or {}), "events": TableState(name="events", snapshot=1, sequence=1, days={day(1): 1})}

    assert times(FIVE_DAYS, LakeView(states)).visits.base == (days(1, 2),)


def test_the_day_within_which_the_range_begins_is_divided_for_stock_levels() -> None:
    found = times(ProductQuestion(start=START + HOUR, end=START + 2 * DAY), view())

    assert found.stock == Split((days(-3, 0), days(1, 2)), (days(0, 1),))


@pytest.mark.parametrize(("since", "begun"), [(-3, -3), (0, 0), (2, 0)])
def test_stock_levels_are_read_from_their_first_day(since: int, begun: int) -> None:
    assert times(FIVE_DAYS, view(since=since)).stock == Split((days(begun, 5),), ())


def test_without_any_stock_only_the_range_is_read() -> None:
    states = {**(view().states or {}), "inventory": TableState(name="inventory")}

    assert times(FIVE_DAYS, LakeView(states)).stock == Split((WHOLE,), ())


@pytest.mark.parametrize("lake", [LakeView(view().states, {"transactions": 7}), LakeView(None)])
def test_chosen_snapshots_and_unknown_states_are_read_from_the_base(lake: LakeView) -> None:
    found = times(FIVE_DAYS, lake)

    assert found.sales == found.visits == Split((), (WHOLE,))
    assert found.stock == Split((), (Interval(EARLIEST, WHOLE.end),))


def test_the_identity_of_a_question_reads_all_whole_days_from_rollups() -> None:
    found = rolled_up_times(ProductQuestion(start=START + HOUR, end=START + 2 * DAY))

    assert found.sales == found.visits == Split((days(1, 2),), (Interval(START + HOUR, START + DAY),))
    assert found.stock == Split((Interval(EARLIEST, START), days(1, 2)), (days(0, 1),))
