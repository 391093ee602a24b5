"""Amounts in one currency: sums per day and currency are converted, and lines without a rate are counted."""

from shared.athena.sql import Statement, identifier, sql
from shared.currency.conversion import Days, convert, with_rates
from shared.metrics.queries.fragments import day
from shared.metrics.question import MetricQuestion
from shared.metrics.split import LAST_MOMENT

_ALL_COUNT = sql("SUM(lines) AS lines, CAST(0 AS bigint) AS excluded")
_EXCLUDED = sql("SUM(lines) FILTER (WHERE rate IS NULL) AS excluded")
_COUNT_OF_ALL = sql("SUM(lines) AS lines, {excluded}", excluded=_EXCLUDED)
_COUNT_OF_RATED = sql("SUM(lines) FILTER (WHERE rate IS NOT NULL) AS lines, {excluded}", excluded=_EXCLUDED)


class Amounts:
    """How the amounts of a question are reported: in one selected currency, or converted to the reporting currency."""

    def __init__(self, question: MetricQuestion, reporting_currency: str) -> None:
        self._question = question
        self._reporting_currency = reporting_currency
        self._converts = question.currency is None

    @property
    def counts(self) -> Statement:
        """The columns that count lines, and those whose amounts are excluded; only conversion excludes amounts.

        Rates matter to amounts only: where lines are counted, those without a rate count, too.
        """
        if not self._converts:
            return _ALL_COUNT
        return _COUNT_OF_ALL if self._question.counts_lines else _COUNT_OF_RATED

    def of(self, column: str) -> Statement:
        """Return an amount column in the reported currency."""
        return convert(column) if self._converts else identifier(column)

    def with_rates(self, name: str) -> Statement:
        """Return the rows of a WITH query that has `currency` and `dt`, with the rates that their amounts need."""
        if not self._converts:
            return sql("SELECT * FROM {rows}", rows=identifier(name))
        days = Days(day(self._question.previous_start), day(self._question.end - LAST_MOMENT))
        return with_rates(name, self._reporting_currency, days=days)
