"""The SQL of metrics: every value is a parameter, and only needed columns and days are read."""

from datetime import UTC, datetime

import pytest
import sqlglot
from sqlglot import exp

from shared.athena.sql import Statement, literal
from shared.metrics.buckets import Granularity
from shared.metrics.catalogue import METRICS, MetricType
from shared.metrics.facts import CURRENCY, Source
from shared.metrics.planner import Plan, plan_from
from shared.metrics.queries.by_fact import query
from shared.metrics.question import MetricQuestion
from tests.unit.metrics.asking import question

HOSTILE = "x') OR 1=1; DROP TABLE transactions; --"


SOURCES = [(name, source) for name, metric in METRICS.items() for source in metric.fact.tables]


def planned(asked: MetricQuestion, source: Source) -> Plan:
    return plan_from(asked, source, "the test names it")


def statement_of(asked: MetricQuestion, source: Source) -> Statement:
    return query(asked, planned(asked, source), reporting_currency="USD").statement


def tree_of(statement: Statement) -> exp.Select:
    [tree] = sqlglot.parse(statement.text, read="trino")
    assert isinstance(tree, exp.Select)
    return tree


def filtered(metric_type: MetricType, *values: str) -> dict[str, list[str]]:
    dimensions = METRICS[metric_type].fact.dimensions
    return {f"filters.{dimension}": list(values) for dimension in dimensions}


@pytest.mark.parametrize(("metric_type", "source"), SOURCES)
def test_no_client_value_is_in_the_text_of_a_statement(metric_type: MetricType, source: Source) -> None:
    currency = {"filters.currency": "EUR"} if CURRENCY in METRICS[metric_type].filters else {}
    asked = question(metric_type=metric_type, **filtered(metric_type, HOSTILE, "web"), **currency)

    statement = statement_of(asked, source)

    assert HOSTILE not in statement.text
    assert "EUR" not in statement.text
    assert HOSTILE in statement.values


@pytest.mark.parametrize(("metric_type", "source"), SOURCES)
def test_platform_values_outside_where_are_constants(metric_type: MetricType, source: Source) -> None:
    currency = {"filters.currency": "EUR"} if CURRENCY in METRICS[metric_type].filters else {}
    asked = question(metric_type=metric_type, timezone="Europe/Berlin", **currency)

    marks = list(tree_of(statement_of(asked, source)).find_all(exp.Placeholder))

    assert marks
    assert all(mark.find_ancestor(exp.Where) for mark in marks)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "Europe/Berlin"])
@pytest.mark.parametrize("start", ["2025-01-01", "2025-01-01T10:17:00.001Z"])
@pytest.mark.parametrize(("metric_type", "source"), SOURCES)
def test_a_statement_is_one_trino_query_with_a_value_per_placeholder(
    metric_type: MetricType, source: Source, start: str, zone: str
) -> None:
    for aggregation in METRICS[metric_type].formulas:
        asked = question(metric_type=metric_type, aggregation=aggregation, timezone=zone, time_range__start=start)

        statement = statement_of(asked, source)

        assert len(list(tree_of(statement).find_all(exp.Placeholder))) == len(statement.values)


@pytest.mark.parametrize(("metric_type", "source"), SOURCES)
def test_the_declared_tables_are_those_read(metric_type: MetricType, source: Source) -> None:
    asked = question(metric_type=metric_type, time_range__start="2025-01-01T10:17:00Z", **filtered(metric_type, "tea"))

    asks = query(asked, planned(asked, source), reporting_currency="USD")

    tree = tree_of(asks.statement)
    with_queries = {each.alias for each in tree.find_all(exp.CTE)}
    assert {each.name for each in tree.find_all(exp.Table)} - with_queries == set(asks.tables)


@pytest.mark.parametrize(("metric_type", "source"), SOURCES)
def test_a_table_is_read_once(metric_type: MetricType, source: Source) -> None:
    tree = tree_of(statement_of(question(metric_type=metric_type), source))

    mentions = [each.name for each in tree.find_all(exp.Table)]
    assert len(mentions) == len(set(mentions))


@pytest.mark.parametrize("metric_type", METRICS)
def test_only_base_columns_of_the_catalogue_are_read(metric_type: MetricType) -> None:
    fact = METRICS[metric_type].fact

    tree = tree_of(statement_of(question(metric_type=metric_type), Source.BASE))

    [scan] = [each for each in tree.find_all(exp.Table) if each.name == fact.tables[Source.BASE].name]
    select = scan.find_ancestor(exp.Select)
    assert select is not None
    assert {column.name for column in select.find_all(exp.Column)} - {"dt"} == set(fact.columns)


@pytest.mark.parametrize("source", [Source.BY_DIMENSION, Source.ROLLUP, Source.BASE])
def test_only_the_days_of_both_ranges_are_read(source: Source) -> None:
    asked = question(time_range__start="2025-03-10", time_range__end="2025-03-12")

    statement = statement_of(asked, source)

    assert "dt BETWEEN ? AND ?" in statement.text
    assert statement.values[:2] == ("2025-03-08", "2025-03-11")


def test_only_partial_hours_are_read_from_the_base() -> None:
    asked = question(time_range__start="2025-03-10T10:30:00Z", time_range__end="2025-03-11T12:00:00Z")

    statement = statement_of(asked, Source.BY_DIMENSION)

    base = statement.values[statement.values.index("2025-03-09", 1) :]
    moments = [value for value in statement.values if isinstance(value, datetime)]
    assert base
    assert datetime(2025, 3, 10, 10, tzinfo=UTC) in moments
    assert datetime(2025, 3, 10, 11, tzinfo=UTC) in moments


def test_equal_queries_give_equal_statements() -> None:
    one = question(filters__region=["US", "EU"], include_comparison="true")
    other = question(filters__region=["EU", "US"], aggregation="avg")

    assert len({statement_of(asked, Source.BY_DIMENSION) for asked in (one, other)}) == 1


@pytest.mark.parametrize(("metric_type", "source"), SOURCES)
@pytest.mark.parametrize("granularity", [Granularity.DAILY, Granularity.MONTHLY])
def test_decades_of_clock_changes_and_full_filters_fit_into_a_statement(
    metric_type: MetricType, source: Source, granularity: Granularity
) -> None:
    asked = question(
        metric_type=metric_type,
        timezone="Europe/Berlin",
        granularity=granularity,
        time_range__start="1998-01-01T00:00:00.001Z",
        time_range__end="2025-01-01",
        **filtered(metric_type, *(f"{number:03}{'x' * 497}" for number in range(100))),
    )

    statement = statement_of(asked, source)

    assert len(statement.text) + sum(len(literal(value)) for value in statement.values) < 262_144
    assert all(len(literal(value)) <= 1024 for value in statement.values)
