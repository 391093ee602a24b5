"""Queries over projected tables through an ordinary boto3 client."""

from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from tests.local.athena.conftest import Asker, Lake

SALES = {
    "id": "string",
    "customer": "string",
    "quantity": "decimal(18,4)",
    "price": "decimal(18,6)",
    "at": "timestamp",
    "features": "map<string,double>",
}


@pytest.fixture
def sales(lake: Lake) -> Lake:
    lake.daily("sales", SALES)
    for day in range(1, 11):
        lake.put(f"base/sales/dt=2025-01-{day:02}/base.parquet", _day(day))
    return lake


def _day(day: int) -> pa.Table:
    return pa.table(
        {
            "id": pa.array([f"{day}-a", f"{day}-b"]),
            "customer": pa.array(["O'Brien", None]),
            "quantity": pa.array([Decimal(day), Decimal("-0.5")], pa.decimal128(18, 4)),
            "price": pa.array([Decimal("9.99"), Decimal("0.000001")], pa.decimal128(18, 6)),
            "at": pa.array([datetime(2025, 1, day, 12, tzinfo=UTC), None], pa.timestamp("ms")),
            "features": pa.array([[("x", 1.5)], []], pa.map_(pa.string(), pa.float64())),
        }
    )


def test_a_count_of_everything_scans_no_bytes_and_fetches_every_object(sales: Lake, asker: Asker) -> None:
    found = asker.execute("SELECT count(*) FROM sales")

    assert found["Statistics"]["DataScannedInBytes"] == 0
    assert len(sales.fetched) == 10


def test_a_range_of_days_fetches_only_the_objects_of_those_days(sales: Lake, asker: Asker) -> None:
    rows = asker.rows("SELECT count(*) FROM sales WHERE dt BETWEEN ? AND ?", "'2025-01-03'", "'2025-01-05'")

    assert rows == [["6"]]
    assert sorted(sales.fetched) == [f"base/sales/dt=2025-01-0{day}/base.parquet" for day in (3, 4, 5)]


def test_an_object_is_fetched_again_only_after_it_changed(sales: Lake, asker: Asker) -> None:
    asker.rows("SELECT id FROM sales WHERE dt = '2025-01-02'")
    asker.rows("SELECT id FROM sales WHERE dt = '2025-01-02'")
    assert len(sales.fetched) == 1

    sales.put("base/sales/dt=2025-01-02/base.parquet", _day(9))

    assert asker.rows("SELECT id FROM sales WHERE dt = '2025-01-02' ORDER BY id") == [["9-a"], ["9-b"]]
    assert len(sales.fetched) == 2


@pytest.mark.usefixtures("sales")
def test_every_type_has_the_name_and_text_of_athena(asker: Asker) -> None:
    columns, rows = asker.result("SELECT * FROM sales WHERE dt = '2025-01-02' ORDER BY id")

    assert [(column["Name"], column["Type"]) for column in columns] == [
        ("id", "varchar"),
        ("customer", "varchar"),
        ("quantity", "decimal"),
        ("price", "decimal"),
        ("at", "timestamp"),
        ("features", "map"),
        ("dt", "varchar"),
    ]
    assert (columns[2]["Precision"], columns[2]["Scale"]) == (18, 4)
    assert rows == [
        ["2-a", "O'Brien", "2.0000", "9.990000", "2025-01-02 12:00:00.000", "{x=1.5}", "2025-01-02"],
        ["2-b", None, "-0.5000", "0.000001", None, "{}", "2025-01-02"],
    ]


@pytest.mark.usefixtures("sales")
def test_sums_of_products_keep_trinos_scale(asker: Asker) -> None:
    columns, rows = asker.result("SELECT sum(quantity * price) AS net FROM sales WHERE dt <= '2025-01-02'")

    assert rows == [["29.9699990000"]]
    assert (columns[0]["Precision"], columns[0]["Scale"]) == (38, 10)


@pytest.mark.usefixtures("sales")
def test_parameters_are_sql_literals_and_quotes_in_them_stay_inside(asker: Asker) -> None:
    sql = "SELECT count(*) FROM sales WHERE customer = ? AND quantity >= ? AND at < ?"

    assert asker.rows(sql, "'O''Brien'", "2.5", "TIMESTAMP '2025-01-05 00:00:00'") == [["2"]]


@pytest.mark.parametrize(
    ("parameter", "condition"),
    [
        ("'it''s ? -- \\'", "? = concat('it''s ', '? -- \\')"),
        ("-1.50", "? = CAST(-1.5 AS decimal(3, 2))"),
        ("12345678901", "? = BIGINT '12345678901'"),
        ("1e3", "? = DOUBLE '1000'"),
        ("TRUE", "?"),
        ("NULL", "? IS NULL"),
        ("DATE '2025-01-01'", "? = CAST('2025-01-01' AS date)"),
        ("TIMESTAMP '2025-01-01 10:00:00.123'", "? = CAST('2025-01-01 10:00:00.123' AS timestamp)"),
        ("ARRAY['a', 'b']", "element_at(?, 2) = 'b'"),
        ("CAST('1' AS bigint)", "? = 1"),
    ],
)
def test_a_parameter_keeps_its_type_and_value(asker: Asker, parameter: str, condition: str) -> None:
    assert asker.rows(f"SELECT '?' AS question WHERE {condition}", parameter) == [["?"]]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ? AS p",
        "SELECT id FROM sales JOIN sales AS other ON other.id = ?",
        "SELECT count(*) FILTER (WHERE id = ?) FROM sales",
        "SELECT count(*) FROM sales GROUP BY id HAVING id = ?",
        "SELECT id FROM sales WHERE id IN (SELECT CASE WHEN id = ? THEN id END FROM sales)",
        "SELECT id FROM (VALUES ?) AS t (id)",
        "SELECT id FROM sales FOR VERSION AS OF ?",
        "SELECT id FROM sales LIMIT ?",
        "WITH some AS (SELECT ? AS p) SELECT p FROM some",
        "UNLOAD (SELECT ? AS p) TO 's3://lake/unloaded/' WITH (format = 'JSON')",
    ],
)
def test_parameters_elsewhere_than_in_where_are_refused(asker: Asker, query: str) -> None:
    with pytest.raises(asker.client.exceptions.InvalidRequestException, match="only in the WHERE clause"):
        asker.execute(query, "1")


@pytest.mark.parametrize("parameter", ["id", "(SELECT 1)", "1; DROP TABLE sales", "count(*)", "'open"])
@pytest.mark.usefixtures("sales")
def test_a_parameter_that_is_not_a_literal_fails_the_query(asker: Asker, parameter: str) -> None:
    reason = asker.reason("SELECT count(*) FROM sales WHERE id = ?", parameter)

    assert reason.startswith("INVALID_PARAMETER_USAGE: parameter 1 is not a literal")


@pytest.mark.usefixtures("sales")
def test_too_few_parameters_fail_the_query(asker: Asker) -> None:
    assert "expected 2 but found 1" in asker.reason("SELECT 1 WHERE ? < ?", "1")


def test_result_files_quote_every_value_and_leave_null_empty(sales: Lake, asker: Asker) -> None:
    found = asker.execute("SELECT id, customer, '' AS nothing FROM sales WHERE dt = '2025-01-02' ORDER BY id")

    assert sales.read(found["ResultConfiguration"]["OutputLocation"]).decode() == (
        '"id","customer","nothing"\n"2-a","O\'Brien",""\n"2-b",,""\n'
    )
