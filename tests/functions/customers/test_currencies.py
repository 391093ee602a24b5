"""Purchases in several currencies are reported in one, at the rate of each line's day."""

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
    ReferenceRates(
        wired.lake,
        wired.lake_tables,
        wired.table_states,
        wired.clock,
        reporting_currency="USD",
        events=wired.platform_events,
    ).load("series.csv", SERIES)
    shop.compute()
    return shop


def test_amounts_use_the_rate_of_their_day_and_fridays_on_weekends(shop: Shop) -> None:
    data = shop.get("ida/profile").data

    assert data["lifetime_value"] == 110 + 8 * 1.1 / 0.88 + 1 + 120
    assert data["behavior_metrics"]["revenue_last_90d"] == data["lifetime_value"]
    assert data["avg_order_value"] == round(data["lifetime_value"] / 3, 4)


def test_lines_before_the_first_rate_count_as_orders_without_amounts(shop: Shop) -> None:
    data = shop.get("ida/profile").data

    assert data["total_orders"] == 4
    assert data["first_purchase_date"] == "2026-04-23T23:59:00Z"
    assert data["excluded_records"] == 1


def test_an_order_counts_only_its_lines_that_have_a_rate(shop: Shop) -> None:
    data = shop.get("kai/profile").data

    assert (data["total_orders"], data["lifetime_value"], data["avg_order_value"]) == (2, 7, 7)
    assert data["excluded_records"] == 2


def test_segments_report_how_many_lines_are_omitted(shop: Shop) -> None:
    assert shop.get("segments").data["excluded_records"] == 3
