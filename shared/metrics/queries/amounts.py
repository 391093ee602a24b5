"""Amounts in one currency: what was added up by day and currency is converted, and what has no rate is counted."""

from shared.athena.sql import Statement, identifier, sql
from shared.currency.conversion import Days, convert, with_rates
from shared.lake.catalog.tables import EXCHANGE_RATES
from shared.metrics.queries.fragments import day
from shared.metrics.question import MetricQuestion
from shared.metrics.split import LAST_MOMENT

NET = sql("CAST(quantity * unit_price - discount AS decimal(38, 10))")
"""The net amount of a sale line."""

_ALL_COUNT = sql("SUM(lines) AS lines, CAST(0 AS bigint) AS excluded")
_RATED_COUNT = sql("""
    SUM(lines) FILTER (WHERE rate IS NOT NULL) AS lines,
    SUM(lines) FILTER (WHERE rate IS NULL) AS excluded
""")


class Amounts:
    """How the amounts of a question are reported: in the one currency that is asked for, or converted."""

    def __init__(self, question: MetricQuestion, reporting_currency: str) -> None:
        self._question = question
        self._reporting_currency = reporting_currency
        self._converts = question.currency is None

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that are read for it."""
        return (EXCHANGE_RATES.name,) if self._converts else ()

    @property
    def counts(self) -> Statement:
        """The lines that count, and those left out, which only conversion leaves out."""
        return _RATED_COUNT if self._converts else _ALL_COUNT

    def of(self, column: str) -> Statement:
        """An amount of a row, as it is reported."""
        return convert(column) if self._converts else identifier(column)

    def with_rates(self, table: str) -> Statement:
        """The rows of a table that has `currency` and `dt`, with what is needed to report their amounts."""
        if not self._converts:
            return sql("SELECT * FROM {table}", table=identifier(table))
        days = Days(day(self._question.previous_start), day(self._question.end - LAST_MOMENT))
        return with_rates(table, self._reporting_currency, days=days)
