"""Conditions on texts of callers as columns: Athena takes parameters in `WHERE` alone."""

from collections.abc import Mapping

from shared.athena.sql import Statement, identifier, join, sql

_CHOICES = "CROSS JOIN (VALUES (TRUE), (FALSE)) AS {name}_values ({name})"
_CHOICE = "{name} = COALESCE({condition}, FALSE)"


def flagged(conditions: Mapping[str, Statement]) -> Statement:
    """Return what follows a table after FROM, so that its rows have a boolean column for each condition.

    A row is joined with both values of a flag, and keeps the one that equals its condition: each row once. The fragment
    ends in a WHERE clause, to which further conditions can be added.

    Args:
        conditions: conditions on the columns of the table, at least one, by the names of the flags; null is false.
    """
    choices = (sql(_CHOICES, name=identifier(name)) for name in conditions)
    chosen = (sql(_CHOICE, name=identifier(name), condition=each) for name, each in conditions.items())
    return sql("{choices} WHERE {chosen}", choices=join(" ", choices), chosen=join(" AND ", chosen))
