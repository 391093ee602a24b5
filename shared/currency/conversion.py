"""SQL that converts amounts to the reporting currency, at the reference rate of their day."""

from typing import NamedTuple

from shared.athena.literals import CurrencyCode, DayText
from shared.athena.sql import EMPTY, Statement, identifier, sql, table
from shared.lake.catalog.tables import EXCHANGE_RATES


class Days(NamedTuple):
    """The first and the last UTC day of a range."""

    first: DayText
    last: DayText


_RATED = """
    SELECT {table}.*,
        CASE WHEN {table}.currency = :reporting_currency THEN CAST(1 AS decimal(38, 15)) ELSE known.rate END AS rate
    FROM {table} LEFT JOIN ({known}) AS known
        ON known.currency = {table}.currency {in_month}
        AND {table}.dt >= known.valid_from AND {table}.dt < known.valid_before
"""
_KNOWN = """
    SELECT currency, valid_from, valid_before, rate FROM {exchange_rates}
    WHERE reporting_currency = :reporting_currency {within_days}
"""
_BY_MONTH = """
    SELECT currency, valid_from, valid_before, rate, substr(CAST(month AS varchar), 1, 7) AS month
    FROM ({known}) CROSS JOIN UNNEST(sequence(
        CAST(date_trunc('month', CAST(GREATEST(valid_from, :first) AS date)) AS date),
        CAST(LEAST(valid_before, :last) AS date),
        INTERVAL '1' MONTH
    )) AS months (month)
"""
_IN_MONTH = "AND known.month = substr({table}.dt, 1, 7)"
_CONVERTED = """
    CASE WHEN rate = 1 THEN CAST({amount} AS decimal(38, 10))
        WHEN ABS(CAST({amount} AS double) * CAST(rate AS double)) < 1e12 THEN CAST({amount} * rate AS decimal(38, 10))
        ELSE CAST(CAST({amount} AS double) * CAST(rate AS double) AS decimal(38, 10)) END
"""


def with_rates(name: str, reporting_currency: str, *, days: Days | None = None) -> Statement:
    """Select all columns of a table that has `currency` and `dt`, and `rate`: the value of one unit of the currency.

    The rate is 1 for the reporting currency and NULL if there is none on that day. The table is named only once, so
    that a WITH query is not evaluated twice. Aggregate by currency and day first, so that only one row per day and
    currency is joined. With `days`, rows are compared with the rates of the same month instead of all years.

    Args:
        name: the name of a table or WITH query.
        reporting_currency: the target currency; rates derived for another one are ignored.
        days: the days of the rows, if known; rows of other days may get no rate.
    """
    source, rates, currency = identifier(name), table(EXCHANGE_RATES.name), CurrencyCode(reporting_currency)
    if days is None:
        known = sql(_KNOWN, exchange_rates=rates, reporting_currency=currency, within_days=EMPTY)
        return sql(_RATED, table=source, reporting_currency=currency, known=known, in_month=EMPTY)
    first, last = days
    within_days = sql("AND valid_from <= :last AND valid_before > :first", first=first, last=last)
    known = sql(_KNOWN, exchange_rates=rates, reporting_currency=currency, within_days=within_days)
    return sql(
        _RATED,
        table=source,
        reporting_currency=currency,
        known=sql(_BY_MONTH, known=known, first=first, last=last),
        in_month=sql(_IN_MONTH, table=source),
    )


def convert(column: str) -> Statement:
    """Convert an amount by the `rate` of its row, to ten decimal places, halves away from zero; NULL without a rate.

    A product of such decimals has 25 decimal places, which leaves 13 digits before the point. A larger amount is
    converted with the 16 digits of a double, so that the query does not fail. Amounts in the reporting currency are
    unchanged.
    """
    return sql(_CONVERTED, amount=identifier(column))
