"""From SQL text to one of the statements that the engine runs; what is no Athena SQL is refused here."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from infra.local.athena.errors import QueryFailed, RequestRefused, not_supported
from infra.local.athena.tables import TableMention, TableName, Version

DIALECT = "athena"
LONGEST_QUERY = 262_144
REMEMBERED = 256
LITERALS = (
    exp.Literal,
    exp.Null,
    exp.Boolean,
    exp.Neg,
    exp.Cast,
    exp.DataType,
    exp.DataTypeParam,
    exp.Array,
    exp.Paren,
)


@dataclass(frozen=True, eq=False)
class Select:
    """Asks for rows."""

    query: exp.Query


@dataclass(frozen=True, eq=False)
class Unload:
    """Asks for rows written as files below a location."""

    query: exp.Query
    location: str
    options: dict[str, str | list[str]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class CreateTableAs:
    """Asks for rows written as files and registered as a table."""

    query: exp.Query
    table: TableName
    options: dict[str, str | list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class DropTable:
    """Asks for a table to leave the catalogue; its files stay, as Athena's external tables' do."""

    table: TableName
    if_exists: bool


RowStatement = Select | Unload | CreateTableAs
Statement = RowStatement | DropTable


@lru_cache(REMEMBERED)
def parse(sql: str, database: str) -> Statement:
    """Read one statement, parameters already bound; the same text gives the same object, whose tree is not changed."""
    tokens = _tokens(sql)
    if not tokens:
        raise RequestRefused("Query string is empty", code="MALFORMED_QUERY")
    if tokens[0].text.upper() == "UNLOAD":
        return _unload(sql, tokens)
    tree = _tree(sql.strip().rstrip(";"))
    if isinstance(tree, exp.Query):
        return Select(tree)
    if isinstance(tree, exp.Create) and tree.kind == "TABLE" and isinstance(tree.expression, exp.Query):
        return CreateTableAs(tree.expression, table_name(tree.find(exp.Table), database), _create_options(tree))
    if isinstance(tree, exp.Drop) and tree.args.get("kind") == "TABLE":
        return DropTable(table_name(tree.find(exp.Table), database), bool(tree.args.get("exists")))
    raise not_supported(f"the statement {' '.join(token.text.upper() for token in tokens[:2])}")


def check_syntax(sql: str) -> None:
    """Refuse what cannot be read; what can be read but not run fails later, as in Athena."""
    if len(sql.encode()) > LONGEST_QUERY:
        raise RequestRefused(f"QueryString is longer than {LONGEST_QUERY} bytes")
    with suppress(QueryFailed):
        statement = parse(sql, "")
        if not isinstance(statement, DropTable):
            check_parameters(statement.query)


def check_parameters(query: exp.Query) -> None:
    """Refuse parameters outside WHERE: https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements.html."""
    for each in query.find_all(exp.Placeholder):
        clause: exp.Expr = each
        while clause.parent is not None and not isinstance(clause.parent, exp.Select):
            clause = clause.parent
        if not isinstance(clause, exp.Where):
            context = each.parent_select or query
            raise RequestRefused(f"Parameters can be placed only in the WHERE clause: {context.sql(DIALECT)[:200]}")


def kind_of(sql: str) -> tuple[str, str]:
    """Name the statement as GetQueryExecution does: its type and its subtype."""
    words = [token.text.upper() for token in _tokens(sql)[:2]] + ["", ""]
    if words[0] in ("SELECT", "WITH", "VALUES", "(", "TABLE"):
        return "DML", "SELECT"
    if words[0] in ("UNLOAD", "INSERT"):
        return "DML", words[0]
    if words[0] == "CREATE":
        return "DDL", "CREATE_TABLE_AS_SELECT" if " SELECT " in f" {' '.join(sql.upper().split())} " else "CREATE_TABLE"
    return ("UTILITY" if words[0] in ("EXPLAIN", "SHOW", "DESCRIBE") else "DDL"), "_".join(filter(None, words[:2]))


def bind(sql: str, parameters: tuple[str, ...]) -> str:
    """Put execution parameters, each one SQL literal, in the places of the question marks."""
    places = [token for token in _tokens(sql) if token.token_type == TokenType.PLACEHOLDER]
    if len(places) != len(parameters):
        message = f"Incorrect number of parameters: expected {len(places)} but found {len(parameters)}"
        raise QueryFailed("INVALID_PARAMETER_USAGE", message)
    literals = [_literal(parameter, place) for place, parameter in enumerate(parameters, start=1)]
    for token, literal in reversed(list(zip(places, literals, strict=True))):
        sql = f"{sql[: token.start]}{literal}{sql[token.end + 1 :]}"
    return sql


def table_name(table: exp.Table | None, database: str) -> TableName:
    """Complete a table's name with the database of the query's context."""
    if table is None or not isinstance(table.this, exp.Identifier):
        raise not_supported("a table function")
    if table.catalog and table.catalog.lower() != "awsdatacatalog":
        raise QueryFailed("CATALOG_NOT_FOUND", f"Catalog '{table.catalog}' does not exist")
    return TableName((table.db or database).lower(), table.name.lower())


def table_mention(table: exp.Table, database: str) -> TableMention:
    """Read which table is meant, and at which version."""
    version = table.args.get("version")
    return TableMention(table_name(table, database), None if version is None else _version(version))


def _version(version: exp.Version) -> Version:
    named = version.expression.unnest() if version.expression else None
    if version.name == "TIMESTAMP" and isinstance(named, exp.Cast) and named.this.is_string:
        return _moment(named.this.name)
    if version.name == "VERSION" and isinstance(named, exp.Literal) and named.is_string:
        return named.name
    if version.name == "VERSION" and named is not None and named.is_int:
        return int(named.to_py())
    raise not_supported(f"{version.sql(DIALECT)}, because it is no literal,")


def _moment(text: str) -> datetime:
    """Read a timestamp literal, with a zone or in UTC."""
    day, _, rest = text.strip().partition(" ")
    clock, _, zone = rest.partition(" ")
    try:
        return datetime.fromisoformat(f"{day} {clock}".strip()).replace(tzinfo=ZoneInfo(zone) if zone else UTC)
    except (ValueError, ZoneInfoNotFoundError):
        raise QueryFailed("INVALID_LITERAL", f"'{text}' is not a valid TIMESTAMP literal") from None


def _tokens(sql: str) -> list[Token]:
    try:
        return [token for token in sqlglot.tokenize(sql, read="trino") if token.token_type != TokenType.SEMICOLON]
    except SqlglotError as error:
        raise RequestRefused(f"line 1:1: {error}", code="MALFORMED_QUERY") from None


def _tree(sql: str) -> exp.Expr:
    try:
        return sqlglot.parse_one(sql, read=DIALECT)
    except RecursionError:
        raise RequestRefused("The query is nested too deeply", code="MALFORMED_QUERY") from None
    except ParseError as error:
        first = error.errors[0] if error.errors else {}
        where = f"line {first.get('line', 1)}:{first.get('col', 1)}"
        message = f"{where}: mismatched input '{first.get('highlight', '')}'. {first.get('description', error)}"
        raise RequestRefused(message, code="MALFORMED_QUERY") from None
    except SqlglotError as error:
        raise RequestRefused(f"line 1:1: {error}", code="MALFORMED_QUERY") from None


def _literal(parameter: str, place: int) -> str:
    try:
        tree = sqlglot.parse_one(parameter, read="trino")
    except SqlglotError:
        tree = exp.Command()
    if not all(isinstance(node, LITERALS) for node in tree.walk()):
        raise QueryFailed("INVALID_PARAMETER_USAGE", f"parameter {place} is not a literal: {parameter}")
    return f"({tree.sql('trino')})" if isinstance(tree, exp.Neg) else tree.sql("trino")


def _unload(sql: str, tokens: list[Token]) -> Unload:
    """UNLOAD (query) TO 'location' WITH (option = value, …): unknown to the parser, so cut out by its tokens."""
    malformed = RequestRefused("line 1:1: UNLOAD needs (query) TO 'location' WITH (…)", code="MALFORMED_QUERY")
    opening, closing = next(_parentheses(tokens), (0, 0))
    rest = tokens[closing + 1 :]
    if opening != 1 or len(rest) < 2 or rest[0].text.upper() != "TO" or rest[1].token_type != TokenType.STRING:  # noqa: PLR2004 TO and its location
        raise malformed
    query = _tree(sql[tokens[opening].end + 1 : tokens[closing].start])
    if not isinstance(query, exp.Query):
        raise malformed
    return Unload(query, rest[1].text, _unload_options(sql, rest[2:]))


def _unload_options(sql: str, tokens: list[Token]) -> dict[str, str | list[str]]:
    if not tokens:
        return {}
    opening, closing = next(_parentheses(tokens), (0, 0))
    carrier = f"CREATE TABLE t WITH ({sql[tokens[opening].end + 1 : tokens[closing].start]}) AS SELECT 1 AS one"
    create = _tree(carrier)
    return _create_options(create) if isinstance(create, exp.Create) else {}


def _parentheses(tokens: list[Token]) -> Iterator[tuple[int, int]]:
    """Yield the outermost pairs of parentheses as token positions."""
    depth, opening = 0, 0
    for position, token in enumerate(tokens):
        if token.token_type == TokenType.L_PAREN:
            opening = position if depth == 0 else opening
            depth += 1
        elif token.token_type == TokenType.R_PAREN:
            depth -= 1
            if depth == 0:
                yield opening, position


def _create_options(tree: exp.Create) -> dict[str, str | list[str]]:
    properties = tree.args.get("properties")
    return dict(_option(item) for item in properties.expressions) if properties else {}


def _option(item: exp.Expr) -> tuple[str, str | list[str]]:
    if isinstance(item, exp.FileFormatProperty):
        return "format", item.name
    if isinstance(item, exp.PartitionedByProperty):
        return "partitioned_by", [column.name for column in item.this.expressions]
    if isinstance(item, exp.Property) and isinstance(item.args.get("value"), exp.Literal):
        return item.name.lower(), item.args["value"].name
    raise not_supported(f"the table property {item.sql(DIALECT)}")
