"""What Athena refuses and DuckDB would let pass: caught here, so that a query which runs on the laptop runs in AWS."""

from collections.abc import Iterator

from sqlglot import exp
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, traverse_scope
from sqlglot.schema import MappingSchema

from infra.local.athena.errors import QueryFailed
from infra.local.athena.exact_numbers import exact
from infra.local.athena.statement import DIALECT

COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.NullSafeEQ, exp.NullSafeNEQ)
FLOATS = (exp.DType.DOUBLE, exp.DType.FLOAT)
MOMENTS = (exp.DType.DATE, exp.DType.TIMESTAMP, exp.DType.TIMESTAMPTZ)


def reject_mixed_types(tree: exp.Expr) -> None:
    """Raise for the first comparison or concatenation of types that Trino keeps apart."""
    for node in tree.walk():
        operands = list(_compared_operands(node))
        kinds = {kind for kind in map(_kind, operands) if kind is not None}
        if len(kinds) > 1:
            names = ", ".join(_type_name(operand) for operand in operands)
            raise QueryFailed("TYPE_MISMATCH", f"Cannot apply operator {node.key}: {names} in {_original(node)}")
        if isinstance(node, (exp.DPipe, exp.Concat)) and kinds - {"varchar"}:
            raise QueryFailed("TYPE_MISMATCH", f"Only text can be concatenated: {_original(node)}")


def reject_alias_references(tree: exp.Query, schema: MappingSchema) -> None:
    """Raise where a select's own alias is used before ORDER BY: only there does Trino know it."""
    if not any(_uses_alias(select) for select in tree.find_all(exp.Select)):
        return
    resolved = qualify(
        tree.copy(),
        schema=schema,
        dialect=DIALECT,
        validate_qualify_columns=False,
        identify=True,
        expand_alias_refs=False,
    )
    for scope in traverse_scope(resolved):
        if isinstance(scope.expression, exp.Select):
            known = {column for source in scope.sources.values() for column in _columns(source, schema)}
            for name in _uses_alias(scope.expression) - known:
                raise QueryFailed("COLUMN_NOT_FOUND", f"Column '{name}' cannot be resolved")


def _compared_operands(node: exp.Expr) -> Iterator[exp.Expr]:
    if isinstance(node, (*COMPARISONS, exp.DPipe)):
        yield from (node.left, node.right)
    elif isinstance(node, exp.Between):
        yield from (node.this, node.args["low"], node.args["high"])
    elif isinstance(node, exp.In) and node.expressions:
        yield from (node.this, *node.expressions)
    elif isinstance(node, exp.Concat):
        yield from node.expressions


def _kind(node: exp.Expr) -> str | None:
    """Name the family of types that Trino compares within; None where it cannot be told."""
    data_type = node.type
    if data_type is None or isinstance(node, exp.Null):
        return None
    if exact(data_type) or data_type.this in FLOATS:
        return "number"
    if data_type.this in MOMENTS:
        return "moment"
    return {exp.DType.VARCHAR: "varchar", exp.DType.TEXT: "varchar", exp.DType.BOOLEAN: "boolean"}.get(data_type.this)


def _type_name(node: exp.Expr) -> str:
    return node.type.sql("trino").lower() if node.type else "unknown"


def _original(node: exp.Expr) -> str:
    return node.sql("trino", comments=False)[:120]


def _uses_alias(select: exp.Select) -> set[str]:
    aliases = {column.alias for column in select.expressions if isinstance(column, exp.Alias)}
    parts = [select.args.get(name) for name in ("where", "group", "having")] + select.expressions
    used = (column for part in parts if part for column in part.find_all(exp.Column))
    return {column.name for column in used if not column.table} & aliases


def _columns(source: exp.Table | Scope, schema: MappingSchema) -> list[str]:
    if isinstance(source, exp.Table):
        return list(schema.column_names(source))
    if isinstance(source.expression, exp.UDTF):
        return list(source.expression.alias_column_names)
    return list(source.expression.named_selects) if isinstance(source.expression, exp.Query) else []
