"""The one piece of SQL that converts amounts to the reporting currency, at the reference rate of their day."""

from typing import NamedTuple

from shared.athena.sql import EMPTY, Statement, identifier, sql


class Days(NamedTuple):
    """The first and the last UTC day that a question is about, as `yyyy-MM-dd`."""

    first: str
    last: str


_RATED = """
    SELECT {table}.*,
        CASE WHEN {table}.currency = :reporting_currency THEN CAST(1 AS decimal(38, 15)) ELSE known.rate END AS rate
    FROM {table} LEFT JOIN ({known}) AS known
        ON known.currency = {table}.currency {in_month}
        AND {table}.dt >= known.valid_from AND {table}.dt < known.valid_before
"""
_KNOWN = """
    SELECT currency, valid_from, valid_before, rate FROM exchange_rates
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


def with_rates(table: str, reporting_currency: str, *, days: Days | None = None) -> Statement:
    """Select every column of a table that has `currency` and `dt`, and `rate`: what one unit of the currency is worth.

    It is 1 for the reporting currency itself and NULL where none is known on that day. The table is named once, so that
    a WITH query is not run twice; add up by currency and day before, and a question costs a row per day and currency.
    Where the days are known, a row is compared with the rates of its month and not of all years.

    Args:
        table: the name of a table, or of a WITH query.
        reporting_currency: what is reported in; rates that were derived for another one are none.
        days: which days the rows are of, where that is known; of others no rate may be found then.
    """
    source = identifier(table)
    if days is None:
        known = sql(_KNOWN, reporting_currency=reporting_currency, within_days=EMPTY)
        return sql(_RATED, table=source, reporting_currency=reporting_currency, known=known, in_month=EMPTY)
    first, last = days
    within_days = sql("AND valid_from <= :last AND valid_before > :first", first=first, last=last)
    known = sql(_KNOWN, reporting_currency=reporting_currency, within_days=within_days)
    return sql(
        _RATED,
        table=source,
        reporting_currency=reporting_currency,
        known=sql(_BY_MONTH, known=known, first=first, last=last),
        in_month=sql(_IN_MONTH, table=source),
    )


def convert(column: str) -> Statement:
    """Convert an amount of a row that has its `rate`, to ten places, halves away from zero; NULL without a rate.

    A product of such decimals has 25 places and so room for 13 digits before the point. What would not fit, more than
    anybody sells on a day, is converted to the 16 digits of a double rather than letting the whole query fail; what
    is in the reporting currency is left as it is.
    """
    return sql(_CONVERTED, amount=identifier(column))
