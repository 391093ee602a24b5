"""One statement in Athena's dialect: values travel apart from it, and no more is read than is needed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlglot
from sqlglot import exp
from sqlglot.optimizer.pushdown_projections import pushdown_projections
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import traverse_scope

from shared.athena.pinned_queries import LakeView
from shared.athena.sql import Statement
from shared.lake.catalog.state import TableState
from shared.lake.catalog.tables import LAKE_TABLES
from shared.products.days import times
from shared.products.dependencies import STATES
from shared.products.queries import query
from shared.products.question import ProductQuestion, SortBy
from shared.products.trend import parts_of

START = datetime(2025, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
MARCH = ProductQuestion(start=START, end=START + 31 * DAY)
ROLLED_UP = {"exchange_rates", "inventory_daily", "product_costs", "product_sessions_daily", "products"}
NOTHING = LakeView({name: TableState(name=name) for name in STATES})


def changing(*days: str) -> LakeView:
    """A lake in which costs change within these days."""
    return LakeView({**(NOTHING.states or {}), "products": TableState(name="products", cost_days=days)})


def planned(question: ProductQuestion, *days: str) -> Statement:
    parts = parts_of(question.start, question.end)
    return query(question, times(question, changing(*days)), parts, reporting_currency="USD")


def mentioned(found: Statement) -> set[str]:
    tree = sqlglot.parse_one(found.text, dialect="athena")
    own = {each.alias for each in tree.find_all(exp.CTE)}
    return {table.name for table in tree.find_all(exp.Table)} - own


def test_whole_days_are_read_from_rollups_alone() -> None:
    assert set(planned(MARCH).tables) == ROLLED_UP | {"sales_daily_by_product"}


def test_sales_records_are_read_for_days_with_cost_changes() -> None:
    assert set(planned(MARCH, "2025-03-07").tables) == ROLLED_UP | {
        "sales_daily_by_product",
        "transactions",
        "product_categories",
    }


def test_a_range_within_a_day_reads_all_records() -> None:
    found = planned(ProductQuestion(start=START, end=START + timedelta(hours=1)))

    assert set(found.tables) >= {"transactions", "events", "inventory"}
    assert not {"sales_daily_by_product", "product_sessions_daily"} & set(found.tables)


@pytest.mark.parametrize("cut_off", [timedelta(), timedelta(hours=1)])
@pytest.mark.parametrize("days", [(), ("2025-03-07", "2025-03-09")])
@pytest.mark.parametrize("sort_by", SortBy)
def test_every_table_can_be_pinned(cut_off: timedelta, days: tuple[str, ...], sort_by: SortBy) -> None:
    found = planned(ProductQuestion(start=START + cut_off, end=START + 31 * DAY, sort_by=sort_by), *days)

    assert set(found.tables) == mentioned(found)
    assert len(found.values) == found.text.count("?")


def test_no_client_value_is_in_the_text_of_the_statement() -> None:
    hostile = ProductQuestion(start=START, end=START + DAY, category="x') OR 1=1 --")

    found = planned(hostile)

    assert "OR 1=1" not in found.text
    assert found.values == (hostile.category,)


def test_every_table_but_small_ones_is_read_once() -> None:
    tree = sqlglot.parse_one(planned(MARCH, "2025-03-07").text, dialect="athena")
    read = [table.name for table in tree.find_all(exp.Table)]
    queries = [each.alias for each in tree.find_all(exp.CTE)]

    assert {name for name in read if read.count(name) > 1} <= {"product_costs", "exchange_rates"}
    assert sorted(queries) == sorted(name for name in read if name in queries)


NEEDED = {
    "sales_daily_by_product": {
        *("product_id", "product_category", "product_name", "currency", "dt", "last_sold", "lines", "quantity"),
        *("net_amount", "tax", "shipping", "cost_amount", "uncosted_quantity", "uncosted_lines"),
    },
    "transactions": {
        *("product_id", "product_category", "product_name", "currency", "timestamp", "status", "quantity"),
        *("unit_price", "discount", "unit_cost", "tax", "shipping"),
    },
    "product_costs": {"product_id", "valid_from", "valid_before", "cost", "currency"},
    "product_categories": {"product_id", "valid_from", "valid_before", "category"},
    "products": {"product_id", "name"},
    "product_sessions_daily": {"product_id", "session_id", "views", "purchases", "dt"},
    "events": {"product_id", "session_id", "event_type", "timestamp"},
    "inventory_daily": {"product_id", "location", "moment", "quantity_on_hand", "unit_cost", "dt"},
    "inventory": {"product_id", "location", "timestamp", "quantity_on_hand", "unit_cost"},
}


def test_only_needed_columns_are_read() -> None:
    found = planned(replace(MARCH, start=START + timedelta(hours=1), category="tea"), "2025-03-07")
    types: dict[str, object] = {
        table.name: dict.fromkeys([column.name for column in table.columns], "text") for table in LAKE_TABLES
    }
    whole = qualify(sqlglot.parse_one(found.text, dialect="athena"), schema=types, dialect="athena")

    read: dict[str, set[str]] = {}
    for scope in traverse_scope(pushdown_projections(whole)):
        for column in scope.columns:
            source = scope.sources.get(column.table)
            if isinstance(source, exp.Table):
                read.setdefault(source.name, set()).add(column.name)

    assert {name: read[name] for name in NEEDED} == NEEDED
    assert read.keys() - NEEDED.keys() == {"exchange_rates"}
