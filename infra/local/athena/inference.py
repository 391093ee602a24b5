"""Types of expressions by Trino's rules, because the same text means other arithmetic in DuckDB.

A timestamp with time zone carries its zone as a parameter of its type, so the zone travels through columns of
subqueries.
"""

from collections.abc import Callable
from typing import Any

from sqlglot import exp
from sqlglot.dialects import Dialect
from sqlglot.optimizer.annotate_types import TypeAnnotator
from sqlglot.optimizer.scope import Scope
from sqlglot.schema import MappingSchema

from infra.local.athena.exact_numbers import (
    MAX_PRECISION,
    RESULTS,
    Exact,
    common,
    exact,
    exact_literal,
    is_decimal,
)
from infra.local.athena.unnest import list_unnested_types


def zone_type(zone: str) -> exp.DataType:
    """Make the type of an instant that is looked at in a zone."""
    parameter = exp.DataTypeParam(this=exp.Literal.string(zone))
    return exp.DataType(this=exp.DType.TIMESTAMPTZ, expressions=[parameter])


def zone_of(data_type: exp.DataType | None) -> str | None:
    """Read the zone of an instant's type; None for UTC and for everything that is no instant."""
    if data_type is None or data_type.this != exp.DType.TIMESTAMPTZ or not data_type.expressions:
        return None
    return str(data_type.expressions[0].this.name) if data_type.expressions[0].this.is_string else None


INT_MAX = 2**31 - 1
Rule = Callable[[Any], None]

Nodes = tuple[type[exp.Expr], ...]
INSTANTS: Nodes = (exp.CurrentTimestamp, exp.FromISO8601Timestamp, exp.UnixToTime)
ROUNDINGS: Nodes = (exp.Round, exp.Ceil, exp.Floor)
SAME_AS_OPERAND: Nodes = (
    exp.Abs, exp.ApproxQuantile, exp.DateAdd, exp.DateTrunc, exp.Filter, exp.Nullif, exp.TimestampTrunc,
    exp.Try,
)  # fmt: skip


class TrinoTypes(TypeAnnotator):
    """Infers types as Trino does where sqlglot's own inference is only approximate."""

    def __init__(self, schema: MappingSchema) -> None:
        metadata = dict(Dialect.get_or_raise("athena").EXPRESSION_METADATA)
        metadata |= {node: {"annotator": _unbound(rule)} for node, rule in self._rules().items()}
        super().__init__(schema, expression_metadata=metadata)

    def _rules(self) -> dict[type[exp.Expr], Rule]:
        rules: dict[type[exp.Expr], Rule] = {
            exp.Literal: self._literal,
            exp.Sum: self._total,
            exp.Avg: self._mean,
            exp.Bracket: self._element,
            exp.AtTimeZone: self._in_zone,
            exp.Anonymous: self._by_name,
            exp.Reduce: self._folded,
        }
        for nodes, rule in (
            (SAME_AS_OPERAND, self._same),
            (RESULTS, self._arithmetic),
            (ROUNDINGS, self._rounded),
            (INSTANTS, self._instant),
        ):
            rules |= dict.fromkeys(nodes, rule)
        return rules

    def _maybe_coerce(self, type1: Any, type2: Any) -> Any:
        instant = next((each for each in (type1, type2) if _built(each).this == exp.DType.TIMESTAMPTZ), None)
        if instant is not None and any(_built(each).this == exp.DType.TIMESTAMP for each in (type1, type2)):
            return instant
        one, other = exact(type1), exact(type2)
        if one and other and (is_decimal(_built(type1)) or is_decimal(_built(type2))):
            return common(one, other).data_type()
        for this, that in ((type1, type2), (type2, type1)):
            if exact(this) and _built(that).this in (exp.DType.DOUBLE, exp.DType.FLOAT):
                return that
        return super()._maybe_coerce(type1, type2)

    def _get_source_scope_selects(self, source: Scope) -> dict[str, Any]:
        if isinstance(source.expression, exp.Unnest):
            return dict(list_unnested_types(source.expression))
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

    def _instant(self, node: exp.Expr) -> None:
        self._set_type(node, exp.DType.TIMESTAMPTZ)

    def _same(self, node: exp.Expr) -> None:
        self._set_type(node, node.this.type)

    def _in_zone(self, node: exp.AtTimeZone) -> None:
        zone = node.args["zone"]
        self._set_type(node, zone_type(zone.name) if zone.is_string else exp.DType.TIMESTAMPTZ)

    def _folded(self, node: exp.Reduce) -> None:
        self._set_type(node, node.args["initial"].type)

    def _by_name(self, node: exp.Anonymous) -> None:
        self._set_type(node, RETURNS.get(node.name.lower(), exp.DType.UNKNOWN))


def _built(data_type: exp.DataType | exp.DType | None) -> exp.DataType:
    if isinstance(data_type, exp.DataType):
        return data_type
    return (data_type or exp.DType.UNKNOWN).into_expr()


def _unbound(rule: Rule) -> Callable[[TypeAnnotator, Any], None]:
    return lambda _, node: rule(node)


RETURNS = {"to_iso8601": exp.DType.VARCHAR}
