"""Stock is the opening level, less sales, plus returns and replenishment."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from infra.local.demo.catalogue import CATEGORIES, Product
from infra.local.demo.fulfilment import Fulfilment, Return
from infra.local.demo.sales import WEB, Line, Order
from infra.local.demo.shoppers import gather_shoppers
from infra.local.demo.stock import Stock
from infra.local.demo.window import DemoWindow
from tests.local.demo.conftest import END, Story

DAY = datetime(2026, 10, 1, 12, tzinfo=UTC)
LAMP = Product(
    product_id="P-1",
    name="Lamp",
    category=CATEGORIES[2],
    first_price=2000,
    later_price=2000,
    price_changes_on=date(2026, 10, 1),
    cost=900,
    popularity=1.0,
    withdrawn=False,
)


def sale(quantity: int, status: str = "completed", leaves_at: datetime = DAY) -> Fulfilment:
    line = Line("O-1-1", LAMP, quantity, price=2000, cost=900, discount=0)
    shopper = gather_shoppers(1, 1, DemoWindow(END))[0]
    order = Order("O-1", DAY, WEB, "web", shopper, guest=False, fraudulent=False, lines=(line,))
    return Fulfilment(order, (("placed", DAY),), leaves_at, status, ())


@pytest.fixture
def stock() -> Stock:
    return Stock([LAMP], {"central": 20})


def counted(stock: Stock, at: datetime = DAY) -> tuple[int, int]:
    (record,) = stock.count(at)
    return record["quantity_on_hand"], record["reserved"]


def test_a_sale_lowers_the_level_and_a_return_raises_it(stock: Stock) -> None:
    whole, _ = counted(stock)
    sold = sale(5)

    stock.sell(sold)
    assert counted(stock) == (whole - 5, 0)

    stock.take_back(Return(sold.order, sold.order.lines[0], DAY))
    assert counted(stock) == (whole, 0)


def test_a_cancelled_sale_moves_nothing(stock: Stock) -> None:
    before = counted(stock)

    stock.sell(sale(5, status="cancelled"))

    assert counted(stock) == before


def test_unshipped_goods_are_in_stock_and_reserved(stock: Stock) -> None:
    whole, _ = counted(stock)

    stock.sell(sale(5, leaves_at=DAY + timedelta(days=1)))

    assert counted(stock) == (whole, 5)
    assert counted(stock, DAY + timedelta(days=2)) == (whole - 5, 0)


def test_only_low_stock_is_replenished(stock: Stock) -> None:
    whole, _ = counted(stock)

    stock.sell(sale(5))
    stock.restock()
    assert counted(stock) == (whole - 5, 0)

    stock.sell(sale(whole - 10))
    stock.restock()
    assert counted(stock) == (whole, 0)


def test_stock_is_never_negative(stock: Stock) -> None:
    whole, _ = counted(stock)

    stock.sell(sale(whole + 7))

    assert counted(stock)[0] >= 0


def test_levels_are_counted_weekly_and_on_the_last_day_for_every_location(story: Story) -> None:
    by_day: defaultdict[str, set[str]] = defaultdict(set)
    for record in story.records["inventory"]:
        by_day[record["timestamp"][:10]].add(record["location"])

    assert len(by_day) == 14
    assert END.date().isoformat() in by_day
    assert all(locations == {"central", "berlin", "new-york"} for locations in by_day.values())


def test_levels_follow_the_generated_sales(story: Story) -> None:
    central = [record for record in story.records["inventory"] if record["location"] == "central"]
    levels: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for record in central:
        levels[record["product_id"]].append((record["timestamp"], record["quantity_on_hand"] - record["reserved"]))
    moved: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for line in story.records["transactions"]:
        if line["channel"] != "store" and line["status"] != "cancelled":
            moved[line["product_id"]].append((line["timestamp"], line["quantity"]))

    unexplained = restocked = 0
    for product_id, counts in levels.items():
        for (start, before), (end, after) in pairwise(counts):
            net = sum(quantity for at, quantity in moved[product_id] if start <= at < end)
            unexplained += after != before - net
            restocked += after > before - net
            assert after >= before - net
    assert 0 < restocked == unexplained
