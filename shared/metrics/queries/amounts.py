"""Amounts in one currency: what was added up by day and currency is converted, and what has no rate is counted."""

from shared.athena.sql import Statement
from shared.currency.conversion import Days, converted, with_rates
from shared.lake.catalog.tables import EXCHANGE_RATES
from shared.metrics.cut import LAST_MOMENT
from shared.metrics.queries.parts import day, joined
from shared.metrics.question import Question

NET = "CAST(quantity * unit_price - discount AS decimal(38, 10))"
"""The net amount of a sale line."""


class Amounts:
    """How the amounts of a question are reported: in the one currency that is asked for, or converted."""

    def __init__(self, question: Question, reporting_currency: str) -> None:
        self._question = question
        self._reporting_currency = reporting_currency
        self._converts = question.currency is None

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that are read for it."""
        return (EXCHANGE_RATES.name,) if self._converts else ()

    @property
    def counts(self) -> str:
        """The lines that count, and those left out, which only conversion leaves out."""
        if not self._converts:
            return "SUM(lines) AS lines, CAST(0 AS bigint) AS excluded"
        known, unknown = ("SUM(lines) FILTER (WHERE rate IS NOT NULL)", "SUM(lines) FILTER (WHERE rate IS NULL)")
        return f"{known} AS lines, {unknown} AS excluded"

    def of(self, column: str) -> str:
        """An amount of a row, as it is reported."""
        return converted(column) if self._converts else column

    def rated(self, table: str) -> Statement:
        """The rows of a table that has `currency` and `dt`, with what is needed to report their amounts."""
        if not self._converts:
            return Statement(f"SELECT * FROM {table}")  # noqa: S608 - the name of a query of this project's own
        days = Days(day(self._question.previous_start), day(self._question.end - LAST_MOMENT))
        return joined([with_rates(table, self._reporting_currency, days=days)])
