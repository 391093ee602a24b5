"""UNNEST as Trino has it (arrays side by side, maps and rows as several columns) spelled as a lateral query."""

from collections.abc import Iterator

from sqlglot import exp

from infra.local.athena.duckdb_ast import Rewrite, call
from infra.local.athena.errors import QueryFailed


def list_unnested_types(node: exp.Unnest) -> dict[str, exp.DataType]:
    """Give each column of an UNNEST its type, by the name that its alias list gives."""
    types = [data_type for source in node.expressions for data_type in _types_of(source)]
    columns = dict(zip([column.name for column in _names(node)], types, strict=False))
    ordinality = node.args.get("offset")
    if isinstance(ordinality, exp.Identifier):
        columns[ordinality.name] = exp.DType.BIGINT.into_expr()
    return columns


def spread(node: exp.Expr) -> exp.Expr:
    """Make a lateral query of an UNNEST: several unnest calls in one SELECT run in step, as Trino's arguments do."""
    alias, ordinality = node.args.get("alias"), node.args.get("offset")
    values = [value for source in node.expressions for value in _values_of(source)]
    names = [*_names(node)] or [exp.to_identifier(f"_col{place}", quoted=True) for place in range(len(values))]
    if len(names) != len(values):
        sentence = f"Column alias list has {len(names)} entries but the relation has {len(values)} columns"
        raise QueryFailed("MISMATCHED_COLUMN_ALIASES", sentence)
    columns: list[exp.Expr] = [
        exp.Alias(this=call("unnest", value), alias=name) for value, name in zip(values, names, strict=True)
    ]
    if isinstance(ordinality, exp.Identifier):
        places = call("range", exp.Literal.number(1), exp.Add(this=_longest(values), expression=exp.Literal.number(1)))
        columns.append(exp.alias_(call("unnest", places), ordinality.copy()))
    return exp.Subquery(
        this=exp.Select(expressions=columns), alias=exp.TableAlias(this=alias.this.copy()) if alias else None
    )


def _names(node: exp.Expr) -> list[exp.Expr]:
    alias = node.args.get("alias")
    return list(alias.columns) if alias else []


def _longest(values: list[exp.Expr]) -> exp.Expr:
    lengths = [call("len", value.copy()) for value in values]
    return lengths[0] if len(lengths) == 1 else call("greatest", *lengths)


def _row_fields(source: exp.Expr) -> list[exp.Expr]:
    element = (
        source.type.expressions[0]
        if source.is_type(exp.DType.ARRAY) and source.type and source.type.expressions
        else None
    )
    return list(element.expressions) if isinstance(element, exp.DataType) and element.is_type(exp.DType.STRUCT) else []


def _types_of(source: exp.Expr) -> Iterator[exp.DataType]:
    fields = _row_fields(source)
    if fields:
        yield from (field.args["kind"] for field in fields)
    elif source.type and source.type.expressions and source.is_type(exp.DType.MAP, exp.DType.ARRAY):
        yield from source.type.expressions
    else:
        yield exp.DType.UNKNOWN.into_expr()


def _values_of(source: exp.Expr) -> list[exp.Expr]:
    if source.is_type(exp.DType.MAP):
        return [call("map_keys", source), call("map_values", source.copy())]
    fields = _row_fields(source)
    return [call("list_transform", source.copy(), _field(name.name)) for name in fields] or [source]


def _field(name: str) -> exp.Expr:
    row = exp.to_identifier("row_of_list")
    return exp.Lambda(this=exp.Dot(this=row, expression=exp.to_identifier(name, quoted=True)), expressions=[row.copy()])


RULES: dict[type[exp.Expr], Rewrite] = {exp.Unnest: spread}
