"""Types of expressions by Trino's rules, because the same text means other arithmetic in DuckDB.

Scales and precisions of decimals follow Trino's documentation, "Decimal functions and operators". A timestamp with
time zone carries its zone as a parameter of its type, so the zone travels through columns of subqueries.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from sqlglot import exp
from sqlglot.dialects import Dialect
from sqlglot.optimizer.annotate_types import TypeAnnotator
from sqlglot.optimizer.scope import Scope
from sqlglot.schema import MappingSchema

from infra.local.athena.unnesting import unnested_types

MAX_PRECISION = 38
INTEGER_DIGITS = {exp.DType.TINYINT: 3, exp.DType.SMALLINT: 5, exp.DType.INT: 10, exp.DType.BIGINT: 19}
INT_MAX = 2**31 - 1


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


def zoned(zone: str) -> exp.DataType:
    """Make the type of an instant that is looked at in a zone."""
    parameter = exp.DataTypeParam(this=exp.Literal.string(zone))
    return exp.DataType(this=exp.DType.TIMESTAMPTZ, expressions=[parameter])


def zone_of(data_type: exp.DataType | None) -> str | None:
    """Read the zone of an instant's type; None for UTC and for everything that is no instant."""
    if data_type is None or data_type.this != exp.DType.TIMESTAMPTZ or not data_type.expressions:
        return None
    return str(data_type.expressions[0].this.name) if data_type.expressions[0].this.is_string else None


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


Rule = Callable[[Any], None]
RESULTS: dict[type[exp.Expr], Callable[[Exact, Exact], Exact]] = {
    exp.Add: _sum,
    exp.Sub: _sum,
    exp.Mul: _product,
    exp.Div: _quotient,
    exp.Mod: _remainder,
}


class TrinoTypes(TypeAnnotator):
    """Infers types as Trino does where sqlglot's own inference is only approximate."""

    def __init__(self, schema: MappingSchema) -> None:
        metadata = dict(Dialect.get_or_raise("athena").EXPRESSION_METADATA)
        metadata |= {node: {"annotator": _unbound(rule)} for node, rule in self._rules().items()}
        super().__init__(schema, expression_metadata=metadata)

    def _rules(self) -> dict[type[exp.Expr], Rule]:
        same = dict.fromkeys(
            (
                exp.Abs,
                exp.Nullif,
                exp.Try,
                exp.ApproxQuantile,
                exp.TimestampTrunc,
                exp.DateTrunc,
                exp.Sign,
                exp.DateAdd,
                exp.Filter,
            ),
            self._same,
        )
        return (
            same
            | dict.fromkeys(RESULTS, self._arithmetic)
            | dict.fromkeys((exp.Round, exp.Ceil, exp.Floor), self._rounded)
            | {
                exp.Literal: self._literal,
                exp.Sum: self._total,
                exp.Avg: self._mean,
                exp.Bracket: self._element,
                exp.AtTimeZone: self._in_zone,
                exp.Anonymous: self._by_name,
            }
        )

    def _maybe_coerce(self, type1: Any, type2: Any) -> Any:
        one, other = exact(type1), exact(type2)
        if one and other and (is_decimal(_built(type1)) or is_decimal(_built(type2))):
            return common(one, other).data_type()
        for this, that in ((type1, type2), (type2, type1)):
            if exact(this) and _built(that).this in (exp.DType.DOUBLE, exp.DType.FLOAT):
                return that
        return super()._maybe_coerce(type1, type2)

    def _get_source_scope_selects(self, source: Scope) -> dict[str, Any]:
        if isinstance(source.expression, exp.Unnest):
            return dict(unnested_types(source.expression))
        return dict(super()._get_source_scope_selects(source))

    def _arithmetic(self, node: exp.Binary) -> None:
        left, right = _built(node.left.type), _built(node.right.type)
        one, other = exact(left), exact(right)
        kinds = {left.this, right.this}
        if one and other and (is_decimal(left) or is_decimal(right)):
            self._set_type(node, RESULTS[type(node)](one, other).data_type())
        elif one and other:
            self._set_type(node, left if one.precision >= other.precision else right)
        elif exp.DType.UNKNOWN in kinds:
            self._set_type(node, exp.DType.UNKNOWN)
        elif exp.DType.DOUBLE in kinds:
            self._set_type(node, exp.DType.DOUBLE)
        elif exp.DType.FLOAT in kinds:
            self._set_type(node, exp.DType.FLOAT)
        else:
            self._set_type(node, left if left.this in exp.DataType.TEMPORAL_TYPES else right)

    def _literal(self, node: exp.Literal) -> None:
        if node.is_string:
            self._set_type(node, exp.DType.VARCHAR)
        elif node.is_int:
            self._set_type(node, exp.DType.INT if int(node.name) <= INT_MAX else exp.DType.BIGINT)
        elif "e" in node.name.lower():
            self._set_type(node, exp.DType.DOUBLE)
        else:
            self._set_type(node, exact_literal(node.name).data_type())

    def _total(self, node: exp.Sum) -> None:
        number = exact(node.this.type)
        if is_decimal(node.this.type) and number:
            self._set_type(node, Exact(MAX_PRECISION, number.scale).data_type())
        else:
            self._set_type(node, exp.DType.BIGINT if number else node.this.type)

    def _mean(self, node: exp.Avg) -> None:
        kept = is_decimal(node.this.type) or (node.this.type and node.this.type.this == exp.DType.FLOAT)
        self._set_type(node, node.this.type if kept else exp.DType.DOUBLE)

    def _rounded(self, node: exp.Expr) -> None:
        number = exact(node.this.type)
        if not is_decimal(node.this.type) or number is None:
            self._set_type(node, node.this.type)
            return
        whole = number.precision - number.scale + min(number.scale, 1)
        kept = Exact(min(MAX_PRECISION, number.precision + 1), number.scale)
        self._set_type(node, (kept if node.args.get("decimals") else Exact(max(whole, 1), 0)).data_type())

    def _element(self, node: exp.Bracket) -> None:
        outer = node.this.type
        if outer is not None and outer.this in (exp.DType.MAP, exp.DType.ARRAY) and outer.expressions:
            self._set_type(node, outer.expressions[-1])
        else:
            self._annotate_bracket(node)

    def _same(self, node: exp.Expr) -> None:
        self._set_type(node, node.this.type)

    def _in_zone(self, node: exp.AtTimeZone) -> None:
        zone = node.args["zone"]
        self._set_type(node, zoned(zone.name) if zone.is_string else exp.DType.TIMESTAMPTZ)

    def _by_name(self, node: exp.Anonymous) -> None:
        name = node.name.lower()
        operands = [_built(operand.type) for operand in node.expressions]
        if name in SAME_AS_FIRST and operands:
            self._set_type(node, operands[0])
        elif name == "map_agg":
            self._set_type(node, _collection(exp.DType.MAP, *operands))
        elif name == "histogram":
            self._set_type(node, _collection(exp.DType.MAP, *operands, exp.DType.BIGINT.into_expr()))
        elif name == "map_values" and operands[0].expressions:
            self._set_type(node, _collection(exp.DType.ARRAY, operands[0].expressions[-1]))
        elif name == "with_timezone" and node.expressions[-1].is_string:
            self._set_type(node, zoned(node.expressions[-1].name))
        else:
            self._set_type(node, RETURNS.get(name, exp.DType.UNKNOWN))


def _built(data_type: exp.DataType | exp.DType | None) -> exp.DataType:
    if isinstance(data_type, exp.DataType):
        return data_type
    return (data_type or exp.DType.UNKNOWN).into_expr()


def _collection(kind: exp.DType, *inner: exp.DataType) -> exp.DataType:
    return exp.DataType(this=kind, expressions=[each.copy() for each in inner], nested=True)


def _unbound(rule: Rule) -> Callable[[TypeAnnotator, Any], None]:
    return lambda _, node: rule(node)


SAME_AS_FIRST = {"map_filter", "map_concat", "array_union"}
RETURNS = {
    "every": exp.DType.BOOLEAN,
    "is_finite": exp.DType.BOOLEAN,
    "millisecond": exp.DType.BIGINT,
    "format_datetime": exp.DType.VARCHAR,
    "to_iso8601": exp.DType.VARCHAR,
}
