"""From objects in S3 to rows: schemas that grew, partitions of every kind, and the bytes that are charged."""

from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.local.athena.conftest import BUCKET, Asker, Lake


def test_a_column_that_old_files_lack_is_null_in_them(lake: Lake, asker: Asker) -> None:
    lake.daily("orders", {"id": "string", "channel": "string"})
    lake.put("base/orders/dt=2025-01-01/base.parquet", pa.table({"id": ["old"]}))
    lake.put("base/orders/dt=2025-01-02/base.parquet", pa.table({"channel": ["web"], "id": ["new"]}))

    assert asker.rows("SELECT id, channel, dt FROM orders ORDER BY id DESC") == [
        ["old", None, "2025-01-01"],
        ["new", "web", "2025-01-02"],
    ]


def test_columns_are_found_by_name_cast_to_glues_type_and_others_ignored(lake: Lake, asker: Asker) -> None:
    lake.daily("orders", {"total": "decimal(18,6)", "items": "bigint"})
    narrow = pa.table({"extra": ["x"], "Items": pa.array([3], pa.int32()), "total": pa.array([7], pa.int64())})
    wide = pa.table({"total": pa.array([Decimal("1.5")], pa.decimal128(9, 2)), "items": pa.array([4], pa.int64())})
    lake.put("base/orders/dt=2025-01-01/a.parquet", narrow)
    lake.put("base/orders/dt=2025-01-01/b.parquet", wide)

    assert asker.rows("SELECT * FROM orders ORDER BY items") == [
        ["7.000000", "3", "2025-01-01"],
        ["1.500000", "4", "2025-01-01"],
    ]


def test_nested_columns_keep_what_is_inside(lake: Lake, asker: Asker) -> None:
    lake.daily(
        "decisions", {"features": "map<string,string>", "who": "struct<id:string,n:int>", "tags": "array<string>"}
    )
    row = {"features": [("a", "1")], "who": {"id": "x", "n": 2}, "tags": ["p", None]}
    kind = pa.struct([("id", pa.string()), ("n", pa.int32())])
    lake.put(
        "base/decisions/dt=2025-01-01/a.parquet",
        pa.table(
            {
                "features": pa.array([row["features"]], pa.map_(pa.string(), pa.string())),
                "who": pa.array([row["who"]], kind),
                "tags": pa.array([row["tags"]], pa.list_(pa.string())),
            }
        ),
    )

    assert asker.rows("SELECT features, who, tags, who.n, features['a'] FROM decisions") == [
        ["{a=1}", "{id=x, n=2}", "[p, null]", "2", "1"]
    ]


def test_a_table_without_partitions_is_read_from_its_location(lake: Lake, asker: Asker) -> None:
    lake.table("products", {"id": "string"}, keys={}, parameters={})
    lake.put("base/products/base.parquet", pa.table({"id": ["p"]}))
    lake.put("base/products/_temporary/_hidden.parquet", pa.table({"id": ["hidden"]}))
    lake.put("base/products_other/base.parquet", pa.table({"id": ["neighbour"]}))

    assert asker.rows("SELECT id FROM products") == [["p"]]


def test_a_table_without_objects_has_its_columns_and_no_rows(lake: Lake, asker: Asker) -> None:
    lake.daily("labels", {"id": "string", "amount": "decimal(18,6)"})

    columns, rows = asker.result("SELECT * FROM labels")

    assert ([column["Type"] for column in columns], rows) == (["varchar", "decimal", "varchar"], [])


def test_registered_partitions_are_read_where_the_catalogue_says(lake: Lake, asker: Asker) -> None:
    lake.table("archive", {"id": "string"}, keys={"year": "int"}, parameters={})
    for year in (2023, 2024):
        lake.put(f"elsewhere/{year}/a.parquet", pa.table({"id": [f"of {year}"]}))
        lake.glue.create_partition(
            DatabaseName="tally",
            TableName="archive",
            PartitionInput={
                "Values": [str(year)],
                "StorageDescriptor": {"Location": f"s3://{BUCKET}/elsewhere/{year}"},
            },
        )

    assert asker.rows("SELECT id, year FROM archive WHERE year > 2023") == [["of 2024", "2024"]]
    assert lake.fetched == ["elsewhere/2024/a.parquet"]


def test_projections_of_several_types_multiply(lake: Lake, asker: Asker) -> None:
    lake.table(
        "hourly",
        {"n": "bigint"},
        keys={"region": "string", "hour": "string"},
        parameters={
            "projection.enabled": "true",
            "projection.region.type": "enum",
            "projection.region.values": "eu,us",
            "projection.hour.type": "integer",
            "projection.hour.range": "0,23",
            "projection.hour.digits": "2",
        },
    )
    for region, hour in (("eu", "03"), ("us", "03"), ("us", "17")):
        lake.put(f"base/hourly/region={region}/hour={hour}/a.parquet", pa.table({"n": [int(hour)]}))

    assert asker.rows("SELECT region, hour, n FROM hourly WHERE hour = '03' ORDER BY region") == [
        ["eu", "03", "3"],
        ["us", "03", "3"],
    ]
    assert sorted(lake.fetched) == [
        "base/hourly/region=eu/hour=03/a.parquet",
        "base/hourly/region=us/hour=03/a.parquet",
    ]


def test_bytes_scanned_are_those_of_needed_columns_in_needed_partitions(lake: Lake, asker: Asker) -> None:
    lake.daily("sales", {"id": "string", "n": "bigint", "m": "map<string,double>"})
    rows = pa.table(
        {
            "id": [f"id-{n}" for n in range(1000)],
            "n": list(range(1000)),
            "m": pa.array([[("k", float(n))] for n in range(1000)], pa.map_(pa.string(), pa.float64())),
        }
    )
    for day in (1, 2):
        lake.put(f"base/sales/dt=2025-01-0{day}/a.parquet", rows)
    meta = pq.read_metadata(pa.BufferReader(lake.read(f"s3://{BUCKET}/base/sales/dt=2025-01-01/a.parquet")))
    size = {"id": 0, "n": 0, "m": 0}
    for place in range(meta.num_columns):
        chunk = meta.row_group(0).column(place)
        size[chunk.path_in_schema.split(".")[0]] += chunk.total_compressed_size

    def scanned(sql: str) -> int:
        return int(asker.execute(sql)["Statistics"]["DataScannedInBytes"])

    assert scanned("SELECT sum(n) FROM sales") == 2 * size["n"]
    assert scanned("SELECT sum(n) FROM sales WHERE dt = '2025-01-01' AND id <> ''") == size["n"] + size["id"]
    assert scanned("SELECT m['k'] FROM sales WHERE dt = '2025-01-02'") == size["m"]
    assert scanned("SELECT count(*), max(dt) FROM sales") == 0


def test_an_object_replaced_between_listing_and_fetching_is_read_as_it_is_now(lake: Lake, asker: Asker) -> None:
    lake.daily("sales", {"n": "bigint"})
    key = "base/sales/dt=2025-01-01/a.parquet"
    lake.put(key, pa.table({"n": [1]}))
    replacements = [pa.table({"n": [2]})]

    def replace(**_: object) -> None:
        if replacements:
            lake.put(key, replacements.pop())

    lake.s3.meta.events.register("before-parameter-build.s3.GetObject", replace)

    assert asker.rows("SELECT n FROM sales") == [["2"]]


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("SELECT 1 FROM nosuch", "TABLE_NOT_FOUND: line 1:1: Table 'awsdatacatalog.tally.nosuch' does not exist"),
        ('SELECT 1 FROM "/etc/passwd"', "TABLE_NOT_FOUND"),
        ("SELECT 1 FROM other.tally.sales", "CATALOG_NOT_FOUND"),
        ("SELECT 1 FROM csv", "HIVE_UNSUPPORTED_FORMAT"),
        ("SELECT nosuch FROM sales", "COLUMN_NOT_FOUND: Column 'nosuch' cannot be resolved"),
        ("SELECT 1 FROM half", "INVALID_TABLE_PROPERTY"),
        ("INSERT INTO sales VALUES ('x')", "NOT_SUPPORTED: the statement INSERT INTO"),
        ("CREATE TABLE x (id string)", "NOT_SUPPORTED: the statement CREATE TABLE"),
        ("COPY sales TO '/tmp/x'", "NOT_SUPPORTED: the statement COPY SALES"),
        ("SET threads = 1", "NOT_SUPPORTED: the statement SET THREADS"),
        ("PRAGMA version", "NOT_SUPPORTED: the statement PRAGMA VERSION"),
        ("SHOW TABLES", "NOT_SUPPORTED: the statement SHOW TABLES"),
    ],
)
def test_an_unexecutable_query_fails_with_its_reason(lake: Lake, asker: Asker, sql: str, reason: str) -> None:
    lake.daily("sales", {"id": "string"})
    lake.table("half", {"id": "string"}, keys={"dt": "string"}, parameters={"projection.enabled": "true"})
    lake.glue.create_table(
        DatabaseName="tally",
        TableInput={
            "Name": "csv",
            "StorageDescriptor": {"Columns": [], "Location": "s3://lake/csv/", "InputFormat": "TextInputFormat"},
        },
    )

    assert asker.reason(sql).startswith(reason)
