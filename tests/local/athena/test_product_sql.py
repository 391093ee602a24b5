"""The engine knows every function that the platform's own SQL calls, and translates all of it over Iceberg tables."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import product

import sqlglot
from sqlglot import exp

from infra.local.athena.allowlist import PRODUCT, vet
from infra.local.athena.iceberg.columns import columns_of
from infra.local.athena.statement import Select, bind, parse
from infra.local.athena.tables import IcebergTable, TableMention, TableName
from infra.local.athena.translation import translate
from shared.athena.sql import Statement, literal, pinned
from shared.customers import queries as customers
from shared.customers.facts import HistoryPeriod
from shared.lake.catalog.tables import LAKE_TABLES
from shared.lake.table.schema import iceberg_schema
from shared.metrics.buckets import Granularity
from shared.metrics.catalogue import METRICS
from shared.metrics.facts import CURRENCY
from shared.metrics.planner import plan_from
from shared.metrics.queries.by_fact import query
from shared.products import queries as products
from shared.products.days import rolled_up_times
from shared.products.question import ProductQuestion, SortBy
from shared.products.trend import parts_of
from tests.unit.metrics.asking import question

START = datetime(2025, 3, 1, tzinfo=UTC)
QUARTER = HistoryPeriod(first_day=date(2025, 1, 1), last_day=date(2025, 3, 31))


def _of_metrics() -> Iterator[Statement]:
    for (name, metric), granularity in product(METRICS.items(), Granularity):
        narrow = {f"filters.{dimension}": ["x", "y"] for dimension in metric.fact.dimensions}
        in_euros = {"filters.currency": "EUR"} if CURRENCY in metric.filters else {}
        for source in metric.fact.tables:
            for filters in (narrow, in_euros):
                asked = question(metric_type=name, granularity=granularity, **filters)
                yield query(asked, plan_from(asked, source, ""), reporting_currency="USD")


def _of_products() -> Iterator[Statement]:
    for sort_by, begin in product(SortBy, (timedelta(), timedelta(hours=1))):
        asked = ProductQuestion(start=START + begin, end=START + timedelta(days=31), sort_by=sort_by)
        parts = parts_of(asked.start, asked.end)
        yield products.query(asked, rolled_up_times(asked), parts, reporting_currency="USD")


def _of_customers() -> Iterator[Statement]:
    yield from (customers.span(START), customers.facts(QUARTER, "USD"), customers.preferences(QUARTER))


def _statements() -> Iterator[Statement]:
    yield from (*_of_metrics(), *_of_products(), *_of_customers())


def _bound(node: exp.Expr) -> exp.Expr:
    return exp.null() if isinstance(node, exp.Placeholder) else node


def test_every_function_of_the_platforms_sql_is_allowed_and_listed() -> None:
    used: set[type[exp.Expr]] = set()
    for statement in _statements():
        tree = sqlglot.parse_one(statement.text, dialect="athena").transform(_bound)
        assert isinstance(tree, exp.Query)
        vet(tree)
        used |= {type(node) for node in tree.find_all(exp.Func)}

    assert used == set(PRODUCT)


def test_every_statement_of_the_platform_is_translated_over_its_pinned_tables() -> None:
    declared = {table.name: table for table in LAKE_TABLES}
    snapshots = {name: number for number, name in enumerate(declared, start=1)}
    tables = {
        TableMention(TableName("tally", name), snapshots[name]): IcebergTable(
            TableName("tally", name), columns_of(iceberg_schema(table)), None
        )
        for name, table in declared.items()
    }

    for statement in _statements():
        bound = bind(pinned(statement, snapshots).text, tuple(map(literal, statement.values)))
        parsed = parse(bound, "tally")
        assert isinstance(parsed, Select)
        assert translate(parsed.query, "tally", tables).scans
