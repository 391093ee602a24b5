"""The one piece of SQL that converts amounts to the reporting currency, at the reference rate of their day."""

from typing import NamedTuple

from shared.runtime.athena import Statement

_EXACT_BELOW = "1e12"


class Days(NamedTuple):
    """The first and the last UTC day that a question is about, as `yyyy-MM-dd`."""

    first: str
    last: str


def with_rates(table: str, reporting_currency: str, *, days: Days | None = None) -> Statement:
    """Select every column of a table that has `currency` and `dt`, and `rate`: what one unit of the currency is worth.

    It is 1 for the reporting currency itself and NULL where none is known on that day. The table is named once, so that
    a WITH query is not run twice; add up by currency and day before, and a question costs a row per day and currency.

    Args:
        table: the name of a table, or of a WITH query.
        reporting_currency: what is reported in; rates that were derived for another one are none.
        days: which days the rows are of, where that is known: rates of other days are not looked at then.
    """
    rated = f"""
        SELECT {table}.*,
            CASE WHEN {table}.currency = ? THEN CAST(1 AS decimal(38, 15)) ELSE exchange_rates.rate END AS rate
        FROM {table} LEFT JOIN exchange_rates
            ON exchange_rates.reporting_currency = ? AND exchange_rates.currency = {table}.currency
            AND {table}.dt >= exchange_rates.valid_from AND {table}.dt < exchange_rates.valid_before
    """  # noqa: S608 - names of this project's own queries; values travel as parameters
    values = (reporting_currency, reporting_currency)
    if days is None:
        return Statement(rated, values)
    within = "AND exchange_rates.valid_from <= ? AND exchange_rates.valid_before > ?"
    return Statement(f"{rated} {within}", (*values, days.last, days.first))


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
