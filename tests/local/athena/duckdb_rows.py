"""Runs a query through translation, DuckDB and rendering, without a catalogue or a lake."""

from infra.local.athena.database import LakeDatabase
from infra.local.athena.rendering import column_info, render
from infra.local.athena.statement import Select, parse
from infra.local.athena.translation import translate

Cell = str | None
Case = tuple[str, str, Cell]


def typed_rows(database: LakeDatabase, sql: str) -> tuple[list[str], list[tuple[Cell, ...]]]:
    """Give the types and the rows of a query as Athena would show them."""
    statement = parse(sql, "tally")
    assert isinstance(statement, Select)
    translation = translate(statement.query, "tally", {})
    with database.session() as session:
        types = list(session.sql(translation.sql).types)
        rows = session.execute(render(translation.sql, types, translation.outputs)).fetchall()
    return [column_info(*each)["Type"] for each in zip(translation.outputs, types, strict=True)], rows
