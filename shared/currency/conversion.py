"""The one piece of SQL that converts amounts to the reporting currency, at the reference rate of their day."""

from typing import NamedTuple

from shared.athena.sql import Statement

_EXACT_BELOW = "1e12"


class Days(NamedTuple):
    """The first and the last UTC day that a question is about, as `yyyy-MM-dd`."""

    first: str
    last: str


_RATED = """
    SELECT {table}.*, CASE WHEN {table}.currency = ? THEN CAST(1 AS decimal(38, 15)) ELSE known.rate END AS rate
    FROM {table} LEFT JOIN ({known}) AS known
        ON known.currency = {table}.currency {and_month}
        AND {table}.dt >= known.valid_from AND {table}.dt < known.valid_before
"""
_KNOWN = "SELECT currency, valid_from, valid_before, rate FROM exchange_rates WHERE reporting_currency = ?"
_OF_DAYS = f"{_KNOWN} AND valid_from <= ? AND valid_before > ?"
_BY_MONTH = f"""
    SELECT currency, valid_from, valid_before, rate, substr(CAST(month AS varchar), 1, 7) AS month
    FROM ({_OF_DAYS}) CROSS JOIN UNNEST(sequence(
        CAST(date_trunc('month', CAST(GREATEST(valid_from, ?) AS date)) AS date),
        CAST(LEAST(valid_before, ?) AS date),
        INTERVAL '1' MONTH
    )) AS months (month)
"""  # noqa: S608 - this project's own SQL


def with_rates(table: str, reporting_currency: str, *, days: Days | None = None) -> Statement:
    """Select every column of a table that has `currency` and `dt`, and `rate`: what one unit of the currency is worth.

    It is 1 for the reporting currency itself and NULL where none is known on that day. The table is named once, so that
    a WITH query is not run twice; add up by currency and day before, and a question costs a row per day and currency.
    Where the days are known, a row is held against the rates of its month and not of all years.

    Args:
        table: the name of a table, or of a WITH query.
        reporting_currency: what is reported in; rates that were derived for another one are none.
        days: which days the rows are of, where that is known; of others no rate may be found then.
    """
    if days is None:
        rated = _RATED.format(table=table, known=_KNOWN, and_month="")
        return Statement(rated, (reporting_currency, reporting_currency))
    rated = _RATED.format(table=table, known=_BY_MONTH, and_month=f"AND known.month = substr({table}.dt, 1, 7)")
    first, last = days
    return Statement(rated, (reporting_currency, reporting_currency, last, first, first, last))


def converted(column: str) -> str:
    """Convert an amount of a row that has its `rate`, to ten places, halves away from zero; NULL without a rate.

    A product of such decimals has 25 places and so room for 13 digits before the point. What would not fit, more than
    anybody sells on a day, is converted to the 16 digits of a double rather than letting the whole query fail; what
    is in the reporting currency is left as it is.
    """
    worth = f"CAST({column} AS double) * CAST(rate AS double)"
    return (
        f"CASE WHEN rate = 1 THEN CAST({column} AS decimal(38, 10))"
        f" WHEN ABS({worth}) < {_EXACT_BELOW} THEN CAST({column} * rate AS decimal(38, 10))"
        f" ELSE CAST({worth} AS decimal(38, 10)) END"
    )
