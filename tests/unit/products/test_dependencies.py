"""A result is cached as long as nothing that it depends on changes."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from shared.athena.pinned_queries import LakeView
from shared.lake.catalog.state import WHOLE_TABLE, TableState
from shared.products.dependencies import STATES, TABLES, dependencies
from shared.products.question import ProductQuestion

MARCH = ProductQuestion(start=datetime(2025, 3, 1, tzinfo=UTC), end=datetime(2025, 4, 1, tzinfo=UTC))
LOADED = {
    "transactions": TableState(name="transactions", days={"2025-03-07": 1}),
    "events": TableState(name="events", days={"2025-03-07": 1}),
    "inventory": TableState(name="inventory", days={"2020-01-01": 1}),
    "products": TableState(name="products", days={WHOLE_TABLE: 1}, derived={"product_costs": 4}),
    "exchange_rates": TableState(name="exchange_rates", days={WHOLE_TABLE: 1}),
}


def changes(states: dict[str, TableState]) -> list[int]:
    return [LakeView(states).last_change(each) for each in dependencies(MARCH)]


def test_every_table_of_a_report_is_a_dependency() -> None:
    assert (
        {each.table for each in dependencies(MARCH)} == set(TABLES) == {*STATES, "product_costs", "product_categories"}
    )


@pytest.mark.parametrize(
    ("table", "day"),
    [
        ("transactions", "2025-03-31"),
        ("events", "2025-03-01"),
        ("inventory", "2019-12-31"),
        ("products", WHOLE_TABLE),
        ("exchange_rates", WHOLE_TABLE),
    ],
)
def test_a_commit_to_a_month_that_counts_is_a_change(table: str, day: str) -> None:
    changed = {**LOADED, table: LOADED[table].with_commit(9, 2, [day])}

    assert changes(changed) != changes(LOADED)


@pytest.mark.parametrize(
    ("table", "day"), [("transactions", "2025-02-28"), ("events", "2025-04-01"), ("inventory", "2025-04-01")]
)
def test_a_commit_to_another_month_changes_nothing(table: str, day: str) -> None:
    changed = {**LOADED, table: LOADED[table].with_commit(9, 2, [day])}

    assert changes(changed) == changes(LOADED)


def test_a_category_that_changed_without_a_newer_sale_is_a_change() -> None:
    changed = {**LOADED, "transactions": replace(LOADED["transactions"], derived={"product_categories": 5})}

    assert changes(changed) != changes(LOADED)


def test_a_cost_that_changed_without_a_newer_product_is_a_change() -> None:
    changed = {**LOADED, "products": replace(LOADED["products"], derived={"product_costs": 5})}

    assert changes(changed) != changes(LOADED)
