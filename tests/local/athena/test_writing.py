"""UNLOAD, CREATE TABLE AS and DROP TABLE: files in the lake, tables in the catalogue."""

import gzip
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.local.athena.conftest import BUCKET, DATABASE, Asker, Lake

TARGET = f"s3://{BUCKET}/export/"


@pytest.fixture
def sales(lake: Lake) -> Lake:
    lake.daily("sales", {"id": "string", "n": "bigint"})
    for day in ("2025-01-01", "2025-01-02"):
        lake.put(f"base/sales/dt={day}/a.parquet", pa.table({"id": ["a", "b"], "n": [1, 2]}))
    return lake


def _stored(lake: Lake, key: str) -> pa.Table:
    return pq.read_table(io.BytesIO(lake.read(f"s3://{BUCKET}/{key}")))


def test_unload_writes_parquet_and_a_manifest_of_its_files(sales: Lake, asker: Asker) -> None:
    found = asker.execute(
        f"UNLOAD (SELECT id, sum(n) AS total FROM sales WHERE dt >= ? GROUP BY id ORDER BY id) TO '{TARGET}' "  # noqa: S608 a constant
        "WITH (format = 'PARQUET', compression = 'ZSTD')",
        "'2025-01-02'",
    )

    keys = sales.keys_below("export/")
    table = _stored(sales, keys[0])
    assert (found["Status"]["State"], found["SubstatementType"], len(keys)) == ("SUCCEEDED", "UNLOAD", 1)
    assert table.to_pylist() == [{"id": "a", "total": 1}, {"id": "b", "total": 2}]
    assert table.schema.field("total").type == pa.int64()
    assert sales.read(found["Statistics"]["DataManifestLocation"]).decode().split() == [f"s3://{BUCKET}/{keys[0]}"]


def test_unload_puts_partitions_in_folders_and_leaves_their_columns_out(sales: Lake, asker: Asker) -> None:
    asker.execute(
        f"UNLOAD (SELECT id, dt FROM sales) TO '{TARGET}' WITH (format = 'PARQUET', partitioned_by = ARRAY['dt'])"  # noqa: S608 a constant
    )

    keys = sales.keys_below("export/")
    assert [key.split("/")[1] for key in keys] == ["dt=2025-01-01", "dt=2025-01-02"]
    assert _stored(sales, keys[0]).column_names == ["id"]


def test_unload_writes_json_lines_with_partitions_in_their_keys(sales: Lake, asker: Asker) -> None:
    asker.execute(
        "UNLOAD (SELECT id, CAST(n AS decimal(38, 2)) AS n, CAST(NULL AS varchar) AS none, n % 2 AS part FROM sales "  # noqa: S608 a constant
        f"WHERE dt = '2025-01-02') TO '{TARGET}' WITH (format = 'JSON', partitioned_by = ARRAY['part'])"
    )

    keys = sales.keys_below("export/")
    rows = [json.loads(gzip.decompress(sales.read(f"s3://{BUCKET}/{key}"))) for key in keys]
    assert [key.split("/")[1] for key in keys] == ["part=0", "part=1"]
    assert rows == [{"id": "b", "n": 2.0, "none": None}, {"id": "a", "n": 1.0, "none": None}]


def test_unload_writes_at_most_a_hundred_partitions(sales: Lake, asker: Asker) -> None:
    rows = "SELECT 1 AS one, x AS part FROM UNNEST(sequence(1, {})) AS t (x)"
    options = "(format = 'JSON', partitioned_by = ARRAY['part'])"

    asker.execute(f"UNLOAD ({rows.format(100)}) TO '{TARGET}' WITH {options}")
    reason = asker.reason(f"UNLOAD ({rows.format(101)}) TO 's3://{BUCKET}/more/' WITH {options}")

    assert len(sales.keys_below("export/")) == 100
    assert reason.startswith("HIVE_TOO_MANY_OPEN_PARTITIONS")
    assert sales.keys_below("more/") == []


def test_unload_refuses_a_non_empty_location(sales: Lake, asker: Asker) -> None:
    sales.put("export/before.parquet", pa.table({"x": [1]}))

    reason = asker.reason(f"UNLOAD (SELECT 1 AS one) TO '{TARGET}' WITH (format = 'PARQUET')")

    assert reason.startswith("HIVE_PATH_ALREADY_EXISTS")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ("format = 'ORC'", "NOT_SUPPORTED: the format ORC"),
        ("format = 'JSON', compression = 'SNAPPY'", "INVALID_TABLE_PROPERTY"),
        ("format = 'PARQUET', compression = 'BROTLI'", "INVALID_TABLE_PROPERTY"),
        ("format = 'PARQUET', field_delimiter = ','", "NOT_SUPPORTED: the property field_delimiter"),
        ("format = 'PARQUET', partitioned_by = ARRAY['one']", "HIVE_COLUMN_ORDER_MISMATCH"),
    ],
)
def test_unload_names_the_unsupported_option(lake: Lake, asker: Asker, options: str, reason: str) -> None:
    assert asker.reason(f"UNLOAD (SELECT 1 AS one, 2 AS two) TO '{TARGET}' WITH ({options})").startswith(reason)
    assert lake.keys_below("export/") == []


def test_a_table_made_from_a_query_can_be_queried(sales: Lake, asker: Asker) -> None:
    asker.execute(
        f"CREATE TABLE made WITH (format = 'PARQUET', external_location = '{TARGET}', write_compression = 'SNAPPY') AS "  # noqa: S608 a constant
        "SELECT id, n * CAST(1.50 AS decimal(5,2)) AS amount, TIMESTAMP '2025-01-01 00:00:00' AS at FROM sales"
    )

    table = sales.glue.get_table(DatabaseName=DATABASE, Name="made")["Table"]
    assert [(column["Name"], column["Type"]) for column in table["StorageDescriptor"]["Columns"]] == [
        ("id", "string"),
        ("amount", "decimal(24,2)"),
        ("at", "timestamp"),
    ]
    assert asker.rows("SELECT id, sum(amount) FROM made GROUP BY id ORDER BY id") == [["a", "3.00"], ["b", "6.00"]]


def test_a_partitioned_table_made_from_a_query_is_pruned(sales: Lake, asker: Asker) -> None:
    asker.execute(
        "CREATE TABLE made WITH (format = 'PARQUET', partitioned_by = ARRAY['dt']) AS SELECT id, dt FROM sales"
    )
    sales.fetched.clear()

    assert asker.rows("SELECT id FROM made WHERE dt = '2025-01-02' ORDER BY id") == [["a"], ["b"]]
    assert len(sales.fetched) == 1


def test_an_existing_table_is_not_created_again(sales: Lake, asker: Asker) -> None:
    reason = asker.reason(f"CREATE TABLE sales WITH (external_location = '{TARGET}') AS SELECT 1 AS one")

    assert reason.startswith("TABLE_ALREADY_EXISTS")
    assert sales.keys_below("export/") == []


def test_a_dropped_table_leaves_the_catalogue_and_keeps_its_files(sales: Lake, asker: Asker) -> None:
    found = asker.execute("DROP TABLE `sales`")

    assert (found["Status"]["State"], found["StatementType"]) == ("SUCCEEDED", "DDL")
    assert asker.reason("DROP TABLE sales").startswith("TABLE_NOT_FOUND")
    assert asker.execute("DROP TABLE IF EXISTS sales")["Status"]["State"] == "SUCCEEDED"
    assert len(sales.keys_below("base/sales/")) == 2
