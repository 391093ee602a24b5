"""Aggregates and whole queries, with the rows of Trino's documentation; and unsupported SQL."""

import pytest

from infra.local.athena.database import LakeDatabase
from infra.local.athena.errors import QueryFailed
from tests.local.athena.duckdb_rows import Case, Cell, typed_rows

ROWS = "(VALUES (1, 'a', 2.5), (2, 'a', 3.5), (3, 'b', NULL)) AS t(n, k, d)"
AGGREGATES: list[Case] = [
    ("count(*)", "bigint", "3"),
    ("count(d)", "bigint", "2"),
    ("count(DISTINCT k)", "bigint", "2"),
    ("count_if(n > 1)", "bigint", "2"),
    ("sum(n)", "bigint", "6"),
    ("sum(d)", "decimal", "6.0"),
    ("avg(n)", "double", "2.0"),
    ("avg(CAST(d AS decimal(18,6)))", "decimal", "3.000000"),
    ("avg(CAST(n AS decimal(3,1))) FILTER (WHERE n < 3)", "decimal", "1.5"),
    ("sum(n) / count(*)", "bigint", "2"),
    ("sum(d) / nullif(count(d), 0)", "decimal", "3.0"),
    ("sum(n) FILTER (WHERE k = 'a')", "bigint", "3"),
    ("min(k) || max(k)", "varchar", "ab"),
    ("max_by(k, n)", "varchar", "b"),
    ("max_by(d, n)", "decimal", None),
    ("min_by(k, n)", "varchar", "a"),
    ("approx_distinct(k)", "bigint", "2"),
    ("approx_percentile(n, 0.5)", "integer", "2"),
    ("approx_percentile(n, ARRAY[0.0, 1.0])", "array", "[1, 3]"),
    ("array_agg(n ORDER BY n DESC)", "array", "[3, 2, 1]"),
    ("array_agg(DISTINCT k ORDER BY k)", "array", "[a, b]"),
    ("stddev(n)", "double", "1.0"),
    ("arbitrary(k) IS NOT NULL", "boolean", "true"),
]


QUERIES: list[tuple[str, list[tuple[Cell, ...]]]] = [
    ("SELECT k, sum(n) FROM {rows} GROUP BY 1 ORDER BY 2 DESC", [("a", "3"), ("b", "3")]),
    (
        "SELECT k, grouping(k) g, count(*) FROM {rows} GROUP BY ROLLUP (k) ORDER BY g, k",
        [("a", "0", "2"), ("b", "0", "1"), (None, "1", "3")],
    ),
    (
        "SELECT n, sum(n) OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM {rows} ORDER BY n",
        [("1", "1"), ("2", "3"), ("3", "5")],
    ),
    (
        "SELECT n, avg(CAST(n AS decimal(3,1))) OVER (PARTITION BY k) FROM {rows} ORDER BY n",
        [("1", "1.5"), ("2", "1.5"), ("3", "3.0")],
    ),
    (
        "SELECT n, lag(n) OVER (ORDER BY n), row_number() OVER (ORDER BY n DESC) FROM {rows} ORDER BY n",
        [("1", None, "3"), ("2", "1", "2"), ("3", "2", "1")],
    ),
    ("SELECT n, d FROM {rows} ORDER BY d DESC, n", [("2", "3.5"), ("1", "2.5"), ("3", None)]),
    ("SELECT x FROM UNNEST(ARRAY[1, 2]) AS u(x)", [("1",), ("2",)]),
    ("SELECT x, y FROM UNNEST(ARRAY[1, 2], ARRAY['a']) AS u(x, y)", [("1", "a"), ("2", None)]),
    ("SELECT x, n FROM UNNEST(ARRAY['p', 'q']) WITH ORDINALITY AS u(x, n)", [("p", "1"), ("q", "2")]),
    (
        (
            "SELECT n, key, value FROM {rows} CROSS JOIN UNNEST(MAP(ARRAY['x', 'y'], ARRAY[n, n + 1])) AS u(key, "
            "value) WHERE n = 2 ORDER BY key"
        ),
        [("2", "x", "2"), ("2", "y", "3")],
    ),
    (
        (
            "SELECT n, key, place FROM {rows} LEFT JOIN UNNEST(CASE WHEN n < 3 THEN MAP(ARRAY['x'], ARRAY[n]) END) "
            "WITH ORDINALITY AS u(key, value, place) ON TRUE ORDER BY n"
        ),
        [("1", "x", "1"), ("2", "x", "1"), ("3", None, None)],
    ),
    ("SELECT a, b FROM UNNEST(ARRAY[CAST(ROW(1, 'x') AS ROW(p bigint, q varchar))]) AS u(a, b)", [("1", "x")]),
    ("SELECT value / 2 FROM UNNEST(MAP(ARRAY['x'], ARRAY[7])) AS u(key, value)", [("3",)]),
    (
        (
            "WITH a AS (SELECT n FROM {rows}), b AS (SELECT n + 1 AS n FROM a) SELECT a.n FROM a JOIN b ON a.n = b.n "
            "ORDER BY 1"
        ),
        [("2",), ("3",)],
    ),
    ("SELECT n FROM {rows} WHERE n IN (SELECT max(n) FROM {rows})", [("3",)]),
    ("SELECT n FROM {rows} EXCEPT SELECT 1 ORDER BY n OFFSET 1 LIMIT 1", [("3",)]),
    (
        (
            "SELECT k, n FROM (SELECT k, n, row_number() OVER (PARTITION BY k ORDER BY n DESC) r FROM {rows}) WHERE r "
            "= 1 ORDER BY k"
        ),
        [("a", "2"), ("b", "3")],
    ),
    (
        (
            "SELECT hour(at) FROM (SELECT date_trunc('hour', TIMESTAMP '2025-07-01 22:30:00' AT TIME ZONE "
            "'Asia/Kolkata') AS at)"
        ),
        [("4",)],
    ),
    (
        "SELECT upper(k) AS k, sum(n) AS n FROM {rows} WHERE k <> 'z' GROUP BY upper(k) HAVING sum(n) > 0 ORDER BY k",
        [("A", "3"), ("B", "3")],
    ),
    ("WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 3) SELECT max(n) FROM c", [("3",)]),
    ("SELECT n /* a comment */ FROM {rows} WHERE n = 1 -- and another", [("1",)]),
    ("SELECT DISTINCT k FROM {rows} ORDER BY k FETCH FIRST 1 ROWS ONLY", [("a",)]),
    (
        (
            "SELECT date_trunc('day', t) AS t, count(*) FROM (VALUES (TIMESTAMP '2025-01-01 10:00:00'), (TIMESTAMP "
            "'2025-01-01 11:00:00')) AS v(t) GROUP BY 1"
        ),
        [("2025-01-01 00:00:00.000", "2")],
    ),
]


@pytest.mark.parametrize(("expression", "kind", "value"), AGGREGATES)
def test_an_aggregate_has_trinos_type_and_value(
    database: LakeDatabase, expression: str, kind: str, value: Cell
) -> None:
    sql = f"SELECT {expression} FROM {ROWS}"  # noqa: S608 the table above

    assert typed_rows(database, sql) == ([kind], [(value,)])


@pytest.mark.parametrize(("sql", "expected"), QUERIES)
def test_a_query_gives_trinos_rows(database: LakeDatabase, sql: str, expected: list[tuple[Cell, ...]]) -> None:
    assert typed_rows(database, sql.format(rows=ROWS))[1] == expected


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("SELECT read_text('/etc/passwd')", "read_text"),
        ("SELECT * FROM read_csv('/etc/passwd')", "table function"),
        ("SELECT getenv('HOME')", "getenv"),
        ("SELECT current_setting('home_directory')", "current_setting"),
        ("SELECT numeric_histogram(3, 1.0)", "numeric_histogram"),
        ("SELECT approx_percentile(1, 1, 0.5)", "approx_percentile"),
        ("SELECT url_extract_host('http://x')", "url_extract_host"),
        ("SELECT max(1, 2)", "largest"),
        ("SELECT regexp_replace('a', 'a', 'b')", "regexp_replace"),
        ("SELECT transform(ARRAY[1], x -> x)", "transform"),
        ("SELECT map_agg(1, 2)", "map_agg"),
        ("SELECT date_format(now(), 'a' || '%Y')", "date_format"),
        ("SELECT now() AT TIME ZONE ('U' || 'TC')", "AT TIME ZONE"),
        ("SELECT date_add('day) FROM read_text(''/etc/passwd'') --', 1, now())", "the word"),
    ],
)
def test_unsupported_sql_is_refused_by_name(database: LakeDatabase, sql: str, named: str) -> None:
    with pytest.raises(QueryFailed, match=named) as refused:
        typed_rows(database, sql)

    assert refused.value.reason.startswith("NOT_SUPPORTED")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/hostname')",
        "COPY (SELECT 1) TO '/tmp/written.csv'",
        "ATTACH '/tmp/attached.db'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
    ],
)
def test_untranslated_sql_cannot_leave_the_engine_folders(database: LakeDatabase, sql: str) -> None:
    with pytest.raises(QueryFailed, match=r"disabled|locked|Cannot"), database.session() as session:
        session.execute(sql)


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("SELECT 1 / 0", "DIVISION_BY_ZERO"),
        ("SELECT 1.0 / 0", "DIVISION_BY_ZERO"),
        ("SELECT CAST('x' AS bigint)", "INVALID_CAST_ARGUMENT"),
        ("SELECT nosuch FROM (VALUES 1) AS t(x)", "COLUMN_NOT_FOUND: Column 'nosuch' cannot be resolved"),
        ("SELECT x, count(*) FROM (VALUES 1) AS t(x)", "EXPRESSION_NOT_AGGREGATE"),
        ("SELECT id FROM (VALUES 1) AS a(id), (VALUES 2) AS b(id)", "AMBIGUOUS_NAME: Column 'id' is ambiguous"),
        ("SELECT x AS y FROM (VALUES 1) AS t(x) WHERE y = 1", "COLUMN_NOT_FOUND: Column 'y' cannot be resolved"),
        ("SELECT x AS y, count(*) FROM (VALUES 1) AS t(x) GROUP BY y", "COLUMN_NOT_FOUND: Column 'y'"),
        ("SELECT x AS y, y + 1 FROM (VALUES 1) AS t(x)", "COLUMN_NOT_FOUND: Column 'y'"),
        ("SELECT count(*) AS n FROM (VALUES 1) AS t(x) HAVING n > 0", "COLUMN_NOT_FOUND: Column 'n'"),
        ("SELECT 1 WHERE TIMESTAMP '2025-01-01 00:00:00' >= '2025-01-01'", "TYPE_MISMATCH: Cannot apply operator gte"),
        ("SELECT 1 WHERE '20250101' = 20250101", "TYPE_MISMATCH"),
        ("SELECT 1 WHERE DATE '2025-01-01' BETWEEN '2025-01-01' AND '2025-02-01'", "TYPE_MISMATCH"),
        ("SELECT 1 WHERE 'a' IN (1, 2)", "TYPE_MISMATCH"),
        ("SELECT 'n = ' || 1", "TYPE_MISMATCH"),
        ("SELECT 2147483647 + 1", "NUMERIC_VALUE_OUT_OF_RANGE"),
    ],
)
def test_a_failure_is_named_as_trino_names_it(database: LakeDatabase, sql: str, reason: str) -> None:
    with pytest.raises(QueryFailed) as failed:
        typed_rows(database, sql)

    assert failed.value.reason.startswith(reason)
