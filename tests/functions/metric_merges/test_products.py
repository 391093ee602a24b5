"""Costs, views and stock counts of products are current after every merge."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.products.models import ProductMetrics
from shared.products.question import ProductQuestion
from shared.records.schema import DataType
from tests.functions.metric_merges.market import OPENED, Market

SOLD_ON = OPENED - timedelta(days=2)
DAY = timedelta(days=1)
QUESTION = ProductQuestion(start=SOLD_ON - 10 * DAY, end=SOLD_ON + 5 * DAY)


@pytest.fixture
def teapots(market: Market) -> Market:
    """One teapot sold before noon and two after, all for 10; one cost 2 since long ago."""
    market.empty()
    market.deliver(DataType.PRODUCTS, [version(SOLD_ON - 200 * DAY, cost=2)])
    market.roll_up()  # publishes the category
    market.deliver(DataType.TRANSACTIONS, [line("morning", 11, 1), line("afternoon", 13, 2)])
    return market


def version(moment: Any, **said: Any) -> Mapping[str, Any]:
    return {"product_id": "teapot", "name": "Teapot", "category": "tea", "updated_at": moment.isoformat(), **said}


def line(name: str, hour: int, quantity: float, **said: Any) -> Mapping[str, Any]:
    at = (SOLD_ON + timedelta(hours=hour)).isoformat()
    told = {"transaction_id": name, "timestamp": at, "product_id": "teapot", "quantity": quantity, "unit_price": 10}
    return {**told, **said}


def told(market: Market) -> ProductMetrics:
    """What is answered before roll-ups include the last merge, and as well after."""
    [before] = market.wired.product_reports.report(QUESTION).products
    market.roll_up()
    [after] = market.wired.product_reports.report(QUESTION).products
    assert after == before
    return after


def test_a_cost_changed_at_noon_applies_from_noon(teapots: Market) -> None:
    assert told(teapots).margin == 30 - 3 * 2

    teapots.deliver(DataType.PRODUCTS, [version(SOLD_ON + timedelta(hours=12), cost=3)])

    assert told(teapots).margin == 30 - 2 - 2 * 3


def test_a_late_version_applies_between_the_others(teapots: Market) -> None:
    teapots.deliver(DataType.PRODUCTS, [version(SOLD_ON + DAY, cost=9)])
    assert told(teapots).margin == 30 - 3 * 2

    teapots.deliver(DataType.PRODUCTS, [version(SOLD_ON - DAY, cost="2.5", currency="EUR")])

    assert told(teapots).margin == Decimal(30) - 3 * Decimal("2.5") * Decimal("1.0815")


def test_a_lines_own_cost_takes_precedence(teapots: Market) -> None:
    teapots.deliver(DataType.TRANSACTIONS, [line("afternoon", 13, 2, unit_cost=4)])

    assert told(teapots).margin == 30 - 2 - 2 * 4


def test_a_version_without_a_cost_makes_the_cost_unknown(teapots: Market) -> None:
    teapots.deliver(DataType.PRODUCTS, [version(SOLD_ON, name="Teapot, small")])

    product = told(teapots)

    assert product.margin is None
    assert product.absent["margin"].startswith("2 of 2 lines have no unit cost")
    assert product.name == "Teapot, small"


def test_late_views_and_counts_are_reported(teapots: Market) -> None:
    assert told(teapots).absent.keys() == {"conversion_rate", "inventory_turnover"}
    steps = [("one", "product_view"), ("one", "purchase"), ("two", "product_view"), ("three", "purchase")]
    at = SOLD_ON.isoformat()

    teapots.deliver(
        DataType.EVENTS,
        [
            {
                "event_id": f"{who}-{what}",
                "session_id": who,
                "event_type": what,
                "product_id": "teapot",
                "timestamp": at,
            }
            for who, what in steps
        ],
    )
    counted = {"product_id": "teapot", "timestamp": (SOLD_ON - 40 * DAY).isoformat(), "quantity_on_hand": 6}
    teapots.deliver(DataType.INVENTORY, [counted])

    product = told(teapots)
    assert product.absent == {}
    assert product.conversion_rate is not None
    assert float(product.conversion_rate) == 1 / 2
    assert product.inventory_turnover is not None
    assert float(product.inventory_turnover) == 3 * 2 / (6 * 2)


def test_a_cancelled_sale_is_no_longer_reported(teapots: Market) -> None:
    teapots.deliver(DataType.TRANSACTIONS, [line("afternoon", 13, 2, status="cancelled")])

    product = told(teapots)

    assert [product.revenue, product.quantity_sold] == [10, 1]


def test_the_largest_valid_numbers_do_not_fail_a_query(teapots: Market) -> None:
    units, amount = 999, "999999999998.999999"  # together just below the bound on a line
    counted = {"product_id": "teapot", "timestamp": (SOLD_ON - 40 * DAY).isoformat(), "quantity_on_hand": units}
    teapots.deliver(DataType.TRANSACTIONS, [line("all", 14, units, unit_price=amount)])
    teapots.deliver(DataType.PRODUCTS, [version(SOLD_ON - 60 * DAY, cost=amount)])
    teapots.deliver(DataType.INVENTORY, [{**counted, "unit_cost": amount}])

    product = told(teapots)

    assert float(product.revenue) == pytest.approx(30 + units * float(amount))
    assert product.margin == 30 - 3 * Decimal(amount)
    assert product.inventory_turnover is not None
    assert float(product.inventory_turnover) == pytest.approx(1, rel=0.01)
