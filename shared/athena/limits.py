"""Athena's documented limits of a statement: https://docs.aws.amazon.com/athena/latest/ug/service-limits.html."""

from shared.athena.literals import quoted
from shared.athena.sql import Statement
from shared.runtime.errors import QueryTooLarge

LONGEST_QUERY = 262_144
"""Bytes of the text, in UTF-8."""

LONGEST_PARAMETER = 1_024
"""Characters of a parameter, its quotes included."""


def parameters(statement: Statement) -> list[str]:
    """Return the parameters of a statement as Athena takes them.

    Raises:
        QueryTooLarge: the text or a parameter is longer than Athena allows.
    """
    if len(statement.text.encode()) > LONGEST_QUERY:
        raise QueryTooLarge("The question needs a query that is too long; use fewer filters or a shorter range")
    found = [quoted(text) for text in statement.values]
    if any(len(each) > LONGEST_PARAMETER for each in found):
        raise QueryTooLarge(f"A value is too long to be queried; use at most {LONGEST_PARAMETER // 2 - 1} characters")
    return found
