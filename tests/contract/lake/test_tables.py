"""What merges and roll-ups rely on, of Iceberg tables (Glue and S3 under moto) and of tables in memory alike."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from moto import mock_aws
from pyiceberg.manifest import DataFile as ManifestDataFile
from pyiceberg.manifest import DataFileContent, FileFormat
from pyiceberg.typedef import Record

from shared.lake.catalog.rollup_tables import PRODUCT_COSTS, SALES_DAILY, SALES_HOURLY_BY_ONE
from shared.lake.catalog.table import Column, LakeTable
from shared.lake.table.change_producer import ChangeProducer, FileChange
from shared.lake.table.iceberg import IcebergTables
from shared.lake.table.port import (
    FILE,
    POSITION,
    CommitConflict,
    SnapshotExpired,
    TableChange,
    TableSnapshot,
    TableStore,
    TableUnreadable,
)
from shared.lake.table.retention import MOST_SNAPSHOTS
from shared.lake.table.schema import arrow_schema_of
from tests.fakes import glue_versions
from tests.fakes.memory_tables import MemoryTables

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

SALES = LakeTable(
    name="sales",
    description="Sales of the tests.",
    time_column="timestamp",
    columns=(
        Column(name="number", glue_type="bigint"),
        Column(name="timestamp", glue_type="timestamp"),
        Column(name="amount", glue_type="decimal(18,6)"),
        Column(name="tags", glue_type="map<string,string>"),
    ),
)
_NEW_YEAR = datetime(2024, 1, 1)  # noqa: DTZ001 # as the lake's times are: UTC without saying so


@pytest.fixture
def s3() -> Iterator["S3Client"]:
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="tables")
        yield client


@pytest.fixture
def iceberg(s3: "S3Client") -> IcebergTables:
    return iceberg_tables(s3)


def iceberg_tables(s3: "S3Client") -> IcebergTables:
    glue = boto3.client("glue", region_name="us-east-1")
    if not glue.get_databases()["DatabaseList"]:
        glue.create_database(DatabaseInput={"Name": "lake"})
    return IcebergTables(glue, s3, database="lake", bucket="tables")


@pytest.fixture(params=["iceberg", "memory"])
def tables(request: pytest.FixtureRequest) -> TableStore:
    if request.param == "memory":
        return MemoryTables()
    found: TableStore = request.getfixturevalue("iceberg")
    return found


def sales(*numbers: int) -> pa.Table:
    """Make sales: number n happened n days and n milliseconds after New Year."""
    moments = [_NEW_YEAR + timedelta(days=n, milliseconds=n) for n in numbers]
    columns = [list(numbers), moments, [None] * len(numbers), [[("n", str(n))] for n in numbers]]
    return pa.table(
        [pa.array(each, field.type) for each, field in zip(columns, arrow_schema_of(SALES), strict=True)],
        schema=arrow_schema_of(SALES),
    )


def append(tables: TableStore, *numbers: int) -> TableSnapshot:
    return tables.commit(SALES, tables.head(SALES), TableChange(rows=sales(*numbers)))


def positions_of(tables: TableStore, snapshot: TableSnapshot, *numbers: int) -> dict[str, pa.Array]:
    rows = tables.rows(SALES, snapshot, ["number"])
    found = rows.filter(pc.is_in(rows["number"], value_set=pa.array(numbers, pa.int64())))
    paths = found[FILE].cast(pa.string())
    return {
        path: found.filter(pc.equal(paths, path))[POSITION].combine_chunks().sort() for path in set(paths.to_pylist())
    }


def numbers_in(tables: TableStore, snapshot: TableSnapshot) -> list[int]:
    return sorted(tables.rows(SALES, snapshot, ["number"])["number"].to_pylist())


def test_a_new_table_is_empty(tables: TableStore) -> None:
    head = tables.head(SALES)
    assert (head.id, head.sequence, head.rows) == (None, 0, 0)
    assert numbers_in(tables, head) == []


def test_appended_rows_are_read_as_they_were_written(tables: TableStore) -> None:
    snapshot = append(tables, 3, 1, 2)
    found = tables.rows(SALES, snapshot, SALES_COLUMNS).drop_columns([FILE, POSITION])
    assert found.sort_by("number").equals(sales(1, 2, 3))


SALES_COLUMNS = [column.name for column in SALES.columns]


def test_streamed_rows_are_committed_together_and_read_one_table_at_a_time(tables: TableStore) -> None:
    before = append(tables, 1, 2)
    [file] = before.files
    seen = list[list[int]]()

    def stream() -> Iterator[pa.Table]:
        for number in (3, 40):
            seen.append(numbers_in(tables, tables.head(SALES)))
            yield sales(number)

    change = TableChange(rows=sales(5), streamed=stream(), dropped=frozenset([file.path]))
    made = tables.commit(SALES, before, change)

    assert seen == [[1, 2], [1, 2]]
    assert (made.sequence, numbers_in(tables, made)) == (2, [3, 5, 40])


def test_rows_are_written_to_a_file_for_each_month_with_its_bounds(tables: TableStore) -> None:
    snapshot = append(tables, 0, 30, 31, 59)
    bounds = [(each.rows, each.first, each.last) for each in snapshot.files]
    assert bounds == [
        (2, _NEW_YEAR, _NEW_YEAR + timedelta(days=30, milliseconds=30)),
        (2, _NEW_YEAR + timedelta(days=31, milliseconds=31), _NEW_YEAR + timedelta(days=59, milliseconds=59)),
    ]


def test_deleted_rows_are_gone_from_the_snapshot_that_deletes_them_only(tables: TableStore) -> None:
    before = append(tables, *range(40))
    after = tables.commit(SALES, before, TableChange(deleted=positions_of(tables, before, 3, 5, 39)))
    assert numbers_in(tables, before) == list(range(40))
    assert numbers_in(tables, after) == [n for n in range(40) if n not in {3, 5, 39}]
    assert after.rows == len(range(40)) - 3


def test_rows_deleted_in_several_commits_stay_deleted(tables: TableStore) -> None:
    head = append(tables, *range(10))
    for number in range(5):
        head = tables.commit(SALES, head, TableChange(deleted=positions_of(tables, head, number)))
    assert numbers_in(tables, head) == [5, 6, 7, 8, 9]


def test_one_commit_replaces_rows(tables: TableStore) -> None:
    head = append(tables, 1, 2)
    change = TableChange(rows=sales(40), deleted=positions_of(tables, head, 2))
    assert numbers_in(tables, tables.commit(SALES, head, change)) == [1, 40]


def test_a_dropped_file_goes_with_its_deleted_positions(tables: TableStore) -> None:
    head = append(tables, 1, 2, 40)
    head = tables.commit(SALES, head, TableChange(deleted=positions_of(tables, head, 1)))
    january = head.files[0]
    head = tables.commit(SALES, head, TableChange(rows=sales(3), dropped=frozenset([january.path])))
    assert numbers_in(tables, head) == [3, 40]
    assert [each.deleted for each in head.files] == [0, 0]


def test_a_commit_to_an_outdated_snapshot_is_refused_and_changes_nothing(tables: TableStore) -> None:
    outdated = append(tables, 1)
    head = append(tables, 2)
    with pytest.raises(CommitConflict):
        tables.commit(SALES, outdated, TableChange(rows=sales(3)))
    assert tables.head(SALES) == head


def test_two_first_commits_do_not_both_succeed(tables: TableStore) -> None:
    empty = tables.head(SALES)
    tables.commit(SALES, empty, TableChange(rows=sales(1)))
    with pytest.raises(CommitConflict):
        tables.commit(SALES, empty, TableChange(rows=sales(1)))


def test_a_snapshot_carries_the_summary_of_its_change(tables: TableStore) -> None:
    made = tables.commit(SALES, tables.head(SALES), TableChange(rows=sales(1), summary={"tally.receipt": "r/1"}))
    assert made.summary["tally.receipt"] == "r/1"
    assert tables.head(SALES).summary["tally.receipt"] == "r/1"


def test_sequence_numbers_rise_with_every_commit(tables: TableStore) -> None:
    numbers = [append(tables, n).sequence for n in range(3)]
    assert numbers == sorted(set(numbers))


def test_an_earlier_snapshot_is_read_as_it_was(tables: TableStore) -> None:
    first = append(tables, 1)
    append(tables, 2)
    assert first.id is not None
    assert numbers_in(tables, tables.snapshot(SALES, first.id)) == [1]


def test_an_unknown_snapshot_is_named_in_the_error(tables: TableStore) -> None:
    append(tables, 1)
    with pytest.raises(SnapshotExpired, match="404"):
        tables.snapshot(SALES, 404)


def test_a_read_of_ranges_returns_every_row_in_them(tables: TableStore) -> None:
    snapshot = append(tables, *range(100))
    day = _NEW_YEAR + timedelta(days=45)
    found = tables.rows(SALES, snapshot, ["number"], ranges=[(day, day + timedelta(days=1))])
    assert 45 in found["number"].to_pylist()
    assert 5 not in found["number"].to_pylist()  # another month is not read


def test_rows_at_positions_omit_deleted_ones(tables: TableStore) -> None:
    head = append(tables, *range(6))
    head = tables.commit(SALES, head, TableChange(deleted=positions_of(tables, head, 2)))
    [file] = head.files
    found = tables.rows_at(SALES, head, ["number"], {file.path: pa.array([1, 2, 4])})
    assert found["number"].to_pylist() == [1, 4]
    assert found[POSITION].to_pylist() == [1, 4]


def test_a_column_is_read_with_the_deleted_rows(tables: TableStore) -> None:
    head = append(tables, 7, 8)
    head = tables.commit(SALES, head, TableChange(deleted=positions_of(tables, head, 7)))
    assert tables.column(SALES, head.files[0], "number").to_pylist() == [7, 8]


@pytest.mark.parametrize("table", [SALES_DAILY, PRODUCT_COSTS], ids=lambda each: each.name)
def test_tables_by_text_days_and_without_time_are_written_and_read(tables: TableStore, table: LakeTable) -> None:
    schema = arrow_schema_of(table)
    columns = {each.name: pa.nulls(3, each.type) for each in schema}
    if table.time_column == "dt":
        columns["dt"] = pa.array(["2024-01-31", "2024-02-01", "2024-02-29"])
    rows = pa.table(columns, schema=schema)
    head = tables.commit(table, tables.head(table), TableChange(rows=rows))
    found = tables.rows(table, head, schema.names).drop_columns([FILE, POSITION])
    assert found.equals(rows)
    assert len(head.files) == (2 if table.time_column else 1)


_STEPS = st.lists(
    st.tuples(st.lists(st.integers(0, 90), max_size=6), st.lists(st.integers(0, 90), max_size=6), st.booleans()),
    max_size=6,
)


@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=_STEPS)
def test_any_history_of_commits_gives_the_rows_of_a_plain_list(s3: "S3Client", steps: list) -> None:  # type: ignore[type-arg]
    boto3.client("glue", region_name="us-east-1").delete_database(Name="lake") if _has_database() else None
    for tables in (MemoryTables(), iceberg_tables(s3)):
        head, expected, kept = tables.head(SALES), Counter[int](), list[tuple[TableSnapshot, list[int]]]()
        for added, removed, drops in steps:
            dropped = frozenset(each.path for each in head.files[:1]) if drops else frozenset()
            expected -= numbers_of_file(tables, head, dropped)
            deleted = {path: at for path, at in positions_of(tables, head, *removed).items() if path not in dropped}
            expected = Counter({n: times for n, times in expected.items() if n not in removed}) + Counter(added)
            head = tables.commit(SALES, head, TableChange(rows=sales(*added), deleted=deleted, dropped=dropped))
            kept.append((head, sorted(expected.elements())))
        assert [numbers_in(tables, each) for each, _ in kept] == [numbers for _, numbers in kept]
        assert [each.rows for each, _ in kept] == [len(numbers) for _, numbers in kept]


def _has_database() -> bool:
    return bool(boto3.client("glue", region_name="us-east-1").get_databases()["DatabaseList"])


def numbers_of_file(tables: TableStore, head: TableSnapshot, paths: frozenset[str]) -> Counter[int]:
    files = [each for each in head.files if each.path in paths]
    return Counter(tables.rows(SALES, head, ["number"], files=files)["number"].to_pylist() if files else ())


def test_many_commits_do_not_pile_up_manifests(iceberg: IcebergTables) -> None:
    head = append(iceberg, *range(60))
    for number in range(40):
        change = TableChange(rows=sales(60 + number), deleted=positions_of(iceberg, head, number))
        head = iceberg.commit(SALES, head, change)
    target = iceberg._load(SALES)
    current = target.current_snapshot()
    assert current is not None
    assert len(current.manifests(target.io)) <= 2 * 16
    assert numbers_in(iceberg, head) == list(range(40, 100))


def test_another_reader_sees_the_same_rows(iceberg: IcebergTables) -> None:
    head = append(iceberg, *range(50))
    head = iceberg.commit(SALES, head, TableChange(rows=sales(70), deleted=positions_of(iceberg, head, 0, 20, 49)))
    found = iceberg._load(SALES).scan().to_arrow()
    assert sorted(found["number"].to_pylist()) == numbers_in(iceberg, head)
    one = found.filter(pc.equal(found["number"], 70))
    assert one["timestamp"].to_pylist() == [_NEW_YEAR + timedelta(days=70, milliseconds=70)]
    assert one["tags"].to_pylist() == [[("n", "70")]]


def test_a_table_gains_the_columns_that_its_declaration_gains(iceberg: IcebergTables) -> None:
    append(iceberg, 1)
    wider = LakeTable(
        name="sales",
        description="",
        time_column="timestamp",
        columns=(*SALES.columns, Column(name="channel", glue_type="string")),
    )
    iceberg.ensure(wider)
    iceberg.ensure(wider)
    rows = sales(2).append_column("channel", pa.array(["web"]))
    head = iceberg.commit(wider, iceberg.head(wider), TableChange(rows=rows))
    found = iceberg.rows(wider, head, ["number", "channel"])
    assert sorted(zip(found["number"].to_pylist(), found["channel"].to_pylist(), strict=True)) == [
        (1, None),
        (2, "web"),
    ]


def test_a_column_is_added_though_a_merge_commits_meanwhile(iceberg: IcebergTables) -> None:
    append(iceberg, 1)
    glue = versioned_glue()
    glue.meta.events.register_first("provide-client-params.glue.UpdateTable", once(lambda **_: append(iceberg, 2)))
    slow = IcebergTables(glue, boto3.client("s3", region_name="us-east-1"), database="lake", bucket="tables")
    wider = replace(SALES, columns=(*SALES.columns, Column(name="channel", glue_type="string")))

    slow.ensure(wider)

    head = iceberg.head(wider)
    assert iceberg.rows(wider, head, ["channel"])["channel"].to_pylist() == [None, None]
    assert "channel" in {field.name for field in iceberg._load(wider).schema().fields}


def test_an_update_whose_response_was_lost_is_a_commit(iceberg: IcebergTables) -> None:
    before = append(iceberg, 1)
    glue = repeating_glue()
    slow = IcebergTables(glue, boto3.client("s3", region_name="us-east-1"), database="lake", bucket="tables")

    made = slow.commit(SALES, before, TableChange(rows=sales(2)))

    head = iceberg.head(SALES)
    assert (head.id, head.sequence) == (made.id, before.sequence + 1)
    assert numbers_in(iceberg, head) == [1, 2]


def test_a_refused_commit_leaves_the_current_snapshot_readable(iceberg: IcebergTables) -> None:
    before = append(iceberg, 1)
    glue = versioned_glue()
    glue.meta.events.register_first("provide-client-params.glue.UpdateTable", once(lambda **_: append(iceberg, 2)))
    slow = IcebergTables(glue, boto3.client("s3", region_name="us-east-1"), database="lake", bucket="tables")

    with pytest.raises(CommitConflict):
        slow.commit(SALES, before, TableChange(rows=sales(3)))

    assert numbers_in(iceberg, iceberg_tables(boto3.client("s3")).head(SALES)) == [1, 2]


def versioned_glue() -> Any:
    glue = boto3.Session().client("glue", region_name="us-east-1")
    glue_versions.listen(glue.meta.events)
    return glue


def repeating_glue() -> Any:
    """Make a client that sends an update a second time, as if no response to the first had arrived."""
    glue = versioned_glue()
    first = boto3.client("glue", region_name="us-east-1").update_table
    glue.meta.events.register_first("provide-client-params.glue.UpdateTable", once(lambda params, **_: first(**params)))
    return glue


def once(act: Callable[..., object]) -> Callable[..., None]:
    pending = [act]

    def hook(**event: Any) -> None:
        if pending:
            pending.pop()(**event)

    return hook


def test_a_missing_metadata_file_is_an_error_that_names_the_table(iceberg: IcebergTables, s3: "S3Client") -> None:
    append(iceberg, 1)
    for each in s3.list_objects_v2(Bucket="tables", Prefix="sales/metadata/")["Contents"]:
        if each["Key"].endswith(".metadata.json"):
            s3.delete_object(Bucket="tables", Key=each["Key"])
    with pytest.raises(TableUnreadable, match="sales"):
        iceberg.head(SALES)


@pytest.mark.parametrize("damage", [b"", b"Obj\x01 cut"])
def test_a_damaged_manifest_is_an_error_that_names_the_file(
    iceberg: IcebergTables, s3: "S3Client", damage: bytes
) -> None:
    append(iceberg, 1)
    [manifest] = [
        each["Key"]
        for each in s3.list_objects_v2(Bucket="tables", Prefix="sales/metadata/")["Contents"]
        if each["Key"].endswith("-m0.avro")
    ]
    s3.put_object(Bucket="tables", Key=manifest, Body=damage)
    with pytest.raises(TableUnreadable, match=r"m0\.avro"):
        iceberg_tables(s3).head(SALES)


@pytest.mark.parametrize("name", ["-m0.avro", "snap-"])
def test_a_manifest_cut_short_between_its_blocks_is_not_a_shorter_one(
    iceberg: IcebergTables, s3: "S3Client", name: str
) -> None:
    append(iceberg, *range(0, 400, 40))
    listed = s3.list_objects_v2(Bucket="tables", Prefix="sales/metadata/")["Contents"]
    [key] = [each["Key"] for each in listed if name in each["Key"]]
    whole = s3.get_object(Bucket="tables", Key=key)["Body"].read()
    marker = re.escape(whole[-16:])  # header and blocks end with it
    for end in [found.end() for found in re.finditer(marker, whole)][:-1]:
        s3.put_object(Bucket="tables", Key=key, Body=whole[:end])
        with pytest.raises(TableUnreadable, match=key):
            iceberg_tables(s3).head(SALES)


def test_a_missing_data_file_is_an_error_that_names_it(iceberg: IcebergTables, s3: "S3Client") -> None:
    head = append(iceberg, 1)
    [file] = head.files
    s3.delete_object(Bucket="tables", Key=file.path.removeprefix("s3://tables/"))
    with pytest.raises(TableUnreadable, match=file.path):
        iceberg.rows(SALES, head, ["number"])


def test_snapshots_are_in_the_order_of_time_though_the_clock_was_ahead(iceberg: IcebergTables, s3: "S3Client") -> None:
    append(iceberg, 1)
    key = iceberg._load(SALES).metadata_location.removeprefix("s3://tables/")
    document = orjson.loads(s3.get_object(Bucket="tables", Key=key)["Body"].read())
    ahead = document["last-updated-ms"] + 3_600_000
    document["last-updated-ms"] = document["snapshots"][-1]["timestamp-ms"] = ahead
    document["snapshot-log"][-1]["timestamp-ms"] = ahead
    s3.put_object(Bucket="tables", Key=key, Body=orjson.dumps(document))

    for number in (2, 3):
        append(iceberg, number)

    metadata = iceberg._load(SALES).metadata
    assert [each.timestamp_ms for each in metadata.snapshot_log] == [ahead, ahead + 1, ahead + 2]
    assert [each.timestamp_ms for each in metadata.snapshots] == [ahead, ahead + 1, ahead + 2]
    assert metadata.last_updated_ms == ahead + 2


def test_snapshots_expire_but_not_those_that_a_query_may_read(iceberg: IcebergTables, s3: "S3Client") -> None:
    first = append(iceberg, 0)
    for number in range(1, MOST_SNAPSHOTS + 2):
        append(iceberg, number)
    assert iceberg.snapshot(SALES, first.id or 0).rows == 1

    age_metadata(iceberg, s3, by_ms=600_000)
    head = append(iceberg, 99)

    with pytest.raises(SnapshotExpired):
        iceberg.snapshot(SALES, first.id or 0)
    assert len(iceberg._load(SALES).metadata.snapshots) == MOST_SNAPSHOTS
    assert numbers_in(iceberg, head) == [*range(MOST_SNAPSHOTS + 2), 99]


def age_metadata(iceberg: IcebergTables, s3: "S3Client", *, by_ms: int) -> None:
    """Make all snapshots older."""
    key = iceberg._load(SALES).metadata_location.removeprefix("s3://tables/")
    document = orjson.loads(s3.get_object(Bucket="tables", Key=key)["Body"].read())
    document["last-updated-ms"] -= by_ms
    for each in (*document["snapshots"], *document["snapshot-log"]):
        each["timestamp-ms"] -= by_ms
    s3.put_object(Bucket="tables", Key=key, Body=orjson.dumps(document))


@pytest.mark.parametrize("part", ["page", "footer", "end"])
def test_a_damaged_data_file_is_an_error_that_names_it(iceberg: IcebergTables, s3: "S3Client", part: str) -> None:
    head = append(iceberg, *range(30))
    [file] = head.files
    key = file.path.removeprefix("s3://tables/")
    body = bytearray(s3.get_object(Bucket="tables", Key=key)["Body"].read())
    place = {"page": slice(10, 50), "footer": slice(-300, -60), "end": slice(-4, None)}[part]
    body[place] = bytes(len(body[place]))
    s3.put_object(Bucket="tables", Key=key, Body=bytes(body))
    with pytest.raises(TableUnreadable, match=file.path):
        iceberg.rows(SALES, head, ["number"])


def test_the_last_snapshot_of_each_day_is_tagged(iceberg: IcebergTables) -> None:
    for number in (1, 2):
        made = append(iceberg, number)
        tags = iceberg.tag(SALES, made.id or 0, most=2)
    assert list(tags.values()) == [made.id]


def test_only_the_tags_of_the_last_days_are_kept(iceberg: IcebergTables, s3: "S3Client") -> None:
    made = list[int | None]()
    for days in (3, 1, 0):
        made.append(append(iceberg, days).id)
        age_metadata(iceberg, s3, by_ms=days * 86_400_000)
        tags = iceberg.tag(SALES, made[-1] or 0, most=2)
    assert [tags[day] for day in sorted(tags)] == made[1:]


def test_a_sweep_deletes_only_old_files_of_no_snapshot(iceberg: IcebergTables, s3: "S3Client") -> None:
    head = append(iceberg, *range(50))
    head = iceberg.commit(SALES, head, TableChange(deleted=positions_of(iceberg, head, 1)))
    s3.put_object(Bucket="tables", Key="sales/data/of-a-failed-commit.parquet", Body=b"")
    written = datetime.now(UTC)

    assert iceberg.sweep(SALES, written - timedelta(days=1)) == 0
    assert iceberg.sweep(SALES, written + timedelta(minutes=1)) == 1
    assert numbers_in(iceberg_tables(s3), head) == [0, *range(2, 50)]


def test_a_file_with_a_position_deleted_twice_keeps_its_other_rows(tables: TableStore) -> None:
    head = append(tables, 0, 1, 2)
    [file] = head.files
    for position in (0, 0, 1):
        head = tables.commit(SALES, head, TableChange(deleted={file.path: pa.array([position], pa.int64())}))
    assert numbers_in(tables, head) == [2]


def test_a_commit_over_3650_days_writes_a_file_for_each_month_and_three_of_metadata(
    iceberg: IcebergTables, s3: "S3Client"
) -> None:
    empty = iceberg.head(SALES)
    before = len(s3.list_objects_v2(Bucket="tables")["Contents"])

    head = iceberg.commit(SALES, empty, TableChange(rows=sales(*range(3_650))))

    assert len(head.files) == 120
    assert len(s3.list_objects_v2(Bucket="tables")["Contents"]) - before == 120 + 3
    assert head.rows == 3_650


def test_delete_files_of_other_engines_about_several_files_are_read(iceberg: IcebergTables) -> None:
    head = append(iceberg, 1, 2, 40, 41)
    target = iceberg._load(SALES)
    rows = {"file_path": [file.path for file in head.files], "pos": [1, 0]}
    location = f"{target.location()}/data/foreign-deletes.parquet"
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(rows).sort_by("file_path"), sink)
    with target.io.new_output(location).create() as file:
        file.write(sink.getvalue().to_pybytes())
    described = ManifestDataFile.from_args(
        content=DataFileContent.POSITION_DELETES,
        file_path=location,
        file_format=FileFormat.PARQUET,
        partition=Record(648),
        record_count=2,
        file_size_in_bytes=len(sink.getvalue()),
    )
    described.spec_id = target.spec().spec_id
    transaction = target.transaction()
    change = FileChange(added=[described], dropped=frozenset(), summary={})
    ChangeProducer(transaction, change, iceberg._layouts.entries_of).commit()
    transaction.commit_transaction()

    after = iceberg.head(SALES)

    assert numbers_in(iceberg, after) == [1, 41]
    assert [each.deleted for each in after.files] == [1, 1]
    again = iceberg.commit(SALES, after, TableChange(deleted=positions_of(iceberg, after, 41)))
    assert numbers_in(iceberg, again) == [1]


def test_moments_with_microseconds_of_other_engines_are_read_in_milliseconds(
    iceberg: IcebergTables, s3: "S3Client"
) -> None:
    head = append(iceberg, 1)
    [file] = head.files
    key = file.path.removeprefix("s3://tables/")
    rows = pq.read_table(pa.BufferReader(s3.get_object(Bucket="tables", Key=key)["Body"].read()))
    place = rows.schema.get_field_index("timestamp")
    later = pc.add(rows["timestamp"], pa.scalar(timedelta(microseconds=999)))
    sink = pa.BufferOutputStream()
    pq.write_table(rows.set_column(place, rows.schema.field(place), later), sink)
    s3.put_object(Bucket="tables", Key=key, Body=sink.getvalue().to_pybytes())

    found = iceberg.rows(SALES, head, ["timestamp"])

    assert found["timestamp"].to_pylist() == [_NEW_YEAR + timedelta(days=1, milliseconds=1)]


def test_values_that_are_kept_apart_have_files_of_their_own_that_say_so(iceberg: IcebergTables) -> None:
    schema = arrow_schema_of(SALES_HOURLY_BY_ONE)
    columns = {each.name: pa.nulls(4, each.type) for each in schema}
    columns["dimension"] = pa.array(["channel", "none", "channel", "region"])
    columns["hour"] = pa.array([_NEW_YEAR + timedelta(hours=n) for n in range(4)], pa.timestamp("ms"))
    rows = pa.table(columns, schema=schema)

    head = iceberg.commit(SALES_HOURLY_BY_ONE, iceberg.head(SALES_HOURLY_BY_ONE), TableChange(rows=rows))

    assert sorted(each.rows for each in head.files) == [1, 1, 2]
    table = iceberg.library_table(SALES_HOURLY_BY_ONE)
    planned = list(table.scan(row_filter="dimension = 'channel'").plan_files())
    assert [each.file.record_count for each in planned] == [2]
