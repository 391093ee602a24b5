"""Columns computed before records are made: arithmetic over a row, and what depends on the other rows of its group."""

import re
from dataclasses import dataclass

from shared.mapping.expressions import Expression, parse

_TOTAL = re.compile(r"total\(\s*(?:`(?P<quoted>[^`]+)`|(?P<plain>[^\W\d]\w*))\s*\)", re.IGNORECASE)
_LINE = re.compile(r"line\(\s*\)", re.IGNORECASE)


@dataclass(frozen=True)
class GroupTotal:
    """The sum of a column over the rows of a group; absent values do not count."""

    column: str


@dataclass(frozen=True)
class LineNumber:
    """The position of a row in its group, from 1."""


Computation = Expression | GroupTotal | LineNumber


def parse_computation(text: str) -> Computation:
    """Parse `line()`, `total(column)` or an expression.

    Raises:
        InvalidExpression: the text is none of these.
    """
    if _LINE.fullmatch(text.strip()):
        return LineNumber()
    found = _TOTAL.fullmatch(text.strip())
    return GroupTotal(found["quoted"] or found["plain"]) if found else parse(text)


def columns_read(computation: Computation) -> frozenset[str]:
    """Return the columns that a computation reads."""
    match computation:
        case GroupTotal(column):
            return frozenset({column})
        case LineNumber():
            return frozenset()
    return computation.columns


def needs_group(computation: Computation) -> bool:
    """Return whether a computation depends on the other rows of the group."""
    return not isinstance(computation, Expression)
