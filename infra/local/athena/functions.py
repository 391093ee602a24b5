"""Trino's functions that DuckDB spells or means otherwise: one small rule each."""

from sqlglot import exp

from infra.local.athena.datetimes import local
from infra.local.athena.duckdb_ast import Rewrite, call, cast
from infra.local.athena.errors import not_supported
from infra.local.athena.exact_numbers import is_integer


def convert(node: exp.Expr) -> exp.Expr:
    """Cast as Trino does: halves away from zero, timestamps with milliseconds, JSON by its content."""
    source, target = node.this, node.args["to"]
    if target.is_type(exp.DType.JSON):
        return call("to_json", source)
    if target.is_type(exp.DType.VARCHAR):
        return _text(node)
    if source.type and source.type.is_type(exp.DType.DOUBLE, exp.DType.FLOAT) and is_integer(target):
        source = call("round", source)
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
        return call("timestamp_text", source)
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


def map_of_pairs(node: exp.Expr) -> exp.Expr:
    """Collect keys and values, one value for each key and none for NULL; a FILTER around it goes along."""
    key, value = node.expressions
    pairs = exp.ArrayAgg(this=call("struct_pack_kv", key, value))
    parent = node.parent
    if not isinstance(parent, exp.Filter):
        return call("map_of_pairs", pairs)
    parent.replace(call("map_of_pairs", exp.Filter(this=pairs, expression=parent.expression.copy())))
    return node


def size(node: exp.Expr) -> exp.Expr:
    """Count the entries of an array or a map."""
    name = "cardinality" if node.this.is_type(exp.DType.MAP) else "len"
    return cast(call(name, node.this), "BIGINT")


def fold(node: exp.Expr) -> exp.Expr:
    """Reduce from a start value; the finishing function must leave the state as it is."""
    finish = node.args.get("finish")
    if not isinstance(finish, exp.Lambda) or finish.this.name != finish.expressions[0].name:
        raise not_supported("reduce with a finishing function other than s -> s")
    return call("list_reduce", node.this, node.args["merge"], node.args["initial"])


def sort_array(node: exp.Expr) -> exp.Expr:
    """Sort with NULL last."""
    if node.args.get("expression"):
        raise not_supported("array_sort with a comparator")
    return call("list_sort", node.this, exp.Literal.string("ASC"), exp.Literal.string("NULLS LAST"))


def part_of_array(node: exp.Expr) -> exp.Expr:
    """Cut by start and length; DuckDB's own slice takes an end."""
    return call("array_part", node.this, node.args["start"], node.args["end"])


def series(node: exp.Expr) -> exp.Expr:
    """Make a sequence; of dates it is one of dates."""
    start, end, step = node.args["start"], node.args["end"], node.args.get("step")
    if not start.is_type(exp.DType.DATE):
        return node
    step = step or exp.Interval(this=exp.Literal.string("1"), unit=exp.var("DAY"))
    return cast(call("generate_series", start, end, step), "DATE[]")


def match(aggregate: str, *, on_empty: bool) -> Rewrite:
    """Make the rule of any_match and its kin."""

    def rule(node: exp.Expr) -> exp.Expr:
        array, test = node.expressions
        verdict = call("list_aggregate", call("list_transform", array, test), exp.Literal.string(aggregate))
        return call("match_or", array, verdict, exp.Boolean(this=on_empty))

    return rule


def over_entries(node: exp.Expr) -> exp.Expr:
    """Filter or transform a map by way of its entries, the lambda's two parameters being an entry's fields."""
    source, function = node.expressions
    key, value = (parameter.name for parameter in function.expressions)
    body = function.this.copy()
    for column in [body, *body.find_all(exp.Column, exp.Identifier)]:
        if column.name in (key, value) and isinstance(column, (exp.Column, exp.Identifier)):
            field = exp.Dot(
                this=exp.to_identifier("entry"), expression=exp.to_identifier("key" if column.name == key else "value")
            )
            if column is body:
                body = field
            elif column.parent is not None:
                column.replace(field)
    entries = call("map_entries", source)
    entry = exp.to_identifier("entry")
    dot = {name: exp.Dot(this=entry.copy(), expression=exp.to_identifier(name)) for name in ("key", "value")}
    if node.name.lower() == "map_filter":
        kept = call("list_filter", entries, exp.Lambda(this=body, expressions=[entry]))
        return call("map_from_entries", kept)
    dot["value" if node.name.lower() == "transform_values" else "key"] = body
    pair = call("struct_pack_kv", dot["key"], dot["value"])
    return call("map_from_entries", call("list_transform", entries, exp.Lambda(this=pair, expressions=[entry])))


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


def replace_all(node: exp.Expr) -> exp.Expr:
    """Replace every match; groups are written with a dollar in Trino and with a backslash in DuckDB."""
    replacement = node.args.get("replacement") or exp.Literal.string("")
    if not replacement.is_string:
        raise not_supported("regexp_replace with a replacement that is no literal")
    text = exp.Literal.string(replacement.name.replace("$", "\\"))
    return call("regexp_replace", node.this, node.expression, text, exp.Literal.string("g"))


def field_of(node: exp.Expr) -> exp.Expr:
    """Take the n-th field of a split text; beyond the last it is NULL."""
    return call("list_extract", call("str_split", node.this, node.args["delimiter"]), node.args["part_index"])


def logarithm(node: exp.Expr) -> exp.Expr:
    """Prefer the exact functions of base 2 and 10."""
    if node.expression is None or node.this.name not in ("2", "10"):
        return node
    return call(f"log{node.this.name}", node.expression)


def plain(name: str) -> Rewrite:
    """Make the rule of a function that only has another name."""
    return lambda node: call(name, *node.expressions)


def rename(name: str) -> Rewrite:
    """Make the rule of a two-argument node that only has another name."""
    return lambda node: call(name, node.this, node.expression)


def constant(text: str) -> Rewrite:
    """Make the rule of a function without arguments."""
    return lambda _: cast(exp.Literal.string(text), "DOUBLE")


RULES: dict[type[exp.Expr], Rewrite] = {
    exp.Cast: convert,
    exp.TryCast: convert,
    exp.ApproxDistinct: distinct_count,
    exp.ApproxQuantile: percentile,
    exp.ArgMax: rename("arg_max_null"),
    exp.ArgMin: rename("arg_min_null"),
    exp.ArraySize: size,
    exp.Reduce: fold,
    exp.ArraySort: sort_array,
    exp.ArraySlice: part_of_array,
    exp.Sign: lambda node: cast(node.copy(), node.this.type) if is_integer(node.this.type) else node,
    exp.GenerateSeries: series,
    exp.JSONExtractScalar: scalar_at,
    exp.JSONExtract: json_at,
    exp.JSONFormat: lambda node: cast(node.this, "VARCHAR"),
    exp.RegexpExtract: extract_text,
    exp.RegexpReplace: replace_all,
    exp.SplitPart: field_of,
    exp.Log: logarithm,
    exp.WidthBucket: lambda node: call(
        "width_bucket", *(node.args[name] for name in ("this", "min_value", "max_value", "num_buckets"))
    ),
}
BY_NAME: dict[str, Rewrite] = {
    "map_agg": map_of_pairs,
    "histogram": lambda node: call("histogram", *node.expressions),
    "any_match": match("bool_or", on_empty=False),
    "all_match": match("bool_and", on_empty=True),
    "none_match": lambda node: exp.Not(this=match("bool_or", on_empty=False)(node)),
    "map_filter": over_entries,
    "transform_values": over_entries,
    "transform_keys": over_entries,
    "array_union": lambda node: call("list_distinct", call("list_concat", *node.expressions)),
    "every": plain("bool_and"),
    "is_finite": plain("isfinite"),
    "is_infinite": plain("isinf"),
    "geometric_mean": plain("geomean"),
    "codepoint": plain("unicode"),
    "infinity": constant("Infinity"),
    "nan": constant("NaN"),
    "e": constant("2.718281828459045"),
}
