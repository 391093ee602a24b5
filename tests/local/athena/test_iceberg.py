"""Iceberg tables: snapshots, deletes, files left out by their bounds, schemas that changed, and what goes wrong."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyiceberg.schema import Schema
from pyiceberg.types import DecimalType, IntegerType, LongType, NestedField, StringType

from shared.athena.client import Athena
from shared.athena.result_file import ResultFiles
from shared.athena.sql import Statement
from shared.lake.catalog.table import Column, LakeTable
from tests.local.athena.conftest import BUCKET, DATABASE, Asker, Lake
from tests.local.athena.iceberg_lake import IcebergLake

SALES = LakeTable(
    name="sales",
    description="",
    time_column="timestamp",
    columns=(
        Column(name="id", glue_type="string"),
        Column(name="timestamp", glue_type="timestamp"),
        Column(name="n", glue_type="bigint"),
    ),
)
START = datetime(2025, 1, 1)  # noqa: DTZ001 Iceberg's timestamps have no zone
DAYS = 181  # six months


def _rows(ids: Sequence[str], *, start: datetime = START, days: int = 1, n: int = 1) -> pa.Table:
    moments = [start + timedelta(days=days * place) for place in range(len(ids))]
    return pa.table(
        {
            "id": pa.array(ids, pa.string()),
            "timestamp": pa.array(moments, pa.timestamp("us")),
            "n": pa.array([n] * len(ids), pa.int64()),
        }
    )


@pytest.fixture
def iceberg(lake: Lake) -> IcebergLake:
    return IcebergLake(lake)


@pytest.fixture
def sales(iceberg: IcebergLake) -> IcebergLake:
    iceberg.tables.head(SALES)
    return iceberg


def test_a_query_reads_the_current_snapshot(sales: IcebergLake, asker: Asker) -> None:
    sales.append(SALES, _rows(["a"]))
    before = asker.rows("SELECT id FROM sales")

    sales.append(SALES, _rows(["b"]))

    assert before == [["a"]]
    assert asker.rows("SELECT id FROM sales ORDER BY id") == [["a"], ["b"]]


def test_a_table_without_a_snapshot_has_its_columns_and_no_rows(sales: IcebergLake, asker: Asker) -> None:
    columns, rows = asker.result("SELECT * FROM sales WHERE n > 0")

    assert [column["Type"] for column in columns] == ["varchar", "timestamp", "bigint"]
    assert rows == sales.rows(SALES, ["id"]) == []


def test_versions_of_a_table_are_read_side_by_side_in_one_statement(sales: IcebergLake, asker: Asker) -> None:
    first = sales.append(SALES, _rows(["a", "b"]))
    second = sales.append(SALES, _rows(["c"]))
    sales.append(SALES, _rows(["d"]))

    counts = asker.rows(
        f"SELECT (SELECT count(*) FROM sales FOR VERSION AS OF {first}), "  # noqa: S608 numbers
        f"(SELECT count(*) FROM sales FOR VERSION AS OF {second} AS s WHERE s.n = 1), (SELECT count(*) FROM sales)"
    )
    added = asker.rows(
        f"SELECT new.id FROM sales FOR VERSION AS OF {second} AS new "  # noqa: S608 numbers
        f"LEFT JOIN sales FOR VERSION AS OF {first} AS old ON new.id = old.id WHERE old.id IS NULL"
    )

    assert counts == [["2", "3", "4"]]
    assert added == [["c"]]


def test_a_tag_and_a_moment_name_a_snapshot(sales: IcebergLake, asker: Asker) -> None:
    first = sales.append(SALES, _rows(["a"]))
    table = sales.load(SALES)
    table.manage_snapshots().create_tag(first, "day-one").commit()
    sales.append(SALES, _rows(["b"]))

    assert asker.rows("SELECT id FROM sales FOR VERSION AS OF 'day-one'") == [["a"]]
    assert asker.rows("SELECT count(*) FROM sales FOR TIMESTAMP AS OF TIMESTAMP '2999-01-01 00:00:00 UTC'") == [["2"]]


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        ("VERSION AS OF 4711", "INVALID_ARGUMENTS: Iceberg snapshot ID does not exists: 4711"),
        ("VERSION AS OF 'nosuch'", "INVALID_ARGUMENTS: Cannot find snapshot with reference name: nosuch"),
        (
            "TIMESTAMP AS OF TIMESTAMP '1999-01-01 00:00:00'",
            'INVALID_ARGUMENTS: No version history table "tally"."sales"',
        ),
        ("TIMESTAMP AS OF current_timestamp", "NOT_SUPPORTED"),
        ("TIMESTAMP AS OF TIMESTAMP 'noon'", "INVALID_LITERAL: 'noon'"),
    ],
)
def test_an_unknown_version_fails_with_trinos_reason(
    sales: IcebergLake, asker: Asker, version: str, reason: str
) -> None:
    sales.append(SALES, _rows(["a"]))

    assert asker.reason(f"SELECT id FROM sales FOR {version}").startswith(reason)  # noqa: S608 the cases above


def test_an_expired_snapshot_does_not_exist(sales: IcebergLake, asker: Asker) -> None:
    first = sales.append(SALES, _rows(["a"]))
    sales.append(SALES, _rows(["b"]))
    assert asker.rows(f"SELECT id FROM sales FOR VERSION AS OF {first}") == [["a"]]  # noqa: S608 a number

    sales.load(SALES).maintenance.expire_snapshots().by_id(first).commit()

    reason = asker.reason(f"SELECT id FROM sales FOR VERSION AS OF {first}")  # noqa: S608 a number
    assert reason == f"INVALID_ARGUMENTS: Iceberg snapshot ID does not exists: {first}"


def test_a_version_of_another_table_is_refused(lake: Lake, asker: Asker) -> None:
    lake.daily("quarantine", {"id": "string"})

    assert asker.reason("SELECT id FROM quarantine FOR VERSION AS OF 1").startswith("NOT_SUPPORTED")


def test_deleted_rows_are_left_out_from_their_snapshot_on(sales: IcebergLake, asker: Asker) -> None:
    first = sales.append(SALES, _rows([f"{number:03}" for number in range(100)], days=0))
    sales.append(SALES, _rows(["kept", "gone"], start=START + timedelta(days=60), days=0))
    january, march = sales.files(SALES)
    sales.delete(SALES, {january: [3, 50]})
    last = sales.delete(SALES, {january: [4], march: [1]})

    found = asker.rows("SELECT id FROM sales ORDER BY id")

    assert found == sales.rows(SALES, ["id"])
    assert not {"003", "004", "050", "gone"} & {row[0] for row in found}
    assert asker.rows(
        f"SELECT (SELECT count(*) FROM sales FOR VERSION AS OF {first} WHERE id < '050'), "  # noqa: S608 numbers
        f"(SELECT count(*) FROM sales FOR VERSION AS OF {last} WHERE id < '050')"
    ) == [["50", "48"]]


def test_a_delete_file_of_a_partition_applies_to_each_of_its_older_files(sales: IcebergLake, asker: Asker) -> None:
    sales.append(SALES, _rows(["a", "b"], days=0))
    sales.append(SALES, _rows(["c", "d"], days=0))
    one, other = sales.files(SALES)
    sales.delete_in_partition(SALES, {one: [0], other: [1]})
    sales.append(SALES, _rows(["e", "f"], days=0))

    found = asker.rows("SELECT id FROM sales ORDER BY id")

    assert found == sales.rows(SALES, ["id"])
    assert len(found) == 4


def test_many_files_with_deletes_of_their_own_are_read_at_once(sales: IcebergLake, asker: Asker) -> None:
    sales.append(SALES, _rows([f"{number:03}" for number in range(DAYS)]))
    files = sales.files(SALES)
    for place in range(2):
        sales.delete(SALES, {file: [place, 10 + 2 * number + place] for number, file in enumerate(files)})

    found = asker.rows("SELECT id, n FROM sales WHERE n = 1 ORDER BY id")

    assert found == sales.rows(SALES, ["id", "n"])
    assert len(found) == DAYS - 4 * len(files)


@pytest.mark.parametrize(
    ("condition", "months"),
    [
        ("\"timestamp\" >= TIMESTAMP '2025-03-01 00:00:00' AND \"timestamp\" < TIMESTAMP '2025-05-01 00:00:00'", 2),
        ("\"timestamp\" BETWEEN TIMESTAMP '2025-03-31 00:00:00' AND TIMESTAMP '2025-04-01 00:00:00'", 2),
        ("TIMESTAMP '2025-06-01 00:00:00' <= \"timestamp\"", 1),
        ("\"timestamp\" >= DATE '2025-06-01'", 1),
        ("date_trunc('month', \"timestamp\") = TIMESTAMP '2025-02-01 00:00:00'", 1),
        ("CAST(CAST(\"timestamp\" AS date) AS varchar) IN ('2025-01-02', '2025-06-03')", 2),
        ("CAST(\"timestamp\" AS date) = DATE '2025-03-05' OR n = 1", 6),
        ("CAST(\"timestamp\" AS date) = DATE '2025-03-05' AND n < 0", 1),
        ("NOT \"timestamp\" >= TIMESTAMP '2025-03-01 00:00:00'", 6),
        ('month("timestamp") = 3', 6),
        ("date_trunc('day', \"timestamp\" AT TIME ZONE 'Europe/Berlin') < TIMESTAMP '2025-03-05 00:00:00 UTC'", 6),
    ],
)
def test_only_files_whose_bounds_fit_are_fetched(sales: IcebergLake, asker: Asker, condition: str, months: int) -> None:
    sales.append(SALES, _rows([f"{number}" for number in range(DAYS)]))
    sales.lake.fetched.clear()

    rows = asker.rows(f"SELECT id FROM sales WHERE {condition}")  # noqa: S608 the cases above
    files = sales.lake.fetched_below("sales/data/")

    everything = f"SELECT id FROM (SELECT *, row_number() OVER () AS r FROM sales) WHERE {condition}"  # noqa: S608 as above, after a window that stops pruning
    assert len(files) == months
    assert sorted(rows) == sorted(asker.rows(everything))


def test_each_version_of_a_table_is_pruned_by_its_own_condition(sales: IcebergLake, asker: Asker) -> None:
    first = sales.append(SALES, _rows([f"{number}" for number in range(DAYS)]))
    second = sales.append(SALES, _rows(["new"], start=START + timedelta(days=31)))
    sales.lake.fetched.clear()

    rows = asker.rows(
        f"SELECT id FROM sales FOR VERSION AS OF {first} WHERE \"timestamp\" < TIMESTAMP '2025-01-02 00:00:00' "  # noqa: S608 numbers
        f"UNION ALL SELECT id FROM sales FOR VERSION AS OF {second} "
        "WHERE \"timestamp\" >= TIMESTAMP '2025-02-01 00:00:00' AND \"timestamp\" < TIMESTAMP '2025-02-02 00:00:00'"
    )

    assert sorted(rows) == [["0"], ["31"], ["new"]]
    assert len(sales.lake.fetched_below("sales/data/")) == 3


def test_days_as_text_are_pruned_too(iceberg: IcebergLake, asker: Asker) -> None:
    table = LakeTable(
        name="sales_daily",
        description="",
        time_column="dt",
        columns=(Column(name="dt", glue_type="string"), Column(name="orders", glue_type="bigint")),
    )
    days = [str((START + timedelta(days=number)).date()) for number in range(DAYS)]
    iceberg.append(table, pa.table({"dt": days, "orders": pa.array(range(DAYS), pa.int64())}))
    iceberg.lake.fetched.clear()

    assert asker.rows("SELECT sum(orders) FROM sales_daily WHERE dt BETWEEN '2025-01-31' AND '2025-02-01'") == [["61"]]
    assert len(iceberg.lake.fetched_below("sales_daily/data/")) == 2


def test_bytes_scanned_are_those_of_needed_columns_in_needed_files(sales: IcebergLake, asker: Asker) -> None:
    sales.append(SALES, _rows([f"{number}" for number in range(DAYS)]))
    group = pq.read_metadata(pa.BufferReader(sales.lake.read(sales.files(SALES)[-1]))).row_group(0)

    found = asker.execute("SELECT sum(n) FROM sales WHERE \"timestamp\" >= TIMESTAMP '2025-06-01 00:00:00'")

    sizes = [group.column(place).total_compressed_size for place in range(3)]
    assert found["Statistics"]["DataScannedInBytes"] == sizes[1] + sizes[2]
    assert asker.execute("SELECT count(*) FROM sales")["Statistics"]["DataScannedInBytes"] == 0


def test_files_are_read_by_field_id_whatever_their_columns_were_called(sales: IcebergLake, asker: Asker) -> None:
    first = sales.append(SALES, _rows(["old"]))
    with sales.load(SALES).update_schema() as update:
        update.rename_column("n", "amount")
        update.add_column("channel", StringType())
    with sales.load(SALES).update_schema() as update:
        update.add_column("n", DecimalType(18, 6))
    renamed = _rows(["new"]).rename_columns(["id", "timestamp", "amount"])
    columns = (
        *SALES.columns[:2],
        Column(name="amount", glue_type="bigint"),
        Column(name="channel", glue_type="string"),
    )
    sales.append(replace(SALES, columns=columns), renamed.append_column("channel", pa.array(["web"])))

    assert asker.rows("SELECT id, amount, channel, n FROM sales ORDER BY id DESC") == [
        ["old", "1", None, None],
        ["new", "1", "web", None],
    ]
    assert asker.rows(f"SELECT * FROM sales FOR VERSION AS OF {first}") == [  # noqa: S608 a number
        ["old", "2025-01-01 00:00:00.000000", "1"]
    ]


def test_a_widened_column_is_read_and_pruned_in_files_of_both_types(iceberg: IcebergLake, asker: Asker) -> None:
    narrow = Schema(NestedField(1, "n", IntegerType(), required=False))
    table = iceberg.catalog.create_table((DATABASE, "counts"), narrow, f"s3://{BUCKET}/counts")
    table.append(pa.table({"n": pa.array([1, 2], pa.int32())}))
    with table.update_schema() as update:
        update.update_column("n", LongType())
    table.append(pa.table({"n": pa.array([2**40], pa.int64())}))

    assert asker.rows("SELECT n FROM counts ORDER BY n") == [["1"], ["2"], [str(2**40)]]
    assert asker.rows("SELECT n FROM counts WHERE n > 2") == [[str(2**40)]]
    assert asker.rows("SELECT n FROM counts WHERE n < 2") == [["1"]]


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ('"timestamp"', "2025-01-01 00:00:00.123456"),
        ('CAST("timestamp" AS varchar)', "2025-01-01 00:00:00.123456"),
        ('max("timestamp")', "2025-01-01 00:00:00.123456"),
        ("date_trunc('second', \"timestamp\")", "2025-01-01 00:00:00.000000"),
        ("coalesce(\"timestamp\", TIMESTAMP '2025-01-01 00:00:00')", "2025-01-01 00:00:00.123456"),
        ("\"timestamp\" + INTERVAL '1' DAY", "2025-01-02 00:00:00.123456"),
        ("date_add('day', 1, \"timestamp\")", "2025-01-02 00:00:00.123456"),
        ('to_iso8601("timestamp")', "2025-01-01T00:00:00.123456"),
        ('CAST("timestamp" AS timestamp)', "2025-01-01 00:00:00.123"),
        ('CAST(CAST("timestamp" AS timestamp(6)) AS varchar)', "2025-01-01 00:00:00.123456"),
        ('CAST(CAST("timestamp" AS date) AS varchar)', "2025-01-01"),
        ("TIMESTAMP '2025-01-01 00:00:00'", "2025-01-01 00:00:00.000"),
    ],
)
def test_timestamps_have_microseconds(sales: IcebergLake, asker: Asker, expression: str, text: str) -> None:
    sales.append(SALES, _rows(["a"], start=START + timedelta(microseconds=123456)))
    grouped = "" if "max" in expression else f" GROUP BY {expression}"

    columns, rows = asker.result(f"SELECT {expression} FROM sales{grouped}")  # noqa: S608 the cases above

    assert rows == [[text]]
    assert columns[0]["Type"] in ("varchar", "timestamp")


def test_the_platforms_client_reads_moments(sales: IcebergLake, asker: Asker) -> None:
    sales.append(SALES, _rows(["a"], start=START + timedelta(milliseconds=123)))
    client = Athena(client=asker.client, files=ResultFiles(boto3.client("s3")), work_group="primary", database=DATABASE)

    rows = client.run(Statement('SELECT "timestamp" AS moment FROM sales'))

    assert rows == [{"moment": datetime(2025, 1, 1, 0, 0, 0, 123_000, UTC)}]


def test_a_union_with_microseconds_has_microseconds(sales: IcebergLake, asker: Asker) -> None:
    sales.append(SALES, _rows(["a"]))

    sql = "SELECT max(at) FROM (SELECT TIMESTAMP '2024-01-01 00:00:00' AS at UNION ALL SELECT \"timestamp\" FROM sales)"

    assert asker.rows(sql) == [["2025-01-01 00:00:00.000000"]]


def test_files_are_fetched_once_and_metadata_is_read_once(sales: IcebergLake, asker: Asker) -> None:
    pinned = sales.append(SALES, _rows(["a", "b"], days=40))
    sql = f"SELECT count(*) FROM sales FOR VERSION AS OF {pinned} WHERE \"timestamp\" < TIMESTAMP '2025-02-01 00:00:00'"  # noqa: S608 a number
    asker.rows(sql)
    sales.lake.fetched.clear()

    assert asker.rows(sql) == [["1"]]
    assert asker.rows("SELECT count(*) FROM sales") == [["2"]]
    assert sales.lake.fetched_below("sales/metadata/") == []
    assert len(sales.lake.fetched_below("sales/data/")) == 1


def test_a_table_is_described_with_its_current_columns(sales: IcebergLake, asker: Asker) -> None:
    with sales.load(SALES).update_schema() as update:
        update.rename_column("n", "amount")

    found = asker.client.get_table_metadata(CatalogName="AwsDataCatalog", DatabaseName=DATABASE, TableName="sales")
    listed = asker.client.list_table_metadata(CatalogName="AwsDataCatalog", DatabaseName=DATABASE)

    assert [(each["Name"], each["Type"]) for each in found["TableMetadata"]["Columns"]] == [
        ("id", "string"),
        ("timestamp", "timestamp"),
        ("amount", "bigint"),
    ]
    assert found["TableMetadata"]["Parameters"]["table_type"] == "ICEBERG"
    assert [each["Name"] for each in listed["TableMetadataList"]] == ["sales"]


@pytest.mark.parametrize(
    ("part", "content", "reason"),
    [
        (".metadata.json", None, "ICEBERG_INVALID_METADATA: Metadata not found in metadata location"),
        (".metadata.json", b'{"format-version": 2', "ICEBERG_INVALID_METADATA: Invalid metadata file"),
        (".metadata.json", b"{}", "ICEBERG_INVALID_METADATA: Invalid metadata file"),
        ("/snap-", None, "ICEBERG_INVALID_METADATA: Manifest not found"),
        ("/snap-", b"Obj\x01", "ICEBERG_BAD_DATA: Error reading manifest"),
        ("-m0.avro", None, "ICEBERG_INVALID_METADATA: Manifest not found"),
        ("-m0.avro", b"Obj\x01half", "ICEBERG_BAD_DATA: Error reading manifest"),
        ("/data/", None, "ICEBERG_CANNOT_OPEN_SPLIT: Error opening Iceberg split"),
        ("/data/", b"PAR1", "ICEBERG_BAD_DATA: Error reading Iceberg data"),
    ],
)
def test_a_broken_table_fails_the_query_with_the_reason(
    sales: IcebergLake, asker: Asker, part: str, content: bytes | None, reason: str
) -> None:
    sales.append(SALES, _rows(["a"]))
    for key in sales.lake.keys_below("sales/"):
        if part in key:
            sales.lake.replace(key, content)

    assert asker.reason("SELECT id FROM sales").startswith(reason)
    assert asker.rows("SELECT 1") == [["1"]]


def test_a_truncated_manifest_fails_the_query(sales: IcebergLake, asker: Asker) -> None:
    sales.append(SALES, _rows(["a"]))
    (manifest,) = [key for key in sales.lake.keys_below("sales/") if key.endswith("-m0.avro")]
    whole = sales.lake.read(f"s3://{BUCKET}/{manifest}")

    sales.lake.replace(manifest, whole[: len(whole) // 2])

    assert asker.reason("SELECT id FROM sales").startswith("ICEBERG_BAD_DATA")
