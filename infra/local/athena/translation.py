"""From an Athena query and the tables it names to one DuckDB query: a function from value to value.

Each mention of a table becomes a scan with its own name (scan_0, scan_1 …), which the engine defines as a view of the
files that survive pruning. The order is: name scans, qualify columns, infer types, look at scans, rewrite, print.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import ErrorLevel, exp
from sqlglot.errors import OptimizeError, SqlglotError, UnsupportedError
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import traverse_scope
from sqlglot.schema import MappingSchema

from infra.local.athena import arithmetic, datetimes, functions, unnest
from infra.local.athena.allowlist import vet
from infra.local.athena.duckdb_ast import Rewrite
from infra.local.athena.errors import QueryFailed, not_supported
from infra.local.athena.exact_numbers import MAX_PRECISION, Exact, exact_literal
from infra.local.athena.iceberg.bounds import bounded_columns, file_condition
from infra.local.athena.inference import TrinoTypes, zone_of
from infra.local.athena.pruning import Prunings, columns_read
from infra.local.athena.statement import DIALECT, table_mention
from infra.local.athena.tables import IcebergTable, LakeTable, TableMention, drop_length
from infra.local.athena.type_checks import reject_alias_references, reject_mixed_types

RULES: dict[type[exp.Expr], Rewrite] = {**arithmetic.RULES, **datetimes.RULES, **functions.RULES, **unnest.RULES}
BY_NAME: dict[str, Rewrite] = datetimes.BY_NAME


@dataclass(frozen=True)
class Scan:
    """The columns and partitions or files that one mention of a table needs.

    The predicate is over partition columns; for an Iceberg table, over the bounds of the `bounded` columns in a file.
    """

    name: str
    table: LakeTable
    columns: frozenset[str]
    predicate: str | None
    bounded: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Output:
    """Describes a column of the result: its label, the zone of an instant, and the digits of a decimal."""

    label: str
    zone: str | None
    data_type: exp.DataType | None


@dataclass(frozen=True)
class Translation:
    """Holds the DuckDB query and what must exist before it runs."""

    sql: str
    scans: tuple[Scan, ...]
    outputs: tuple[Output, ...]


def tables_of(query: exp.Query, database: str) -> frozenset[TableMention]:
    """List the tables that a query reads, each with its version; names of its own WITH queries are none."""
    vet(query)
    return frozenset(table_mention(table, database) for table in _mentions(_normalize(query)))


def translate(query: exp.Query, database: str, tables: Mapping[TableMention, LakeTable]) -> Translation:
    """Spell a query for DuckDB over named scans."""
    vet(query)
    tree = _normalize(query)
    _label(tree)
    named = _name_scans(tree, database, tables)
    typed = _annotate(tree, {name: table.types for name, table in named.items()})
    outputs = tuple(_output(column) for column in typed.selects)
    prunings, columns = Prunings(typed, named), columns_read(typed)
    scans = tuple(
        _scan(name, table, frozenset(columns.get(name, ())), prunings.predicate(name)) for name, table in named.items()
    )
    return Translation(_sql(typed), scans, outputs)


def _scan(name: str, table: LakeTable, columns: frozenset[str], condition: exp.Expr | None) -> Scan:
    if condition is not None and isinstance(table, IcebergTable):
        condition = file_condition(condition)
        return Scan(name, table, columns, _sql_or_none(condition), bounded_columns(condition))
    return Scan(name, table, columns, _sql_or_none(condition))


def _normalize(query: exp.Query) -> exp.Query:
    tree = normalize_identifiers(query.copy(), dialect=DIALECT)
    for data_type in tree.find_all(exp.DataType):
        drop_length(data_type)
        if data_type.this == exp.DType.DECIMAL and not data_type.expressions:
            _size_decimal(data_type)
    for column in tree.find_all(exp.Column):
        if column.args.get("db"):
            column.set("db", None)
            column.set("catalog", None)
    for node in [node for node in tree.find_all(exp.Anonymous) if node.name.lower() == "at_timezone"]:
        node.replace(exp.AtTimeZone(this=node.expressions[0], zone=node.expressions[1]))
    return tree


def _size_decimal(data_type: exp.DataType) -> None:
    """Give a bare DECIMAL Trino's size: a literal's own (DECIMAL '1.50'), else 38 digits; DuckDB would take (18, 3)."""
    literal = data_type.parent.this if isinstance(data_type.parent, exp.Cast) else None
    number = exact_literal(literal.name) if isinstance(literal, exp.Literal) and literal.is_string else None
    data_type.set("expressions", (number or Exact(MAX_PRECISION, 0)).data_type().expressions)


def _mentions(tree: exp.Query) -> list[exp.Table]:
    found: dict[int, exp.Table] = {}
    try:
        for scope in traverse_scope(tree):
            found |= {id(source): source for source in scope.sources.values() if isinstance(source, exp.Table)}
    except OptimizeError as error:
        raise QueryFailed("SYNTAX_ERROR", str(error)) from None
    return [table for table in tree.find_all(exp.Table) if id(table) in found]


def _label(tree: exp.Query) -> None:
    """Name unnamed columns as Athena labels them; other names would come from the optimizer."""
    for select in tree.find_all(exp.Select):
        for place, column in enumerate(select.expressions):
            if not isinstance(column, (exp.Alias, exp.Column, exp.Star, exp.Dot, exp.Aliases)):
                column.replace(exp.alias_(column.copy(), f"_col{place}", quoted=True))


def _name_scans(tree: exp.Query, database: str, tables: Mapping[TableMention, LakeTable]) -> dict[str, LakeTable]:
    named: dict[str, LakeTable] = {}
    for place, table in enumerate(_mentions(tree)):
        mention = table_mention(table, database)
        named[f"scan_{place}"] = tables[mention]
        if not table.alias:
            table.set("alias", exp.TableAlias(this=exp.to_identifier(mention.name.name)))
        table.set("this", exp.to_identifier(f"scan_{place}"))
        for argument in ("db", "catalog", "version"):
            table.set(argument, None)
    return named


def _annotate(tree: exp.Query, types: dict[str, dict[str, exp.DataType]]) -> exp.Query:
    known: dict[str, object] = dict(types) or {"scan": {"none": "int"}}
    schema = MappingSchema(known, dialect=DIALECT)
    try:
        reject_alias_references(tree, schema)
        qualified = qualify(tree, schema=schema, dialect=DIALECT, validate_qualify_columns=False, identify=True)
    except SqlglotError as error:
        raise QueryFailed("SYNTAX_ERROR", str(error)) from None
    typed = TrinoTypes(schema).annotate(qualified)
    reject_mixed_types(typed)
    return typed


def _output(column: exp.Expr) -> Output:
    return Output(column.alias_or_name, zone_of(column.type), column.type)


def _rewritten(tree: exp.Expr) -> exp.Expr:
    """Apply the rules from the leaves to the root, so that a rule sees its operands in DuckDB's spelling."""
    holder = exp.Paren(this=tree)
    for node in reversed(list(tree.dfs())):
        rule = BY_NAME.get(node.name.lower()) if isinstance(node, exp.Anonymous) else RULES.get(type(node))
        changed = rule(node) if rule else node
        if changed is not node:
            changed.type = node.type
            node.replace(changed)
    rewritten: exp.Expr = holder.this
    return rewritten


def _sql(tree: exp.Expr) -> str:
    try:
        return _rewritten(tree).sql("duckdb", unsupported_level=ErrorLevel.RAISE, comments=False)
    except UnsupportedError as error:
        raise not_supported(str(error)) from None


def _sql_or_none(tree: exp.Expr | None) -> str | None:
    return None if tree is None else _sql(tree)
