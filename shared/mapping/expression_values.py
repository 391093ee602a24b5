"""The value of an expression for one row, exactly as the vectorised evaluation has it.

An absent operand makes a result absent, except in `coalesce`. A comparison with an absent number is neither true nor
false, and counts as false in the end; absent text equals "". Only the chosen branch of `if` and `coalesce` is computed.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal, DecimalException
from fractions import Fraction
from operator import eq, ge, gt, le, lt, ne, not_
from typing import Any

from shared.mapping.expression_tree import Column, Literal, Node, Operation, Operator, Yields
from shared.mapping.expressions import Expression
from shared.records.plain_numbers import EXACT, MOST_DIGITS, decimal_text, plain_decimal

PLACES = 10
"""Decimal places of a quotient, rounded half to even."""

_LONGEST_SHOWN = 50
Row = Mapping[str, Any]


class RowFault(ValueError):
    """An expression has no value for a row; the message is the reason."""


def value_in_row(expression: Expression, row: Row) -> str | None:
    """Return the value of an expression as text, numbers in plain decimal notation; None if it is absent.

    Raises:
        RowFault: a number cannot be read, a divisor is zero, or the result has too many digits.
    """
    found = _value(expression.root, row)
    return decimal_text(found) if isinstance(found, Decimal) else found


def holds_in_row(condition: Expression, row: Row) -> bool:
    """Return whether a condition is true.

    Raises:
        RowFault: a number cannot be read, or a divisor is zero.
    """
    return _value(condition.root, row) is True


def _value(node: Node, row: Row) -> Any:
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Column):
        return (_number if node.yields is Yields.NUMBER else _text)(node.name, row.get(node.name))
    match node:
        case Operation(operator=Operator.IF, operands=(condition, one, other)):
            return _value(one if _value(condition, row) else other, row)
        case Operation(operator=Operator.COALESCE, operands=operands):
            return next((found for each in operands if (found := _value(each, row)) is not None), None)
        case Operation(operator=Operator.AND | Operator.OR as operator, operands=operands):
            return _joined(operator, operands, row)
    return _result(node.operator, [_value(each, row) for each in node.operands])


def _joined(operator: Operator, operands: tuple[Node, ...], row: Row) -> bool | None:
    """Join conditions in three-valued logic, from left to right, up to the first that decides."""
    decisive = operator is Operator.OR
    result: bool | None = not decisive
    for each in operands:
        value: bool | None = _value(each, row)
        if value is decisive:
            return decisive
        result = None if value is None else result
    return result


def _result(operator: Operator, operands: list[Any]) -> Any:
    if operator in _OF_TEXTS:
        one, other = ((each or "").lower() for each in operands)
        return (one == other) is (operator is Operator.SAME_TEXT)
    if None in operands:
        return None
    try:
        return _OPERATIONS[operator](*operands)
    except DecimalException:
        raise RowFault(f"the result of {operator} has more than {MOST_DIGITS} digits") from None


def quotient(one: Decimal, other: Decimal) -> Decimal:
    """Divide, rounding half to even at 10 decimal places.

    Raises:
        RowFault: the divisor is zero.
    """
    if not other:
        raise RowFault("division by zero; use if(divisor = 0, ..., ...) where that can occur")
    return _rounded(Fraction(one) / Fraction(other), PLACES)


def rounded(number: Decimal, places: Decimal) -> Decimal:
    """Round half to even at a number of decimal places."""
    return _rounded(Fraction(number), int(places))


def _rounded(number: Fraction, places: int) -> Decimal:
    return EXACT.scaleb(EXACT.create_decimal(round(number * 10**places)), -places)


_OF_TEXTS = {Operator.SAME_TEXT, Operator.OTHER_TEXT}
_OPERATIONS: Mapping[Operator, Callable[..., Any]] = {
    Operator.ADD: EXACT.add,
    Operator.SUBTRACT: EXACT.subtract,
    Operator.MULTIPLY: EXACT.multiply,
    Operator.DIVIDE: quotient,
    Operator.ROUND: rounded,
    Operator.NEGATE: EXACT.minus,
    Operator.ABS: EXACT.abs,
    Operator.LESS: lt,
    Operator.LESS_OR_EQUAL: le,
    Operator.GREATER: gt,
    Operator.GREATER_OR_EQUAL: ge,
    Operator.EQUAL: eq,
    Operator.UNEQUAL: ne,
    Operator.NOT: not_,
}


def _text(_: str, value: Any) -> str | None:
    text = value.strip() if isinstance(value, str) else _written(value)
    return text or None


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float | Decimal) else ""


def _number(name: str, value: Any) -> Decimal | None:
    text = _text(name, value)
    if text is None:
        return None
    found = plain_decimal(text)
    if found is None:
        shown = repr(text[:_LONGEST_SHOWN])
        raise RowFault(f"{name} is {shown}, which is not a plain number; describe its number format in numbers")
    return found
