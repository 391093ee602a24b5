"""Evaluates expressions over whole columns; rows that columns cannot decide are evaluated one by one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, reduce
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.mapping import decimals
from shared.lake.mapping.computed import Computed, combined, replaced
from shared.mapping.expression_tree import Column, Literal, Node, Operator, Yields
from shared.mapping.expression_values import RowFault, holds_in_row, value_in_row
from shared.mapping.expressions import Expression

_PLAIN = r"^-?\d{1,15}(\.\d{1,10})?$"
_FALSE = pa.scalar(value=False)
_NO_TEXT = pa.scalar(None, pa.string())


def evaluate(expression: Expression, columns: Mapping[str, pa.Array], size: int) -> Computed:
    """Compute an expression for all rows.

    Args:
        expression: what to compute.
        columns: the source columns as text; one that is missing is absent in all rows.
        size: the number of rows.

    Returns:
        Text, numbers in plain decimal notation; for a condition whether it is true.
    """
    given = {name: _as_text(columns[name]) for name in expression.columns if name in columns}
    found = _evaluated(expression, given, size)
    unsure = pc.indices_nonzero(found.unsure)
    texts = _result(expression, found.values)
    if not len(unsure):
        return Computed(texts)
    rows = pa.table({name: values.take(unsure) for name, values in given.items()}).to_pylist() if given else []
    others, faults = _by_row(expression, rows or [{}] * len(unsure), unsure.to_pylist())
    return Computed(replaced(texts, unsure.to_pylist(), pa.array(others, texts.type)), faults)


def _as_text(values: pa.ChunkedArray | pa.Array) -> pa.Array:
    values = combined(values)
    return values if pa.types.is_string(values.type) else values.cast(pa.string())


def _evaluated(expression: Expression, columns: Mapping[str, pa.Array], size: int) -> "_Part":
    try:
        return _Evaluation(columns, size).part(expression.root)
    except (decimals.TooWide, pa.ArrowException):
        kind = pa.bool_() if expression.is_condition else pa.string()
        return _Part(pa.nulls(size, kind), pa.repeat(pa.scalar(value=True), size))


def _result(expression: Expression, values: pa.Array) -> pa.Array:
    if expression.is_condition:
        return pc.fill_null(values, fill_value=False)
    return values if pa.types.is_string(values.type) else decimals.plain_texts(values)


def _by_row(
    expression: Expression, rows: Sequence[Mapping[str, Any]], places: Sequence[int]
) -> tuple[list[Any], dict[int, str]]:
    compute = holds_in_row if expression.is_condition else value_in_row
    found, faults = [], {}
    for place, row in zip(places, rows, strict=True):
        try:
            found.append(compute(expression, row))
        except RowFault as fault:
            found.append(None)
            faults[place] = str(fault)
    return found, faults


@dataclass(frozen=True)
class _Part:
    """The values of a part of an expression, and in which rows they must be computed by row."""

    values: pa.Array
    unsure: pa.BooleanArray


@dataclass(frozen=True)
class _Evaluation:
    columns: Mapping[str, pa.Array]
    size: int

    @cached_property
    def none(self) -> pa.BooleanArray:
        """No row."""
        return pa.repeat(_FALSE, self.size)

    def part(self, node: Node) -> _Part:
        if isinstance(node, Literal):
            return _Part(pa.repeat(pa.scalar(node.value), self.size), self.none)
        if isinstance(node, Column):
            return self._column(node)
        if node.operator is Operator.ROUND:
            operand, places = node.operands
            return self._rounded(operand, int(cast("Literal", places).value))  # the parser accepts nothing else
        parts = [self.part(each) for each in node.operands]
        if node.operator in _BRANCHES:
            return _BRANCHES[node.operator](*parts)
        unsure = [each.unsure for each in parts]
        if node.operator in _OF_TEXTS:  # other letters have no single lower case
            unsure += [pc.invert(pc.string_is_ascii(pc.fill_null(each.values, ""))) for each in parts]
        return _Part(_OPERATIONS[node.operator](*(each.values for each in parts)), reduce(pc.or_, unsure))

    def _rounded(self, operand: Node, places: int) -> _Part:
        part = self.part(operand)
        return _Part(decimals.rounded(part.values, places), part.unsure)

    def _column(self, column: Column) -> _Part:
        if column.name not in self.columns:
            numbers = column.yields is Yields.NUMBER
            return _Part(pa.nulls(self.size, pa.decimal128(1, 0) if numbers else pa.string()), self.none)
        trimmed = pc.utf8_trim_whitespace(self.columns[column.name])
        texts = pc.if_else(pc.equal(trimmed, ""), _NO_TEXT, trimmed)
        if column.yields is not Yields.NUMBER:
            return _Part(texts, self.none)
        plain = pc.match_substring_regex(texts, _PLAIN)
        unsure = pc.fill_null(pc.invert(plain), fill_value=False)
        return _Part(decimals.decimal_column(pc.if_else(plain, texts, _NO_TEXT)), unsure)


def _chosen(condition: _Part, one: _Part, other: _Part) -> _Part:
    """Choose by row; only what the chosen branch is unsure about makes a row unsure."""
    holds = pc.fill_null(condition.values, fill_value=False)
    unsure = pc.or_(condition.unsure, pc.if_else(holds, one.unsure, other.unsure))
    return _Part(pc.if_else(holds, *_of_one_type(one, other)), unsure)


def _first(one: _Part, other: _Part) -> _Part:
    absent = pc.is_null(one.values)
    return _Part(pc.coalesce(*_of_one_type(one, other)), pc.or_(one.unsure, pc.and_(absent, other.unsure)))


def _either(one: _Part, other: _Part) -> _Part:
    decided = pc.fill_null(one.values, fill_value=False)
    return _Part(pc.or_kleene(one.values, other.values), _unless(decided, one, other))


def _both(one: _Part, other: _Part) -> _Part:
    decided = pc.fill_null(pc.invert(one.values), fill_value=False)
    return _Part(pc.and_kleene(one.values, other.values), _unless(decided, one, other))


def _unless(decided: pa.BooleanArray, one: _Part, other: _Part) -> pa.BooleanArray:
    return pc.or_(one.unsure, pc.and_not(other.unsure, decided))


def _quotient(one: _Part, other: _Part) -> _Part:
    found, half_way = decimals.divided(one.values, other.values)
    by_zero = pc.fill_null(pc.equal(other.values, pa.scalar(Decimal(0), other.values.type)), fill_value=False)
    return _Part(found, reduce(pc.or_, (one.unsure, other.unsure, half_way, by_zero)))


def _of_one_type(one: _Part, other: _Part) -> tuple[pa.Array, pa.Array]:
    if pa.types.is_string(one.values.type):
        return one.values, other.values
    return decimals.aligned(one.values, other.values)


def _compare(comparison: Callable[..., pa.BooleanArray]) -> Callable[..., pa.BooleanArray]:
    return lambda one, other: comparison(*decimals.aligned(one, other))


def _same_text(one: pa.StringArray, other: pa.StringArray) -> pa.BooleanArray:
    return pc.equal(*(pc.utf8_lower(pc.fill_null(each, "")) for each in (one, other)))


_BRANCHES: Mapping[Operator, Callable[..., _Part]] = {
    Operator.IF: _chosen,
    Operator.COALESCE: lambda *parts: reduce(_first, parts),
    Operator.AND: lambda *parts: reduce(_both, parts),
    Operator.OR: lambda *parts: reduce(_either, parts),
    Operator.DIVIDE: _quotient,
}
_OF_TEXTS = {Operator.SAME_TEXT, Operator.OTHER_TEXT}
_OPERATIONS: Mapping[Operator, Callable[..., pa.Array]] = {
    Operator.ADD: decimals.added,
    Operator.SUBTRACT: decimals.subtracted,
    Operator.MULTIPLY: decimals.multiplied,
    Operator.NEGATE: pc.negate,
    Operator.ABS: pc.abs,
    Operator.LESS: _compare(pc.less),
    Operator.LESS_OR_EQUAL: _compare(pc.less_equal),
    Operator.GREATER: _compare(pc.greater),
    Operator.GREATER_OR_EQUAL: _compare(pc.greater_equal),
    Operator.EQUAL: _compare(pc.equal),
    Operator.UNEQUAL: _compare(pc.not_equal),
    Operator.SAME_TEXT: _same_text,
    Operator.OTHER_TEXT: lambda one, other: pc.invert(_same_text(one, other)),
    Operator.NOT: pc.invert,
}
