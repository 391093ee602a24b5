"""Exact numbers by Trino's rules: precisions and scales as in its documentation, "Decimal functions and operators"."""

from collections.abc import Callable
from typing import NamedTuple

from sqlglot import exp

MAX_PRECISION = 38
INTEGER_DIGITS = {exp.DType.TINYINT: 3, exp.DType.SMALLINT: 5, exp.DType.INT: 10, exp.DType.BIGINT: 19}


class Exact(NamedTuple):
    """Describes an exact number: digits in all and digits after the point."""

    precision: int
    scale: int

    def data_type(self) -> exp.DataType:
        """Spell it as the DECIMAL type."""
        sizes = [exp.DataTypeParam(this=exp.Literal.number(size)) for size in self]
        return exp.DataType(this=exp.DType.DECIMAL, expressions=sizes)


def exact(data_type: exp.DataType | exp.DType | None) -> Exact | None:
    """Read a type as an exact number; None when it is something else."""
    if isinstance(data_type, exp.DType):
        data_type = data_type.into_expr()
    if data_type is None:
        return None
    if data_type.this in INTEGER_DIGITS:
        return Exact(INTEGER_DIGITS[data_type.this], 0)
    if data_type.this != exp.DType.DECIMAL:
        return None
    sizes = [int(size.this.name) for size in data_type.expressions]
    return Exact(*sizes) if len(sizes) == 2 else Exact(sizes[0] if sizes else MAX_PRECISION, 0)  # noqa: PLR2004 both given


def exact_literal(digits: str) -> Exact:
    """Size a decimal by how it is written."""
    whole, _, fraction = digits.strip().lstrip("+-").partition(".")
    return Exact(max(len(whole.lstrip("0")) + len(fraction), 1), len(fraction))


def is_decimal(data_type: exp.DataType | None) -> bool:
    """Tell a decimal from every other type."""
    return data_type is not None and data_type.this == exp.DType.DECIMAL


def is_integer(data_type: exp.DataType | None) -> bool:
    """Tell an integer from every other type."""
    return data_type is not None and data_type.this in INTEGER_DIGITS


def common(one: Exact, other: Exact) -> Exact:
    """Find the type that holds both numbers without loss (COALESCE, CASE, UNION)."""
    scale = max(one.scale, other.scale)
    whole = max(one.precision - one.scale, other.precision - other.scale)
    return Exact(min(MAX_PRECISION, whole + scale), scale)


def _sum(one: Exact, other: Exact) -> Exact:
    precision, scale = common(one, other)
    return Exact(min(MAX_PRECISION, precision + 1), scale)


def _product(one: Exact, other: Exact) -> Exact:
    return Exact(min(MAX_PRECISION, one.precision + other.precision), one.scale + other.scale)


def _quotient(one: Exact, other: Exact) -> Exact:
    scale = max(one.scale, other.scale)
    return Exact(min(MAX_PRECISION, one.precision + other.scale + max(other.scale - one.scale, 0)), scale)


def _remainder(one: Exact, other: Exact) -> Exact:
    scale = max(one.scale, other.scale)
    whole = min(one.precision - one.scale, other.precision - other.scale)
    return Exact(min(MAX_PRECISION, whole + scale), scale)


RESULTS: dict[type[exp.Expr], Callable[[Exact, Exact], Exact]] = {
    exp.Add: _sum,
    exp.Sub: _sum,
    exp.Mul: _product,
    exp.Div: _quotient,
    exp.Mod: _remainder,
}
