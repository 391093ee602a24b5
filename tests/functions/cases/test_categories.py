"""A sale line without a category has that of the catalogue at the sale, the same in all reports."""

from typing import Any

import pytest

from shared.lake.rollups.sale_categories import SaleCategories
from shared.records.schema import DataType
from tests.fakes.state_dump import merge_all
from tests.functions.cases.conftest import Platform, line

MARCH = ("2025-03-01", "2025-04-01")
CUT = ("2025-03-01T00:00:00Z", "2025-03-31T23:59:59Z")


def product(category: str | None, **fields: Any) -> dict[str, Any]:
    return {"product_id": "p-1", "name": "Pot", "category": category, **fields}


def revenues(platform: Platform, category: str) -> set[float]:
    """The revenue of a category by every report, from roll-ups and from records."""
    found = set()
    for start, end in (MARCH, CUT):
        named = {"filters.product_category": category}
        answer = platform.products(start, end, category=category)
        found |= {
            platform.total("revenue", start, end, **named),
            platform.total("revenue", start, end, granularity="hourly", **named),
            sum(
                each["value"]
                for each in platform.metric("revenue", start, end, timezone="Asia/Kolkata", **named)["data"]
            ),
            answer["category_summary"]["revenue"],
            sum(each["revenue"] for each in answer["products"]),
        }
    return found


def test_a_category_known_from_the_catalogue_only_has_the_same_revenue_everywhere(platform: Platform) -> None:
    platform.load([line(1, unit_price=7)])
    platform.load([product("tea")], "products")

    assert revenues(platform, "tea") == {7}
    [listed] = platform.products(*MARCH)["products"]
    assert listed["category"] == "tea"


@pytest.mark.thorough
def test_a_line_has_its_own_category_before_that_of_the_catalogue(platform: Platform) -> None:
    platform.load([product("tea", updated_at="2025-01-01T00:00:00Z")], "products")
    platform.load([line(1, unit_price=7), line(2, unit_price=10, product_category="gifts")])

    assert revenues(platform, "tea") == {7}
    assert revenues(platform, "gifts") == {10}


@pytest.mark.thorough
def test_the_version_at_the_sale_decides(platform: Platform) -> None:
    platform.load([product("tea", updated_at="2025-01-01T00:00:00Z")], "products")
    platform.load([product("pots", updated_at="2025-03-10T10:00:00Z")], "products")

    platform.load([line(1, timestamp="2025-03-10T09:59:59.999Z", unit_price=7), line(2, unit_price=10)])

    assert revenues(platform, "tea") == {7}
    assert revenues(platform, "pots") == {10}


def test_a_version_that_arrives_late_restates_the_days_of_its_lines_alone(platform: Platform) -> None:
    platform.load([product("tea", updated_at="2025-01-01T00:00:00Z")], "products")
    days = [f"2025-03-{day:02}T10:00:00Z" for day in (5, 15, 25)]
    platform.load([line(number, timestamp=each, unit_price=1 + number) for number, each in enumerate(days)])
    platform.load([line(9, timestamp=days[1], product_id="p-9", product_category="tea", unit_price=100)])

    platform.post([product("pots", updated_at="2025-03-10T00:00:00Z")], "products")
    platform.post([product("tea", updated_at="2025-03-20T00:00:00Z")], "products")
    merge_all(platform.wired)
    SaleCategories(
        platform.wired.lake_tables, platform.wired.table_states
    ).refresh()  # the moment before the days are computed
    restated = platform.wired.table_states.get("transactions").dirty_days

    assert restated == ("2025-03-15", "2025-03-25")
    for _ in ("from the records of these days", "from the roll-ups"):
        assert revenues(platform, "tea") == {1 + 3 + 100}
        assert revenues(platform, "pots") == {2}
        platform.wired.rollups.run(DataType.TRANSACTIONS)
    assert platform.wired.table_states.get("transactions").dirty_days == ()


@pytest.mark.thorough
def test_the_categories_of_an_earlier_answer_can_be_asked_for_again(platform: Platform) -> None:
    platform.load([line(1, unit_price=7)])
    platform.load([product("tea")], "products")
    tea = {"filters.product_category": "tea"}
    first = platform.metric("revenue", *MARCH, **tea)
    platform.load([product("pots", updated_at="2025-01-01T00:00:00Z")], "products")

    snapshots = first["metadata"]["snapshots"]
    again = platform.metric(
        "revenue", *MARCH, as_of_snapshots=",".join(f"{name}:{each}" for name, each in snapshots.items()), **tea
    )

    assert snapshots.keys() == {"transactions", "product_categories"}
    assert again["summary"]["total"] == first["summary"]["total"] == 7
    assert platform.total("revenue", *MARCH, **tea) == 0
