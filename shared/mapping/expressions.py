"""Expressions over source columns: arithmetic, comparisons and choices, parsed into a small typed tree.

Columns are written as they are (`quantity`), or in backticks if their names contain blanks or other characters
(`` `Lineitem price` ``). Texts are in single or double quotes. Python's own parser reads the structure: every column,
text, number and function is first replaced by a name, so that no other part of Python can be written.

    number      + - * / ( ), abs(x), round(x, places), coalesce(x, y, ...), if(condition, x, y)
    condition   < <= > >= = == != <>, and, or, not
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache

from shared.mapping.expression_tokens import NamedParts
from shared.mapping.expression_tree import (
    Column,
    InvalidExpression,
    Literal,
    Node,
    Operation,
    Operator,
    Yields,
    as_number,
    as_text,
)

LONGEST_EXPRESSION = 500
MOST_PARTS = 100
"""Maximum number of columns, texts, numbers and operations of an expression."""

MOST_PLACES = 10
"""Maximum number of decimal places to round to."""

DEEPEST = 20
"""Maximum depth of nested operations."""

_NOT_PARSED = "cannot be parsed; check operators, commas and parentheses"


@dataclass(frozen=True)
class Expression:
    """A parsed expression."""

    text: str
    root: Node
    columns: frozenset[str]

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The columns that it reads as numbers; the others are read as text."""
        return frozenset(_columns_read(self.root, Yields.NUMBER))

    @property
    def is_condition(self) -> bool:
        """Whether it is true or false, rather than a number or text."""
        return self.root.yields is Yields.CONDITION


def _columns_read(node: Node, wanted: Yields) -> Iterator[str]:
    if isinstance(node, Column) and node.yields is wanted:
        yield node.name
    for each in node.operands if isinstance(node, Operation) else ():
        yield from _columns_read(each, wanted)


def parse(text: str) -> Expression:
    """Parse an expression that yields a number or text.

    Raises:
        InvalidExpression: the text is not such an expression.
    """
    found = _parse(text)
    if found.is_condition:
        raise InvalidExpression("is a condition; use if(condition, a, b) to choose a value")
    return found


def parse_condition(text: str) -> Expression:
    """Parse a condition.

    Raises:
        InvalidExpression: the text is not a condition.
    """
    found = _parse(text)
    if not found.is_condition:
        raise InvalidExpression("is not a condition; compare, e.g. refunded_amount > 0")
    return found


@lru_cache(maxsize=1_000)
def _parse(text: str) -> Expression:
    if len(text) > LONGEST_EXPRESSION:
        raise InvalidExpression(f"must have at most {LONGEST_EXPRESSION} characters")
    named = NamedParts()
    spelled = " ".join(named.spell(text))
    try:
        tree = ast.parse(spelled, mode="eval").body
    except (SyntaxError, RecursionError, MemoryError):
        raise InvalidExpression(_NOT_PARSED) from None
    root = _Builder(named.meanings).build(tree)
    columns = frozenset(each.name for each in named.meanings.values() if isinstance(each, Column))
    return Expression(text, as_text(root) if root.yields is Yields.EITHER else root, columns)


_ARITHMETIC: Mapping[type[ast.AST], Operator] = {
    ast.Add: Operator.ADD,
    ast.Sub: Operator.SUBTRACT,
    ast.Mult: Operator.MULTIPLY,
    ast.Div: Operator.DIVIDE,
}
_COMPARISONS: Mapping[type[ast.AST], Operator] = {
    ast.Lt: Operator.LESS,
    ast.LtE: Operator.LESS_OR_EQUAL,
    ast.Gt: Operator.GREATER,
    ast.GtE: Operator.GREATER_OR_EQUAL,
    ast.Eq: Operator.EQUAL,
    ast.NotEq: Operator.UNEQUAL,
}
_OF_TEXTS = {Operator.EQUAL: Operator.SAME_TEXT, Operator.UNEQUAL: Operator.OTHER_TEXT}


class _Builder:
    """Builds the typed tree of an expression from Python's."""

    def __init__(self, meanings: Mapping[str, Node | Operator]) -> None:
        self._meanings = meanings
        self._parts = 0

    def build(self, tree: ast.expr, depth: int = 0) -> Node:
        self._parts += 1
        if self._parts > MOST_PARTS or depth > DEEPEST:
            raise InvalidExpression(f"must have at most {MOST_PARTS} parts, nested at most {DEEPEST} deep")
        match tree:
            case ast.Name(id=name):
                return self._named(name)
            case ast.UnaryOp(op=op, operand=operand):
                return _prefixed(op, self.build(operand, depth + 1))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
                operands = (as_number(self.build(each, depth + 1)) for each in (left, right))
                return Operation(_ARITHMETIC[type(op)], tuple(operands))
            case ast.BoolOp(op=op, values=values):
                operator = Operator.AND if isinstance(op, ast.And) else Operator.OR
                return _condition(operator, *(_true_or_false(self.build(each, depth + 1)) for each in values))
            case ast.Compare(left=left, ops=ops, comparators=others):
                return _compared(ops, *(self.build(each, depth + 1) for each in (left, *others)))
            case ast.Call(func=ast.Name(id=name), args=operands):
                return _called(self._meanings[name], [self.build(each, depth + 1) for each in operands])
        raise InvalidExpression(_NOT_PARSED)

    def _named(self, name: str) -> Node:
        found = self._meanings[name]
        if isinstance(found, Operator):
            raise InvalidExpression(f"must call the function {found}(...)")
        return found


def _prefixed(op: ast.unaryop, operand: Node) -> Node:
    if isinstance(op, ast.Not):
        return _condition(Operator.NOT, _true_or_false(operand))
    return Operation(Operator.NEGATE, (as_number(operand),)) if isinstance(op, ast.USub) else as_number(operand)


def _called(operator: object, operands: list[Node]) -> Node:
    match operator, operands:
        case Operator.ABS, [operand]:
            return Operation(Operator.ABS, (as_number(operand),))
        case Operator.ABS, _:
            raise InvalidExpression("must give abs() one value")
        case Operator.ROUND, [operand, Literal(value=Decimal() as places)] if places in range(MOST_PLACES + 1):
            return Operation(Operator.ROUND, (as_number(operand), Literal(places)))
        case Operator.ROUND, _:
            raise InvalidExpression(f"must give round() a value and a number of places from 0 to {MOST_PLACES}")
        case Operator.COALESCE, [_, _, *_]:
            return _choice(Operator.COALESCE, (), operands)
        case Operator.COALESCE, _:
            raise InvalidExpression("must give coalesce() at least two values")
        case Operator.IF, [condition, one, other]:
            return _choice(Operator.IF, (_true_or_false(condition),), [one, other])
        case Operator.IF, _:
            raise InvalidExpression("must give if() a condition and two values")
    raise InvalidExpression("must not call a column; write * to multiply")


def _choice(operator: Operator, before: tuple[Node, ...], values: list[Node]) -> Node:
    """Make an operation that yields one of several values, which must be all numbers or all texts."""
    sorts = {each.yields for each in values} - {Yields.EITHER}
    if Yields.CONDITION in sorts:
        raise InvalidExpression(f"must give {operator}() numbers or texts, not conditions, to choose from")
    if len(sorts) > 1:
        raise InvalidExpression(f"must give {operator}() either numbers or texts, not both")
    if not sorts:
        return Operation(operator, (*before, *values), Yields.EITHER)
    read = as_text if sorts == {Yields.TEXT} else as_number
    return Operation(operator, (*before, *map(read, values)), sorts.pop())


def _compared(ops: list[ast.cmpop], one: Node, *others: Node) -> Node:
    if len(others) > 1:
        raise InvalidExpression("must compare two values at a time; join comparisons with and")
    operator, other = _COMPARISONS[type(ops[0])], others[0]
    if Yields.TEXT not in (one.yields, other.yields):
        return _condition(operator, as_number(one), as_number(other))
    if operator not in _OF_TEXTS:
        raise InvalidExpression(f"must not compare texts with {operator}; use = or !=")
    return _condition(_OF_TEXTS[operator], as_text(one), as_text(other))


def _condition(operator: Operator, *operands: Node) -> Node:
    return Operation(operator, operands, Yields.CONDITION)


def _true_or_false(node: Node) -> Node:
    if node.yields is not Yields.CONDITION:
        raise InvalidExpression("must have a comparison where a condition is expected, e.g. quantity > 0")
    return node
