"""The columns and partitions that a query needs, determined without reading anything."""

import pytest

from infra.local.athena.statement import Select, parse
from infra.local.athena.tables import GlueColumn, GlueTable, TableMention, TableName
from infra.local.athena.translation import Scan, translate

SALES = GlueTable(
    name=TableName("tally", "sales"),
    columns=(GlueColumn("id", "string"), GlueColumn("n", "bigint"), GlueColumn("price", "decimal(18,6)")),
    partition_keys=(GlueColumn("dt", "string"),),
    location="s3://lake/base/sales/",
    parameters={},
)
PRODUCTS = GlueTable(
    name=TableName("tally", "products"),
    columns=(GlueColumn("id", "string"), GlueColumn("name", "string")),
    partition_keys=(GlueColumn("dt", "string"),),
    location="s3://lake/base/products/",
    parameters={},
)


def _scans(sql: str) -> list[Scan]:
    statement = parse(sql, "tally")
    assert isinstance(statement, Select)
    return list(
        translate(statement.query, "tally", {TableMention(table.name): table for table in (SALES, PRODUCTS)}).scans
    )


def _predicates(sql: str) -> list[str | None]:
    return [scan.predicate for scan in _scans(sql)]


@pytest.mark.parametrize(
    ("condition", "predicate"),
    [
        ("dt = '2025-01-01'", "\"dt\" = '2025-01-01'"),
        ("dt >= 'a' AND n > 1", "\"dt\" >= 'a'"),
        ("(dt = 'a' AND n = 1) OR (dt = 'b' AND n = 2)", "(\"dt\" = 'a') OR (\"dt\" = 'b')"),
        ("NOT dt = 'a'", "NOT \"dt\" = 'a'"),
        ("substr(dt, 1, 7) = '2025-01'", "SUBSTRING(\"dt\", 1, 7) = '2025-01'"),
        ("CAST(dt AS date) >= DATE '2025-01-01'", "CAST(\"dt\" AS DATE) >= CAST('2025-01-01' AS DATE)"),
    ],
)
def test_conditions_on_partition_columns_prune(condition: str, predicate: str) -> None:
    assert _predicates(f"SELECT id FROM sales WHERE {condition}") == [predicate]  # noqa: S608 the table above


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT id FROM sales",
        "SELECT id FROM sales WHERE n = 1 OR dt = 'a'",
        "SELECT id FROM sales WHERE dt = id",
        "SELECT id FROM sales WHERE NOT (dt = 'a' AND n = 1)",
        "SELECT id FROM sales WHERE dt = (SELECT max(name) FROM (VALUES 'x') AS v(name))",
        "SELECT * FROM (SELECT dt, row_number() OVER (ORDER BY n) r FROM sales) WHERE dt = 'a'",
        "SELECT * FROM (SELECT dt FROM sales LIMIT 10) WHERE dt = 'a'",
        "SELECT * FROM (SELECT max(dt) AS dt FROM sales) WHERE dt = 'a'",
        "SELECT * FROM (SELECT dt, count(*) FROM sales GROUP BY ROLLUP (dt)) WHERE dt = 'a'",
    ],
)
def test_conditions_that_rows_may_break_do_not_prune(sql: str) -> None:
    assert _predicates(sql) == [None]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT id FROM (SELECT * FROM sales) WHERE dt = 'a'",
        "WITH s AS (SELECT dt AS day, id FROM sales) SELECT id FROM s WHERE day = 'a'",
        "SELECT day, n FROM (SELECT dt AS day, sum(n) AS n FROM sales GROUP BY dt) WHERE day = 'a'",
        "SELECT id FROM sales AS s WHERE s.dt = 'a'",
        "SELECT id FROM tally.sales WHERE tally.sales.dt = 'a'",
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM sales WHERE dt = 'a')",
    ],
)
def test_conditions_reach_the_table_they_are_about(sql: str) -> None:
    assert _predicates(sql) == ["\"dt\" = 'a'"]


def test_a_condition_on_a_union_prunes_every_branch() -> None:
    sql = "SELECT id FROM (SELECT id, dt FROM sales UNION ALL SELECT id, dt FROM products) WHERE dt = 'a'"

    assert _predicates(sql) == ["\"dt\" = 'a'", "\"dt\" = 'a'"]


def test_a_query_used_twice_reads_what_either_use_needs() -> None:
    sql = "WITH s AS (SELECT * FROM sales) SELECT a.id FROM s a JOIN s b ON a.id = b.id WHERE a.dt = 'a' AND b.dt = 'b'"

    assert _predicates(sql) == [None]


def test_a_query_inside_a_union_prunes_by_its_own_condition() -> None:
    union = "WITH some AS (SELECT id FROM sales WHERE dt = 'a') SELECT id FROM some UNION ALL SELECT id FROM some"

    assert _predicates(f"SELECT count(*) FROM ({union}) AS both") == ["\"dt\" = 'a'"]  # noqa: S608 as above


def test_each_mention_of_a_table_is_pruned_by_its_own_condition() -> None:
    sql = "SELECT count(*) FROM sales a JOIN sales b ON a.id = b.id AND b.dt = 'b' WHERE a.dt = 'a'"

    assert _predicates(sql) == ["\"dt\" = 'a'", "\"dt\" = 'b'"]


def test_the_optional_side_of_an_outer_join_is_pruned_by_on_and_by_conditions_that_refuse_null() -> None:
    on = "SELECT s.id FROM sales s LEFT JOIN products p ON s.id = p.id AND p.dt = 'b' AND s.dt = 'a'"
    where = "SELECT s.id FROM sales s LEFT JOIN products p ON s.id = p.id WHERE p.dt = 'b'"
    null = "SELECT s.id FROM sales s LEFT JOIN products p ON s.id = p.id WHERE p.dt = 'b' OR p.dt IS NULL"

    assert _predicates(on) == [None, "\"dt\" = 'b'"]
    assert _predicates(where) == [None, "\"dt\" = 'b'"]
    assert _predicates(null) == [None, None]


def test_conditions_of_an_inner_join_prune_both_sides() -> None:
    sql = "SELECT s.id FROM sales s JOIN products p ON s.id = p.id AND s.dt = 'a' AND p.dt = 'b'"

    assert _predicates(sql) == ["\"dt\" = 'a'", "\"dt\" = 'b'"]


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("SELECT count(*) FROM sales", set()),
        ("SELECT count(*) FROM sales WHERE n > 1", {"n"}),
        ("SELECT id FROM (SELECT * FROM sales)", {"id"}),
        ("WITH s AS (SELECT id, n, price FROM sales) SELECT sum(price) FROM s WHERE id = 'x'", {"id", "price"}),
        ("SELECT * FROM sales", {"id", "n", "price", "dt"}),
        ("SELECT id FROM sales ORDER BY n", {"id", "n"}),
        ("SELECT 1 WHERE 1 IN (SELECT n FROM sales)", {"n"}),
        ("SELECT (SELECT max(price) FROM sales s WHERE s.id = v.x) FROM (VALUES 'a') AS v(x)", {"price", "id"}),
    ],
)
def test_only_columns_the_result_depends_on_are_read(sql: str, columns: set[str]) -> None:
    assert [scan.columns for scan in _scans(sql)] == [columns]
