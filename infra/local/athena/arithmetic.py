"""Trino's arithmetic spelled for DuckDB: whole division, decimals that keep their scale, dates that stay dates."""

from sqlglot import exp

from infra.local.athena.duckdb_ast import Rewrite, call, cast
from infra.local.athena.errors import QueryFailed
from infra.local.athena.exact_numbers import MAX_PRECISION, Exact, exact, is_decimal, is_integer

INT64_DIGITS = 18
FLOATS = (exp.DType.DOUBLE, exp.DType.FLOAT)
TIME_UNITS = {"HOUR", "MINUTE", "SECOND", "MILLISECOND"}


def multiply(node: exp.Expr) -> exp.Expr:
    """Widen decimal factors first: DuckDB would keep 18 digits and overflow where Trino has 38."""
    one, other, product = exact(node.args["this"].type), exact(node.args["expression"].type), exact(node.type)
    if not (is_decimal(node.type) and one and other and product) or product.precision <= INT64_DIGITS:
        return node
    if product.scale > MAX_PRECISION:
        raise QueryFailed("TYPE_MISMATCH", f"DECIMAL scale must be in range [0, 38]: {product.scale}")
    wide = exp.Mul(this=cast(node.args["this"], _widest(one)), expression=cast(node.args["expression"], _widest(other)))
    return cast(exp.Paren(this=wide), product.data_type())


def divide(node: exp.Expr) -> exp.Expr:
    """Divide integers to integers and decimals to decimals, as Trino does and DuckDB's `/` does not."""
    left, right = node.args["this"], node.args["expression"]
    if is_integer(left.type) and is_integer(right.type):
        return exp.Paren(this=exp.IntDiv(this=left, expression=right))
    one, other, quotient = exact(left.type), exact(right.type), exact(node.type)
    if one and other and quotient:
        shift = quotient.scale - one.scale + other.scale
        top = exp.Mul(this=_unscale(left, one.scale), expression=_power(shift))
        return _rescale(call("rounded_quotient", top, _unscale(right, other.scale)), quotient)
    if any(side.type and side.type.this in FLOATS for side in (left, right)):
        node.set("typed", False)  # noqa: FBT003 a node's argument
        return node
    return call("untyped_quotient", left, right)


def average(node: exp.Expr) -> exp.Expr:
    """Average decimals at their own scale, rounding half up; the wrapper (FILTER, OVER) goes to both parts."""
    number = exact(node.args["this"].type)
    whole: exp.Expr = node
    while isinstance(whole.parent, (exp.Filter, exp.Window)) and whole.arg_key == "this":
        whole = whole.parent
    inner = next(node.find_all(exp.Avg))
    if not is_decimal(inner.this.type) or number is None:
        return node
    total, count = (_wrap_aggregate(whole, node, kind(this=inner.this.copy())) for kind in (exp.Sum, exp.Count))
    quotient = call("rounded_quotient", _unscale(total, number.scale), call("nullif", count, exp.Literal.number(0)))
    whole.replace(_rescale(quotient, number))
    return node


def shift_date(node: exp.Expr) -> exp.Expr:
    """Keep a date plus days a date; DuckDB makes it a timestamp."""
    interval = next((side for side in (node.this, node.expression) if isinstance(side, exp.Interval)), node)
    unit = interval.args.get("unit")
    if (
        unit is None
        or str(unit).upper() in TIME_UNITS
        or not (node.this.is_type(exp.DType.DATE) or node.expression.is_type(exp.DType.DATE))
    ):
        return node
    return cast(exp.Paren(this=node.copy()), "DATE")


def keep_scale(node: exp.Expr) -> exp.Expr:
    """Give a rounded decimal the digits that Trino prints."""
    number = exact(node.type)
    return cast(node.copy(), number.data_type()) if is_decimal(node.type) and number else node


def _wrap_aggregate(whole: exp.Expr, node: exp.Expr, aggregate: exp.Expr) -> exp.Expr:
    if whole is node:
        return aggregate
    path = whole.copy()
    next(path.find_all(exp.Avg)).replace(aggregate)
    return path


def _widest(number: Exact) -> exp.DataType:
    return Exact(MAX_PRECISION, number.scale).data_type()


def _power(digits: int) -> exp.Expr:
    return cast(exp.Literal.number(10**digits), "HUGEINT")


def _unscale(node: exp.Expr, scale: int) -> exp.Expr:
    """Turn a decimal into the whole number that it is stored as."""
    if scale == 0:
        return cast(node, "HUGEINT")
    shifted = exp.Mul(
        this=cast(node, Exact(MAX_PRECISION, scale).data_type()),
        expression=cast(exp.Literal.number(10**scale), Exact(MAX_PRECISION, 0).data_type()),
    )
    return cast(exp.Paren(this=shifted), "HUGEINT")


def _rescale(node: exp.Expr, number: Exact) -> exp.Expr:
    """Turn the whole number back into the decimal of a scale."""
    whole = cast(node, Exact(MAX_PRECISION, 0).data_type())
    if number.scale == 0:
        return cast(whole, number.data_type())
    unit = cast(exp.Literal.string(f"0.{'1'.zfill(number.scale)}"), Exact(number.scale, number.scale).data_type())
    return cast(exp.Paren(this=exp.Mul(this=whole, expression=unit)), number.data_type())


RULES: dict[type[exp.Expr], Rewrite] = {
    exp.Mul: multiply,
    exp.Div: divide,
    exp.Avg: average,
    exp.Add: shift_date,
    exp.Sub: shift_date,
    exp.DateAdd: shift_date,
    exp.Round: keep_scale,
    exp.Ceil: keep_scale,
    exp.Floor: keep_scale,
}
