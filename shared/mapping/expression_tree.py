"""The typed tree of an expression: columns, literals and operations."""

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum


class InvalidExpression(ValueError):
    """An expression cannot be parsed; the message says what to change."""


class Yields(StrEnum):
    """What a part of an expression yields. A column is text or a number, depending on where it occurs."""

    NUMBER = "number"
    TEXT = "text"
    CONDITION = "condition"
    EITHER = "number or text"


class Operator(StrEnum):
    """The operations of expressions."""

    ADD = "+"
    SUBTRACT = "-"
    MULTIPLY = "*"
    DIVIDE = "/"
    NEGATE = "negate"
    ABS = "abs"
    ROUND = "round"
    COALESCE = "coalesce"
    IF = "if"
    LESS = "<"
    LESS_OR_EQUAL = "<="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="
    EQUAL = "=="
    UNEQUAL = "!="
    SAME_TEXT = "same text"
    OTHER_TEXT = "other text"
    AND = "and"
    OR = "or"
    NOT = "not"


@dataclass(frozen=True)
class Literal:
    """A fixed number or text."""

    value: Decimal | str

    @property
    def yields(self) -> Yields:
        """What it yields."""
        return Yields.TEXT if isinstance(self.value, str) else Yields.NUMBER


@dataclass(frozen=True)
class Column:
    """The value of a source column, as a number or as text."""

    name: str
    yields: Yields = Yields.EITHER


@dataclass(frozen=True)
class Operation:
    """An operator and its operands."""

    operator: Operator
    operands: tuple["Node", ...]
    yields: Yields = Yields.NUMBER


Node = Literal | Column | Operation


def as_number(node: Node) -> Node:
    """Read the columns that a node may yield as numbers."""
    return _read(node, Yields.NUMBER)


def as_text(node: Node) -> Node:
    """Read the columns that a node may yield as text."""
    return _read(node, Yields.TEXT)


def _read(node: Node, wanted: Yields) -> Node:
    if node.yields is wanted:
        return node
    if node.yields is not Yields.EITHER or isinstance(node, Literal):
        raise InvalidExpression(f"must have a {wanted} where it has a {node.yields}")
    if isinstance(node, Column):
        return replace(node, yields=wanted)
    operands = (each if each.yields is Yields.CONDITION else _read(each, wanted) for each in node.operands)
    return replace(node, operands=tuple(operands), yields=wanted)
