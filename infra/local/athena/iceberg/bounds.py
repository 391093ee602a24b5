"""From a query's condition on rows to one on files: may a file whose columns lie within these bounds have such a row?

A comparison of a non-decreasing expression of one column with a constant holds for some value only if it holds for the
expression of the column's lower or upper bound. Everything else may be true of any file.
"""

from collections.abc import Callable, Iterator

from sqlglot import exp

EXACT = (*exp.DataType.TEXT_TYPES, *exp.DataType.INTEGER_TYPES, exp.DType.DECIMAL)
MOMENTS = (exp.DType.DATE, exp.DType.TIMESTAMP)
CHANGING = (exp.CurrentDate, exp.CurrentTimestamp, exp.Query, exp.Column)
LONGEST_LIST = 100


def lower_name(column: str) -> str:
    """Name the column of lower bounds."""
    return f"lower_{column}"


def upper_name(column: str) -> str:
    """Name the column of upper bounds."""
    return f"upper_{column}"


def file_condition(condition: exp.Expr) -> exp.Expr | None:
    """Weaken a condition on rows to one on bounds; None if it allows every file."""
    weaker = _weaken(condition)
    return None if _is_true(weaker) else weaker


def bounded_columns(condition: exp.Expr | None) -> frozenset[str]:
    """List the columns whose bounds a condition needs."""
    names = {column.name for column in condition.find_all(exp.Column)} if condition else set()
    return frozenset(name.partition("_")[2] for name in names)


def _weaken(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Paren):
        return exp.paren(_weaken(node.this), copy=False)
    if isinstance(node, (exp.And, exp.Or)):
        return JOINED[type(node)]([_weaken(node.left), _weaken(node.right)])
    if isinstance(node, exp.Between):
        return _all([_compare(exp.GTE, node.this, node.args["low"]), _compare(exp.LTE, node.this, node.args["high"])])
    if isinstance(node, exp.In) and 0 < len(node.expressions) <= LONGEST_LIST:
        return _any([_compare(exp.EQ, node.this, value) for value in node.expressions])
    if type(node) in MIRRORED and isinstance(node, exp.Binary):
        return _compare(type(node), node.left, node.right)
    return exp.true()


def _compare(kind: type[exp.Expr], left: exp.Expr, right: exp.Expr) -> exp.Expr:
    if _is_constant(right) and _is_non_decreasing(left):
        return _all(list(BOUNDS[kind](left, right)))
    if _is_constant(left) and _is_non_decreasing(right):
        return _all(list(BOUNDS[MIRRORED[kind]](right, left)))
    return exp.true()


def _is_constant(node: exp.Expr) -> bool:
    return not node.find(*CHANGING)


def _is_non_decreasing(node: exp.Expr) -> bool:
    """Return whether a greater value of the one column in an expression never makes the expression smaller."""
    if isinstance(node, exp.Column):
        return node.is_type(*EXACT, *MOMENTS)
    if isinstance(node, exp.Paren):
        return _is_non_decreasing(node.this)
    if isinstance(node, exp.Cast) and not node.is_type(*MOMENTS, *exp.DataType.TEXT_TYPES):
        return False
    kept = isinstance(node, (exp.Cast, exp.DateTrunc, exp.TimestampTrunc)) and not isinstance(node, exp.TryCast)
    return kept and node.this.is_type(*MOMENTS) and _is_non_decreasing(node.this)


def _at_least(column: exp.Expr, value: exp.Expr) -> Iterator[exp.Expr]:
    yield _or_unknown(exp.GTE(this=_bound(column, upper_name), expression=value.copy()))


def _greater(column: exp.Expr, value: exp.Expr) -> Iterator[exp.Expr]:
    yield _or_unknown(exp.GT(this=_bound(column, upper_name), expression=value.copy()))


def _at_most(column: exp.Expr, value: exp.Expr) -> Iterator[exp.Expr]:
    yield _or_unknown(exp.LTE(this=_bound(column, lower_name), expression=value.copy()))


def _less(column: exp.Expr, value: exp.Expr) -> Iterator[exp.Expr]:
    yield _or_unknown(exp.LT(this=_bound(column, lower_name), expression=value.copy()))


def _equal(column: exp.Expr, value: exp.Expr) -> Iterator[exp.Expr]:
    yield from (*_at_least(column, value), *_at_most(column, value))


BOUNDS: dict[type[exp.Expr], Callable[[exp.Expr, exp.Expr], Iterator[exp.Expr]]] = {
    exp.EQ: _equal,
    exp.GT: _greater,
    exp.GTE: _at_least,
    exp.LT: _less,
    exp.LTE: _at_most,
}
MIRRORED: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.EQ: exp.EQ,
    exp.GT: exp.LT,
    exp.GTE: exp.LTE,
    exp.LT: exp.GT,
    exp.LTE: exp.GTE,
}


def _bound(expression: exp.Expr, name: Callable[[str], str]) -> exp.Expr:
    """Put the bound in the place of the column, whose type it has."""
    changed = expression.copy()
    for column in list(changed.find_all(exp.Column)):
        column.set("this", exp.to_identifier(name(column.name), quoted=True))
    return changed


def _or_unknown(comparison: exp.Expr) -> exp.Expr:
    """Keep files without bounds."""
    return exp.Coalesce(this=comparison, expressions=[exp.true()])


def _all(conditions: list[exp.Expr]) -> exp.Expr:
    needed = [each for each in conditions if not _is_true(each)]
    return exp.and_(*needed, copy=False) if needed else exp.true()


def _any(conditions: list[exp.Expr]) -> exp.Expr:
    return exp.true() if any(map(_is_true, conditions)) else exp.or_(*conditions, copy=False)


JOINED: dict[type[exp.Expr], Callable[[list[exp.Expr]], exp.Expr]] = {exp.And: _all, exp.Or: _any}


def _is_true(node: exp.Expr) -> bool:
    return _is_true(node.this) if isinstance(node, exp.Paren) else isinstance(node, exp.Boolean) and bool(node.this)
