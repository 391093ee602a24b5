"""Rates matter to money only, and stock may be negative."""

from tests.functions.cases.conftest import Platform, line

MARCH = ("2025-03-01", "2025-04-01")


def test_lines_without_a_rate_are_counted_but_have_no_amount(platform: Platform) -> None:
    platform.load([line(1), line(2, currency="VND", quantity=3), line(3, currency="VND", product_id="p-2")])

    transactions = platform.metric("transactions", *MARCH)
    counted = platform.metric("revenue", *MARCH, aggregation="count")
    revenue = platform.metric("revenue", *MARCH)

    assert transactions["summary"]["total"] == counted["summary"]["total"] == 3
    assert transactions["metadata"]["total_records"] == 3
    assert revenue["summary"]["total"] == 1
    for answer in (transactions, counted, revenue):
        assert answer["metadata"]["excluded_records"] == 2
    products = platform.products(*MARCH)["products"]
    assert [(each["product_id"], each["revenue"], each["quantity_sold"]) for each in products] == [
        ("p-1", 1, 4),
        ("p-2", 0, 1),
    ]


def test_a_level_below_zero_is_the_latest_level_everywhere(platform: Platform) -> None:
    levels = [
        {"product_id": "p-1", "timestamp": f"2025-03-10T{hour}:00:00Z", "quantity_on_hand": level, "unit_cost": 2}
        for hour, level in (("10", 3), ("11", -2))
    ]
    platform.load(levels, "inventory")
    platform.load([line(1, timestamp="2025-03-12T10:00:00Z", unit_cost=2)])

    for _ in ("from roll-ups", "from records"):
        answer = platform.metric("inventory", "2025-03-10", "2025-03-12")
        assert [each["value"] for each in answer["data"]] == [-2, -2]
        assert platform.total("inventory", "2025-03-10", "2025-03-12", aggregation="min") == -2
        [product] = platform.products("2025-03-11", "2025-03-13")["products"]
        assert product["absent"]["inventory_turnover"] == "the stock had no value within the range"
        platform.outdate_rollups()
