"""Templates of SQL: every part has a name, a value never becomes text, and a fragment is a statement itself."""

import ast
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.athena.sql import (
    EMPTY,
    Part,
    Statement,
    identifier,
    join,
    pinned,
    sql,
    table,
    union_all,
    unload,
)

ROOT = Path(__file__).parents[3]


class Span(StrEnum):
    PREVIOUS = "previous"


def test_texts_become_placeholders_in_order() -> None:
    found = sql("a = :a AND b = :b AND c > :a", b="y", a="x")

    assert found == Statement("a = ? AND b = ? AND c > ?", ("x", "y", "x"))


def test_values_of_the_platform_become_literals() -> None:
    found = sql("SELECT :span AS span FROM t WHERE a > :least", span=Span.PREVIOUS, least=7)

    assert found == Statement("SELECT 'previous' AS span FROM t WHERE a > 7")


def test_a_list_is_written_with_commas() -> None:
    assert sql("a IN (:some)", some=["x", "y"]) == Statement("a IN (?, ?)", ("x", "y"))
    assert sql("a IN (:some)", some=[1, 2]) == Statement("a IN (1, 2)")


def test_a_fragment_inserts_its_values_in_place() -> None:
    days = sql("dt BETWEEN :first AND :last", first="2025-01-01", last="2025-01-02")

    found = sql("SELECT :one FROM {table} WHERE {days} AND x = :two", table=identifier("t"), days=days, one=1, two="2")

    assert found == Statement("SELECT 1 FROM t WHERE dt BETWEEN ? AND ? AND x = ?", ("2025-01-01", "2025-01-02", "2"))


def test_fragments_are_joined_with_their_values() -> None:
    assert join(" OR ", [sql("a = :a", a="1"), sql("b = :b", b="2")]) == Statement("a = ? OR b = ?", ("1", "2"))
    assert join(", ", []) == EMPTY


def test_a_template_loses_its_indentation() -> None:
    assert (
        sql("""
        SELECT a
            FROM t
    """).text
        == "SELECT a\n    FROM t"
    )


@given(st.text())
def test_no_value_becomes_sql_text(value: str) -> None:
    assert sql("a = :a AND b IN (:some)", a=value, some=[value, value]).text == "a = ? AND b IN (?, ?)"


@given(st.text().filter(lambda text: not text.replace("_", "").isalnum() or not text.isascii()))
def test_an_invalid_name_is_not_an_identifier(text: str) -> None:
    with pytest.raises(ValueError, match="not an identifier"):
        identifier(text)


@pytest.mark.parametrize("part", ["FROM t", 7, Span.PREVIOUS, ["a", "b"]])
def test_a_value_is_not_a_fragment(part: Part) -> None:
    with pytest.raises(TypeError, match="is a fragment"):
        sql("SELECT a {rest}", rest=part)


def test_a_fragment_is_not_a_value() -> None:
    with pytest.raises(TypeError, match="is a value"):
        sql("a = :a", a=identifier("b"))


@pytest.mark.parametrize("parts", [{}, {"a": 1, "b": 2}, {"b": 2}])
def test_every_name_has_a_part_and_every_part_a_name(parts: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="without a value or a place"):
        sql("a = :a", **parts)


def test_a_template_has_no_values_without_names() -> None:
    with pytest.raises(ValueError, match="have names"):
        sql("a = ?")


@pytest.mark.parametrize("text", ["'12:30:00'", "a::b", "map[x:y]"])
def test_other_colons_are_text(text: str) -> None:
    assert sql(text).text == text  # type: ignore[arg-type, unused-ignore]


def test_a_statement_knows_the_tables_that_it_reads_at_a_snapshot() -> None:
    first = sql("SELECT 1 FROM {sales}", sales=table("sales"))
    second = sql("SELECT 2 FROM {rates} AS rate, {sales}, other", sales=table("sales"), rates=table("rates"))

    assert union_all([first, second]).tables == ("sales", "rates")


def test_every_mention_of_a_table_is_read_at_its_snapshot() -> None:
    lines = sql("SELECT * FROM {sales} AS sale WHERE region = :region", sales=table("sales"), region="EU")
    whole = sql("WITH lines AS ({lines}) SELECT * FROM lines, {sales}", lines=lines, sales=table("sales"))

    assert pinned(whole, {"sales": 7, "rates": 8}) == Statement(
        "WITH lines AS (SELECT * FROM sales FOR VERSION AS OF 7 AS sale WHERE region = ?) "
        "SELECT * FROM lines, sales FOR VERSION AS OF 7",
        ("EU",),
    )


def test_tables_of_a_union_are_read_each_at_its_own_snapshot() -> None:
    union = union_all([sql("SELECT 1 FROM {x}", x=table(name)) for name in ("sales", "rates", "sales")])

    assert pinned(union, {"sales": 1, "rates": 2}).text.split("\nUNION ALL\n") == [
        "SELECT 1 FROM sales FOR VERSION AS OF 1",
        "SELECT 1 FROM rates FOR VERSION AS OF 2",
        "SELECT 1 FROM sales FOR VERSION AS OF 1",
    ]


def test_a_table_without_a_snapshot_is_named_alone() -> None:
    assert pinned(sql("SELECT * FROM {sales}", sales=table("sales")), {}).text == "SELECT * FROM sales"


@pytest.mark.parametrize("name", ["", "a b", "sales FOR VERSION AS OF 1", "x;--"])
def test_only_a_name_is_a_table(name: str) -> None:
    with pytest.raises(ValueError, match="identifier"):
        table(name)


@pytest.mark.parametrize("snapshot", ["1; DROP TABLE sales", 1.5])
def test_a_snapshot_is_a_whole_number(snapshot: Any) -> None:
    with pytest.raises(ValueError, match="format code"):
        pinned(table("sales"), {"sales": snapshot})


def sources() -> Iterator[Path]:
    yield from (ROOT / "shared").rglob("*.py")
    yield from (ROOT / "functions").rglob("*.py")


def named_literals(module: ast.Module) -> set[str]:
    """The names that a module gives to texts of its source."""
    assignments = [
        each for each in module.body if isinstance(each, ast.Assign) and isinstance(each.value, ast.Constant)
    ]
    return {target.id for each in assignments for target in each.targets if isinstance(target, ast.Name)}


def calls(module: ast.Module, *names: str) -> Iterator[ast.Call]:
    for each in ast.walk(module):
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id in names:
            yield each


def imports_from_sql(module: ast.Module) -> set[str]:
    froms = [each for each in ast.walk(module) if isinstance(each, ast.ImportFrom)]
    return {name.asname or name.name for each in froms if each.module == "shared.athena.sql" for name in each.names}


def test_every_template_is_a_literal_of_the_source() -> None:
    for path in sources():
        module = ast.parse(path.read_text())
        literals = named_literals(module)
        for call in calls(module, *({"sql", "join"} & imports_from_sql(module))):
            template = call.args[0]
            is_named = isinstance(template, ast.Name) and template.id in literals
            assert isinstance(template, ast.Constant) or is_named, f"{path}:{call.lineno}"


def test_statements_are_made_of_templates_alone() -> None:
    own = ROOT / "shared" / "athena" / "sql.py"
    for path in sources():
        if path != own:
            assert not list(calls(ast.parse(path.read_text()), "Statement")), path


def test_rows_are_unloaded_below_a_location_by_their_last_column() -> None:
    query = sql("SELECT id, slice FROM {sales} WHERE region = :region", sales=table("sales"), region="EU")

    statement = pinned(unload(query, "s3://runs-1/a/rows/", by="slice"), {"sales": 7})

    assert " ".join(statement.text.split()) == (
        "UNLOAD ( SELECT id, slice FROM sales FOR VERSION AS OF 7 WHERE region = ? ) TO 's3://runs-1/a/rows/' "
        "WITH (format = 'JSON', compression = 'GZIP', partitioned_by = ARRAY['slice'])"
    )
    assert statement.values == ("EU",)


@pytest.mark.parametrize("location", ["s3://runs", "s3://runs/a", "s3://runs/a'/", "/runs/a/", "s3://runs/a b/"])
def test_only_a_folder_of_a_bucket_is_a_location(location: str) -> None:
    with pytest.raises(ValueError, match="location"):
        unload(sql("SELECT 1 AS slice"), location, by="slice")
