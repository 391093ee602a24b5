"""Of a day that changed after its roll-ups were computed, only the hours from the first change on are read again."""

from typing import Any

import pytest

from shared.metrics.planner import Source
from shared.metrics.question import MetricQuestion
from shared.records.schema import DataType
from tests.functions.metric_merges.market import Market
from tests.unit.metrics.asking import question

DAY = "2025-03-28"
PRICE = 10


def sale(number: int, at: str, **changes: Any) -> dict[str, Any]:
    return {
        "transaction_id": f"line-{number}",
        "timestamp": f"{DAY}T{at}:00Z",
        "product_id": "p-1",
        "order_id": f"order-{number}",
        "quantity": 1,
        "unit_price": PRICE,
        "currency": "USD",
        "status": "completed",
        **changes,
    }


def asked() -> MetricQuestion:
    return question(time_range__start=DAY, time_range__end="2025-03-29", granularity="hourly", filters__currency="USD")


def deliver(market: Market, *sales: dict[str, Any]) -> dict[str, int]:
    """Merge sales, and return the days that differ from their roll-ups with the hours from which on they may do so."""
    market.deliver(DataType.TRANSACTIONS, sales)
    return dict(market.wired.table_states.get(DataType.TRANSACTIONS).dirty_hours)


def totals(market: Market) -> set[float]:
    """The totals that the hourly roll-up with the base beside it, and the base alone, have of the day."""
    return {market.compute(asked(), source)["summary"]["total"] for source in (Source.BY_DIMENSION, Source.BASE)}


@pytest.fixture
def opened(market: Market) -> Market:
    """A market whose roll-ups have three sales of the day."""
    market.empty()
    deliver(market, sale(1, "01:10"), sale(2, "09:20"), sale(3, "15:59"))
    market.roll_up()
    return market


def test_sales_of_the_last_hour_leave_the_hours_before_to_the_roll_up(opened: Market) -> None:
    assert deliver(opened, sale(4, "15:59"), sale(5, "17:00")) == {DAY: 15}
    assert totals(opened) == {50}

    assert deliver(opened, sale(6, "16:30")) == {DAY: 15}
    assert totals(opened) == {60}


def test_a_late_sale_is_read_from_the_hour_in_which_it_was(opened: Market) -> None:
    deliver(opened, sale(4, "17:00"))

    assert deliver(opened, sale(5, "02:00")) == {DAY: 2}
    assert totals(opened) == {50}


def test_a_sale_that_moves_changes_the_hour_that_it_leaves_and_that_it_comes_to(opened: Market) -> None:
    assert deliver(opened, sale(2, "20:00")) == {DAY: 9}
    assert totals(opened) == {30}

    assert deliver(opened, sale(3, "04:00", unit_price=2 * PRICE)) == {DAY: 4}
    assert totals(opened) == {40}


def test_after_the_roll_ups_are_computed_again_only_later_changes_count(opened: Market) -> None:
    deliver(opened, sale(4, "03:00"))
    opened.roll_up()

    assert deliver(opened, sale(5, "22:15")) == {DAY: 22}
    assert totals(opened) == {50}
