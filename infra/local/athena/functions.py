"""Trino's functions that DuckDB spells or means otherwise: one small rule each."""

from sqlglot import exp

from infra.local.athena.datetimes import local
from infra.local.athena.duckdb_ast import Rewrite, call, cast
from infra.local.athena.errors import not_supported
from infra.local.athena.exact_numbers import is_integer
from infra.local.athena.tables import has_microseconds


def convert(node: exp.Expr) -> exp.Expr:
    """Cast as Trino does: halves away from zero, timestamps with milliseconds, JSON by its content."""
    source, target = node.this, node.args["to"]
    if target.is_type(exp.DType.JSON):
        return call("to_json", source)
    if target.is_type(exp.DType.VARCHAR):
        return _text(node)
    if source.type and source.type.is_type(exp.DType.DOUBLE, exp.DType.FLOAT) and is_integer(target):
        source = call("round", source)
    elif target.is_type(exp.DType.TIMESTAMP) and has_microseconds(source.type) and not has_microseconds(target):
        source = cast(source, "TIMESTAMP_MS")
    elif target.is_type(exp.DType.TIMESTAMP, exp.DType.DATE):
        source = local(source)
    elif source.type and source.type.is_type(exp.DType.JSON):
        source = call("json_extract_string", source, exp.Literal.string("$")) if not target.expressions else source
    changed = node.copy()
    changed.set("this", source.copy())
    return changed


def _text(node: exp.Expr) -> exp.Expr:
    source, zone = node.this, node.this.type
    if source.is_type(exp.DType.TIMESTAMP):
        return call("microseconds_text" if has_microseconds(source.type) else "timestamp_text", source)
    if source.is_type(exp.DType.TIMESTAMPTZ):
        if local(source) is not source:
            raise not_supported("CAST of a timestamp in another zone than UTC to varchar")
        return call("instant_text", source)
    if source.is_type(exp.DType.DOUBLE):
        return call("double_text", source)
    if zone and source.is_type(exp.DType.JSON):
        return call("json_extract_string", source, exp.Literal.string("$"))
    return node


def distinct_count(node: exp.Expr) -> exp.Expr:
    """Count exactly: allowed by an approximation, and the same on every run."""
    return exp.Count(this=exp.Distinct(expressions=[node.this]))


def percentile(node: exp.Expr) -> exp.Expr:
    """Take the value at the rank, within any accuracy that the approximation promises."""
    if any(node.args.get(name) for name in ("weight", "accuracy", "error_tolerance")):
        raise not_supported("approx_percentile with weights or accuracy")
    return call("quantile_disc", node.this, node.args["quantile"])


def size(node: exp.Expr) -> exp.Expr:
    """Count the entries of an array or a map."""
    name = "cardinality" if node.this.is_type(exp.DType.MAP) else "len"
    return cast(call(name, node.this), "BIGINT")


def series(node: exp.Expr) -> exp.Expr:
    """Make a sequence; of dates it is one of dates."""
    start, end, step = node.args["start"], node.args["end"], node.args.get("step")
    if not start.is_type(exp.DType.DATE):
        return node
    step = step or exp.Interval(this=exp.Literal.string("1"), unit=exp.var("DAY"))
    return cast(call("generate_series", start, end, step), "DATE[]")


def scalar_at(node: exp.Expr) -> exp.Expr:
    """Read a scalar at a JSON path; objects, arrays and broken JSON give NULL."""
    return call("json_scalar", cast(node.this, "VARCHAR"), _path(node.expression))


def json_at(node: exp.Expr) -> exp.Expr:
    """Return the value at a JSON path as JSON."""
    return call("json_at", cast(node.this, "VARCHAR"), _path(node.expression))


def _path(path: exp.Expr) -> exp.Expr:
    return exp.Literal.string(path.sql("trino").strip("'"))


def extract_text(node: exp.Expr) -> exp.Expr:
    """Extract by regular expression; no match is NULL."""
    group = node.args.get("group") or exp.Literal.number(0)
    return call("regexp_found", node.this, node.expression, group)


def fold(node: exp.Expr) -> exp.Expr:
    """Combine the elements of an array one after the other; NULL for no array."""
    finish = node.args["finish"]
    if finish.this != finish.expressions[0]:
        raise not_supported("reduce with an output function other than x -> x")
    return call("list_reduce", node.this, node.args["merge"], node.args["initial"])


def field_of(node: exp.Expr) -> exp.Expr:
    """Take the n-th field of a split text; beyond the last it is NULL."""
    return call("list_extract", call("str_split", node.this, node.args["delimiter"]), node.args["part_index"])


def from_hexadecimal(node: exp.Expr) -> exp.Expr:
    """Read a number in hexadecimal digits, the only base in which DuckDB reads one."""
    if node.expression.name != "16":
        raise not_supported(f"from_base of base {node.expression.name}")
    return cast(exp.Concat(expressions=[exp.Literal.string("0x"), node.this.copy()]), "BIGINT")


def rename(name: str) -> Rewrite:
    """Make the rule of a two-argument node that only has another name."""
    return lambda node: call(name, node.this, node.expression)


RULES: dict[type[exp.Expr], Rewrite] = {
    exp.Cast: convert,
    exp.TryCast: convert,
    exp.ApproxDistinct: distinct_count,
    exp.ApproxQuantile: percentile,
    exp.ArgMax: rename("arg_max_null"),
    exp.ArgMin: rename("arg_min_null"),
    exp.ArraySize: size,
    exp.FromBase: from_hexadecimal,
    exp.GenerateSeries: series,
    exp.JSONExtractScalar: scalar_at,
    exp.JSONExtract: json_at,
    exp.Reduce: fold,
    exp.RegexpExtract: extract_text,
    exp.SplitPart: field_of,
}
