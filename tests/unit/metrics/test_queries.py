"""The SQL of sales metrics: what is a value is a parameter."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
import sqlglot
from sqlglot import exp

from shared.metrics.plan import Source
from shared.metrics.queries import sales
from shared.runtime.athena import Statement, Value, literal
from tests.unit.metrics.asking import question

HOSTILE = "x') OR 1=1; DROP TABLE transactions; --"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("EU", "'EU'"),
        ("O'Hara", "'O''Hara'"),
        ("''", "''''''"),
        ("\\'", "'\\'''"),
        (7, "7"),
        (-3600, "-3600"),
        (Decimal("1.50"), "1.50"),
        (datetime(2025, 1, 1, 10, 0, 0, 123_000, tzinfo=UTC), "'2025-01-01 10:00:00.123'"),
    ],
)
def test_values_are_written_as_literals(value: Value, text: str) -> None:
    assert literal(value) == text


@pytest.mark.parametrize(
    "value", ["EU", "O'Hara", "'", "''", "a'b''c", "\\", "\\'", HOSTILE, "é\n\t☃", "?", "%s {x} $1"]
)
def test_a_literal_reads_back_as_the_one_text_it_was(value: str) -> None:
    read = sqlglot.parse_one(f"SELECT {literal(value)}", read="trino").expressions

    assert [(type(each), each.this) for each in read] == [(exp.Literal, value)]


@pytest.mark.parametrize("source", Source)
def test_nothing_a_client_writes_is_in_the_text_of_a_statement(source: Source) -> None:
    asked = question(filters__region=HOSTILE, filters__channel=["web", "app"], filters__currency="EUR")

    statement = sales(asked, source, reporting_currency="USD")

    assert HOSTILE not in statement.text
    assert "EUR" not in statement.text
    assert "2025" not in statement.text
    assert HOSTILE in statement.values


@pytest.mark.parametrize("source", Source)
@pytest.mark.parametrize("metric_type", ["revenue", "average_order_value"])
@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "Europe/Berlin"])
def test_a_statement_is_one_trino_query_with_a_value_for_every_mark(
    source: Source, metric_type: str, zone: str
) -> None:
    statement = sales(question(metric_type=metric_type, timezone=zone), source, reporting_currency="USD")

    [tree] = sqlglot.parse(statement.text, read="trino")

    assert isinstance(tree, exp.Select)
    assert len(list(tree.find_all(exp.Placeholder))) == len(statement.values)


@pytest.mark.parametrize("source", Source)
def test_only_the_days_of_both_ranges_are_read(source: Source) -> None:
    asked = question(time_range__start="2025-03-10", time_range__end="2025-03-12")

    statement = sales(asked, source, reporting_currency="USD")

    assert "dt BETWEEN ? AND ?" in statement.text
    assert statement.values[:2] == ("2025-03-08", "2025-03-11")


def test_equal_questions_make_equal_statements() -> None:
    one = question(filters__region=["US", "EU"], include_comparison="true")
    other = question(filters__region=["EU", "US"], aggregation="avg")

    statements = {sales(asked, Source.BY_DIMENSION, reporting_currency="USD") for asked in (one, other)}

    assert len(statements) == 1


def test_decades_of_a_changing_clock_fit_a_statement() -> None:
    asked = question(
        timezone="Europe/Berlin", granularity="monthly", time_range__start="1990-01-01", time_range__end="2050-01-01"
    )

    statement = sales(asked, Source.BASE, reporting_currency="USD")

    assert len(statement.text) < 50_000
    assert all(len(literal(value)) <= 1024 for value in statement.values)


def test_fragments_keep_their_values_in_order() -> None:
    assert Statement("a = ?", ("x",)) + Statement("b = ?", ("y",)) == Statement("a = ? b = ?", ("x", "y"))
