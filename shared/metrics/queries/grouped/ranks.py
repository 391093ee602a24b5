"""Labels of groups, and their ranks: `=` and the value, empty text for records without one, and `+` for the rest.

Statements count `units`, such as the orders of a group; `labelled` gives those of the groups after the first ones the
label of the rest.
"""

from collections.abc import Callable, Sequence

from shared.athena.sql import Statement, identifier, join, sql
from shared.metrics.facts import Measure
from shared.metrics.queries.fragments import filter_clause, period
from shared.metrics.queries.rows import RangeKind
from shared.metrics.question import GroupedQuestion

CURRENT = RangeKind.CURRENT

_BUCKETED = "SELECT *, {period} AS period, {label} AS label FROM lines {where}"
_LABELLED = """
    SELECT period, {columns}, CASE WHEN place > :limit THEN '+' ELSE label END AS label
    FROM (
        SELECT *, DENSE_RANK() OVER (ORDER BY value DESC NULLS LAST, label) AS place
        FROM (SELECT *, {value} AS value FROM units)
    )
"""
_OF_GROUP = "SUM(CASE WHEN period = :current THEN {unit} END) OVER (PARTITION BY label)"
_RATIO = "CAST({numerator} AS double) / NULLIF(CAST({denominator} AS double), 0)"


def label(dimension: str) -> Statement:
    """Return the label of a value in a column."""
    return sql("COALESCE(CONCAT('=', {dimension}), '')", dimension=identifier(dimension))


def bucketed(question: GroupedQuestion) -> Statement:
    """Return the query that adds range and label to each row of `lines` that matches the filters."""
    return sql(_BUCKETED, period=period(question), label=label(question.group_by), where=filter_clause(question))


def labelled(question: GroupedQuestion, columns: Sequence[str], value_of: Callable[[Measure], Statement]) -> Statement:
    """Return the query of all units, labelled; groups are ranked by their value in the requested range.

    Args:
        question: the question.
        columns: the columns of `units` beside range and label.
        value_of: returns a measure of the group of a unit, as `of_group`.
    """
    names = join(", ", map(identifier, columns))
    return sql(_LABELLED, columns=names, value=_value(question, value_of), limit=question.limit)


def of_group(unit: Statement) -> Statement:
    """Return the sum over the units of a group in the requested range."""
    return sql(_OF_GROUP, unit=unit, current=CURRENT)


def of_one_unit(measure: Measure) -> Statement:
    """Return a measure of a group that is one unit in each range."""
    return of_group(identifier(measure))


def _value(question: GroupedQuestion, value_of: Callable[[Measure], Statement]) -> Statement:
    """Return the value by which groups are ranked; that of a ratio is approximate."""
    formula = question.formula
    numerator = value_of(formula.numerator)
    if formula.denominator is None:
        return numerator
    return sql(_RATIO, numerator=numerator, denominator=value_of(formula.denominator))
