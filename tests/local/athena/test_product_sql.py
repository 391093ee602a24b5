"""The engine knows every function that the platform's own SQL calls."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import product

import sqlglot
from sqlglot import exp

from infra.local.athena.allowlist import PRODUCT, vet
from shared.athena.pinned_queries import LakeView
from shared.athena.sql import Statement
from shared.customers import queries as customers
from shared.customers.facts import HistoryPeriod
from shared.lake.catalog.state import TableState
from shared.metrics.buckets import Granularity
from shared.metrics.catalogue import METRICS
from shared.metrics.facts import CURRENCY
from shared.metrics.planner import plan_from
from shared.metrics.queries.by_fact import query
from shared.products.days import times
from shared.products.dependencies import STATES
from shared.products.queries import query as product_query
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
    for sort_by, begin, changing in product(SortBy, (timedelta(), timedelta(hours=1)), ((), ("2025-03-07",))):
        asked = ProductQuestion(start=START + begin, end=START + timedelta(days=31), sort_by=sort_by)
        states = {name: TableState(name=name, cost_days=changing) for name in STATES}
        parts = parts_of(asked.start, asked.end)
        yield product_query(asked, times(asked, LakeView(states)), parts, reporting_currency="USD")


def _of_customers() -> Iterator[Statement]:
    yield from (customers.span(START), customers.facts(QUARTER, "USD"), customers.preferences(QUARTER))


def _bound(node: exp.Expr) -> exp.Expr:
    return exp.null() if isinstance(node, exp.Placeholder) else node


def test_every_function_of_the_platforms_sql_is_allowed_and_listed() -> None:
    used: set[type[exp.Expr]] = set()
    for statement in (*_of_metrics(), *_of_products(), *_of_customers()):
        tree = sqlglot.parse_one(statement.text, dialect="athena").transform(_bound)
        assert isinstance(tree, exp.Query)
        vet(tree)
        used |= {type(node) for node in tree.find_all(exp.Func)}

    assert used == set(PRODUCT)
