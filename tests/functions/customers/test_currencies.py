"""What customers bought in several currencies is told in one, at the rate of each line's day."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.currency.rates import ReferenceRates
from tests.functions.customers.conftest import Opened, Shop
from tests.functions.customers.test_profiles import line

FRIDAY, SATURDAY, MONDAY = (datetime(2026, 4, day, 9, tzinfo=UTC) for day in (24, 25, 27))
SERIES = b"Date,USD,GBP,\n2026-04-27,1.2,0.8,\n2026-04-24,1.1,0.88,\n"


def sold(customer: str, order: str, at: datetime, currency: str, price: str, **changes: Any) -> dict[str, Any]:
    return line(customer, order, 0, timestamp=at, currency=currency, unit_price=price, quantity=1, **changes)


LINES = [
    sold("ida", "i1", FRIDAY, "EUR", "100"),
    sold("ida", "i2", SATURDAY, "GBP", "8"),
    sold("ida", "i2", SATURDAY, "USD", "1", product_id="pot"),
    sold("ida", "i3", MONDAY, "EUR", "100"),
    sold("ida", "i4", datetime(2026, 4, 23, 23, 59, tzinfo=UTC), "EUR", "1000"),
    sold("kai", "k1", MONDAY, "CHF", "50"),
    sold("kai", "k2", MONDAY, "USD", "7"),
    sold("kai", "k2", MONDAY, "CHF", "50", product_id="pot"),
]


@pytest.fixture(scope="module")
def shop(open_shop: Opened) -> Shop:
    """A shop with customers from everywhere, and rates of two days."""
    shop = open_shop("USD")
    shop.sell(LINES)
    wired = shop.wired
    ReferenceRates(wired.lake, wired.versions, wired.clock, reporting_currency="USD").load("series.csv", SERIES)
    shop.compute()
    return shop


def test_amounts_are_converted_at_the_rate_of_their_day_and_on_a_weekend_at_that_of_the_friday(shop: Shop) -> None:
    data = shop.get("ida/profile").data

    assert data["lifetime_value"] == 110 + 8 * 1.1 / 0.88 + 1 + 120
    assert data["behavior_metrics"]["revenue_last_90d"] == data["lifetime_value"]
    assert data["avg_order_value"] == round(data["lifetime_value"] / 3, 4)


def test_lines_before_the_first_rate_are_orders_and_left_out_of_amounts(shop: Shop) -> None:
    data = shop.get("ida/profile").data

    assert data["total_orders"] == 4
    assert data["first_purchase_date"] == "2026-04-23T23:59:00Z"
    assert data["excluded_records"] == 1


def test_of_an_order_in_part_in_a_currency_without_a_rate_the_rest_counts(shop: Shop) -> None:
    data = shop.get("kai/profile").data

    assert (data["total_orders"], data["lifetime_value"], data["avg_order_value"]) == (2, 7, 7)
    assert data["excluded_records"] == 2


def test_segments_tell_how_many_lines_are_left_out_of_all(shop: Shop) -> None:
    assert shop.get("segments").data["excluded_records"] == 3
