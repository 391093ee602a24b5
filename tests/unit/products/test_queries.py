"""One statement in Athena's dialect: values travel apart from it, and no more is read than is needed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlglot
from sqlglot import exp
from sqlglot.optimizer.pushdown_projections import pushdown_projections
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import traverse_scope

from shared.lake.catalog.tables import TABLES
from shared.products.queries import LakeState, ProductStatement, plan
from shared.products.question import ProductQuestion, SortBy
from shared.products.trend import parts_of

START = datetime(2025, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
MARCH = ProductQuestion(start=START, end=START + 31 * DAY)
ROLLED_UP = ["exchange_rates", "inventory_daily", "product_costs", "product_sessions_daily", "products"]


def planned(question: ProductQuestion, *changing: str) -> ProductStatement:
    state = LakeState(changing, START - 100 * DAY)
    return plan(question, parts_of(question.start, question.end), state, reporting_currency="USD")


def mentioned(found: ProductStatement) -> set[str]:
    tree = sqlglot.parse_one(found.statement.text, dialect="athena")
    own = {each.alias for each in tree.find_all(exp.CTE)}
    return {table.name for table in tree.find_all(exp.Table)} - own


def test_whole_days_are_read_from_roll_ups_alone() -> None:
    assert planned(MARCH).tables == sorted([*ROLLED_UP, "sales_daily_by_product"])


def test_sales_records_are_read_for_days_with_cost_changes() -> None:
    found = planned(MARCH, "2025-03-07")

    assert found.tables == sorted([*ROLLED_UP, "sales_daily_by_product", "transactions"])
    assert found.statement.values.count("2025-03-07") == 2


def test_a_range_within_a_day_reads_all_records() -> None:
    found = planned(ProductQuestion(start=START, end=START + timedelta(hours=1)))

    assert set(found.tables) >= {"transactions", "events", "inventory"}
    assert not {"sales_daily_by_product", "product_sessions_daily"} & set(found.tables)


@pytest.mark.parametrize("cut_off", [timedelta(), timedelta(hours=1)])
@pytest.mark.parametrize("changing", [(), ("2025-03-07", "2025-03-09")])
@pytest.mark.parametrize("sort_by", SortBy)
def test_the_declared_tables_are_those_read(cut_off: timedelta, changing: tuple[str, ...], sort_by: SortBy) -> None:
    found = planned(ProductQuestion(start=START + cut_off, end=START + 31 * DAY, sort_by=sort_by), *changing)

    assert set(found.tables) == mentioned(found)
    assert len(found.statement.values) == found.statement.text.count("?")


def test_no_client_value_is_in_the_text_of_the_statement() -> None:
    hostile = ProductQuestion(start=START, end=START + DAY, category="x') OR 1=1 --", limit=499)

    found = planned(hostile)

    assert "OR 1=1" not in found.statement.text
    assert "499" not in found.statement.text
    assert {"x') OR 1=1 --", 499} < set(found.statement.values)


def test_every_table_but_small_ones_is_read_once() -> None:
    tree = sqlglot.parse_one(planned(MARCH, "2025-03-07").statement.text, dialect="athena")
    read = [table.name for table in tree.find_all(exp.Table)]
    queries = [each.alias for each in tree.find_all(exp.CTE)]

    assert {name for name in read if read.count(name) > 1} <= {"product_costs", "exchange_rates"}
    assert sorted(queries) == sorted(name for name in read if name in queries)


@pytest.mark.parametrize(
    ("stocked_since", "days"),
    [
        (START - 3 * DAY, ("2025-02-26", "2025-02-28")),
        (START - DAY, ("2025-02-28", "2025-02-28")),
        (START, ()),
        (None, ()),
    ],
)
def test_stock_levels_are_read_from_their_first_day(stocked_since: datetime | None, days: tuple[str, ...]) -> None:
    found = plan(MARCH, None, LakeState((), stocked_since), reporting_currency="USD")

    looked_at = [value for value in found.statement.values if isinstance(value, str) and "2025-02" in value]
    assert tuple(looked_at) == days
    assert mentioned(found) == set(found.tables)


def test_without_earlier_stock_only_the_records_of_the_day_are_read() -> None:
    found = plan(replace(MARCH, end=START + timedelta(hours=1)), None, LakeState((), None), reporting_currency="USD")

    assert "inventory_daily" not in found.tables
    assert mentioned(found) == set(found.tables)


NEEDED = {
    "sales_daily_by_product": {
        *("product_id", "product_category", "product_name", "currency", "dt", "last_sold", "lines", "quantity"),
        *("net_amount", "cost_amount", "uncosted_quantity", "uncosted_lines"),
    },
    "transactions": {
        *("product_id", "product_category", "product_name", "currency", "dt", "timestamp", "status", "quantity"),
        *("unit_price", "discount", "unit_cost"),
    },
    "product_costs": {"product_id", "valid_from", "valid_before", "cost", "currency"},
    "products": {"product_id", "name", "category"},
    "product_sessions_daily": {"product_id", "session_id", "views", "purchases", "dt"},
    "events": {"product_id", "session_id", "event_type", "timestamp", "dt"},
    "inventory_daily": {"product_id", "location", "moment", "quantity_on_hand", "unit_cost", "dt"},
    "inventory": {"product_id", "location", "timestamp", "quantity_on_hand", "unit_cost", "dt"},
}


def test_only_needed_columns_are_read() -> None:
    found = planned(replace(MARCH, start=START + timedelta(hours=1), category="tea"), "2025-03-07")
    types: dict[str, object] = {
        table.name: dict.fromkeys([*(column.name for column in table.columns), *["dt"] * table.partitioned], "text")
        for table in TABLES
    }
    whole = qualify(sqlglot.parse_one(found.statement.text, dialect="athena"), schema=types, dialect="athena")

    read: dict[str, set[str]] = {}
    for scope in traverse_scope(pushdown_projections(whole)):
        for column in scope.columns:
            source = scope.sources.get(column.table)
            if isinstance(source, exp.Table):
                read.setdefault(source.name, set()).add(column.name)

    assert {name: read[name] for name in NEEDED} == NEEDED
    assert read.keys() - NEEDED.keys() == {"exchange_rates"}
