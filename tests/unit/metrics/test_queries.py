"""The SQL of metrics: every text of a caller is a parameter, and only needed columns and days are read."""

from datetime import date, timedelta

import pytest
import sqlglot
from sqlglot import exp

from shared.athena.literals import quoted
from shared.athena.sql import Statement, pinned
from shared.metrics.buckets import Granularity
from shared.metrics.catalogue import METRICS, MetricType
from shared.metrics.dependencies import tables_of
from shared.metrics.facts import CURRENCY, FACTS, FactName, Source
from shared.metrics.planner import Plan, plan_from, with_dirty_days
from shared.metrics.queries.by_fact import query
from shared.metrics.question import MetricQuestion
from tests.unit.metrics.asking import question

HOSTILE = "x') OR 1=1; DROP TABLE transactions; --"


SOURCES = [(name, source) for name, metric in METRICS.items() for source in metric.fact.tables]


def planned(asked: MetricQuestion, source: Source) -> Plan:
    return plan_from(asked, source, "the test names it")


def statement_of(asked: MetricQuestion, source: Source) -> Statement:
    return query(asked, planned(asked, source), reporting_currency="USD")


def with_dirty(asked: MetricQuestion, source: Source, *days: str) -> Statement:
    return query(
        asked, with_dirty_days(asked, planned(asked, source), dict.fromkeys(days, 0)), reporting_currency="USD"
    )


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
def test_only_filters_are_parameters(metric_type: MetricType, source: Source) -> None:
    asked = question(metric_type=metric_type, timezone="Europe/Berlin", time_range__start="2025-01-01T10:17:00Z")

    assert statement_of(asked, source).values == ()


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
def test_every_table_of_a_statement_can_be_pinned(metric_type: MetricType, source: Source) -> None:
    asked = question(metric_type=metric_type, time_range__start="2025-01-01T10:17:00Z", **filtered(metric_type, "tea"))

    statement = statement_of(asked, source)

    tree = tree_of(statement)
    with_queries = {each.alias for each in tree.find_all(exp.CTE)}
    assert {each.name for each in tree.find_all(exp.Table)} - with_queries == set(statement.tables)


@pytest.mark.parametrize(("metric_type", "source"), SOURCES)
def test_every_table_is_read_at_its_own_snapshot(metric_type: MetricType, source: Source) -> None:
    asked = question(metric_type=metric_type, time_range__start="2025-01-01T10:17:00Z", **filtered(metric_type, "tea"))
    statement = statement_of(asked, source)
    snapshots = {name: number for number, name in enumerate(statement.tables, start=1000)}

    tree = tree_of(pinned(statement, snapshots))

    versions = {each.name: each.args.get("version") for each in tree.find_all(exp.Table)}
    assert {name: version.expression.name for name, version in versions.items() if version} == {
        name: str(snapshot) for name, snapshot in snapshots.items()
    }


@pytest.mark.parametrize("metric_type", METRICS)
def test_an_answer_depends_on_the_tables_of_its_statement_over_the_base(metric_type: MetricType) -> None:
    currency = {"filters.currency": "EUR"} if CURRENCY in METRICS[metric_type].filters else {}
    for changes in ({}, filtered(metric_type, "tea"), currency):
        asked = question(metric_type=metric_type, **changes)

        assert set(statement_of(asked, Source.BASE).tables) == set(tables_of(asked))


@pytest.mark.parametrize(("metric_type", "source"), SOURCES)
def test_a_table_is_read_once(metric_type: MetricType, source: Source) -> None:
    tree = tree_of(statement_of(question(metric_type=metric_type), source))

    mentions = [each.name for each in tree.find_all(exp.Table)]
    assert len(mentions) == len(set(mentions))


def columns_read(metric_type: MetricType) -> set[str]:
    tree = tree_of(statement_of(question(metric_type=metric_type), Source.BASE))
    [scan] = [each for each in tree.find_all(exp.Table) if each.name == METRICS[metric_type].fact.base]
    select = scan.find_ancestor(exp.Select)
    assert select is not None
    return {column.name for column in select.find_all(exp.Column)}


@pytest.mark.parametrize("fact_name", FactName)
def test_the_metrics_of_a_fact_read_its_base_columns(fact_name: FactName) -> None:
    read = [columns_read(name) for name, metric in METRICS.items() if metric.fact_name is fact_name]

    assert set().union(*read) == set(FACTS[fact_name].columns)


def test_counting_lines_reads_no_tax() -> None:
    assert columns_read(MetricType.REVENUE) - columns_read(MetricType.TRANSACTIONS) == {"tax", "shipping"}


@pytest.mark.parametrize("source", [Source.BY_DIMENSION, Source.ROLLUP, Source.BASE])
def test_only_the_time_of_both_ranges_is_read(source: Source) -> None:
    asked = question(time_range__start="2025-03-10", time_range__end="2025-03-12")

    statement = statement_of(asked, source)

    column = {Source.BY_DIMENSION: "hour", Source.ROLLUP: "hour", Source.BASE: '"timestamp"'}[source]
    first, end = "TIMESTAMP '2025-03-08 00:00:00.000'", "TIMESTAMP '2025-03-12 00:00:00.000'"
    assert f"{column} >= {first} AND {column} < {end}" in statement.text


@pytest.mark.parametrize("metric_type", ["revenue", "average_order_value", "customers"])
def test_only_the_days_of_both_ranges_are_read_from_a_daily_roll_up(metric_type: MetricType) -> None:
    asked = question(metric_type=metric_type, time_range__start="2025-03-10", time_range__end="2025-03-12")
    source = Source.DAILY if metric_type == "revenue" else Source.ROLLUP

    statement = statement_of(asked, source)

    assert "dt BETWEEN '2025-03-08' AND '2025-03-11'" in statement.text


def test_sessions_are_read_from_a_day_before_to_a_day_after_both_ranges() -> None:
    asked = question(metric_type="conversion", time_range__start="2025-03-10T12:00:00Z", time_range__end="2025-03-11")

    statement = statement_of(asked, Source.ROLLUP)

    assert "dt BETWEEN '2025-03-09' AND '2025-03-11'" in statement.text


@pytest.mark.parametrize(("filters", "dimension"), [({}, "none"), ({"filters.region": "EU"}, "region")])
def test_the_roll_up_by_one_dimension_is_read_by_the_rows_of_that_dimension(
    filters: dict[str, str], dimension: str
) -> None:
    statement = statement_of(question(**filters), Source.BY_DIMENSION)

    assert statement.tables == ("sales_hourly_by_one", "exchange_rates")
    assert f"WHERE dimension = '{dimension}' AND" in statement.text


def test_only_partial_hours_are_read_from_the_base() -> None:
    asked = question(time_range__start="2025-03-10T10:30:00Z", time_range__end="2025-03-11T12:00:00Z")

    statement = statement_of(asked, Source.BY_DIMENSION)

    _, of_base = statement.text.split("UNION ALL")
    first, end = "TIMESTAMP '2025-03-10 10:00:00.000'", "TIMESTAMP '2025-03-10 11:00:00.000'"
    assert f'("timestamp" >= {first} AND "timestamp" < {end})' in of_base


@pytest.mark.parametrize(("metric_type", "source"), [each for each in SOURCES if each[1] is not Source.BASE])
def test_dirty_days_are_read_from_the_base_and_others_from_the_roll_up(metric_type: MetricType, source: Source) -> None:
    asked = question(metric_type=metric_type, time_range__start="2025-03-01", time_range__end="2025-03-31")

    clean, dirty = statement_of(asked, source), with_dirty(asked, source, "2025-03-04", "2025-03-05", "2025-06-01")

    base = asked.metric.fact.base
    assert base not in clean.tables
    assert {*dirty.tables} == {*clean.tables, base}
    first, last = "TIMESTAMP '2025-03-04 00:00:00.000'", "TIMESTAMP '2025-03-06 00:00:00.000'"
    assert f'"timestamp" >= {first} AND "timestamp" < {last}' in dirty.text


def test_hundreds_of_dirty_days_fit_into_a_statement() -> None:
    every_third_day = [(date(1998, 1, 1) + timedelta(days=3 * number)).isoformat() for number in range(3000)]
    asked = question(
        time_range__start="2000-01-01T00:00:00.001Z",
        time_range__end="2020-01-01",
        **filtered(MetricType.REVENUE, *(f"{number:03}{'x' * 497}" for number in range(100))),
    )

    statement = with_dirty(asked, Source.ROLLUP, *every_third_day)

    assert len(statement.text) + sum(len(quoted(value)) for value in statement.values) < 262_144


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

    assert len(statement.text) + sum(len(quoted(value)) for value in statement.values) < 262_144
    assert all(len(quoted(value)) <= 1024 for value in statement.values)
