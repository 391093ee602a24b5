"""What is kept of a table: a snapshot for each day, published and recent snapshots, and every file that one has."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlparse

import boto3
import orjson
import pyarrow as pa
import pytest

from shared.app.wiring import Wiring
from shared.lake.catalog.rollup_tables import SESSIONS_DAILY
from shared.lake.catalog.tables import BASE_TABLES, EXCHANGE_RATES, LAKE_DATABASE
from shared.lake.storage.object_store import TABLES_BUCKET
from shared.lake.table.port import SnapshotExpired, TableChange, TableSnapshot
from shared.lake.table.retention import MOST_SNAPSHOTS
from shared.lake.table.schema import arrow_schema_of
from shared.records.schema import DataType
from tests.fakes.clock import Clock
from tests.fakes.deliveries import delivery
from tests.fakes.records import good
from tests.fakes.state_dump import dump_state, merge_all

EVENTS = DataType.EVENTS
TABLE = BASE_TABLES[EVENTS]
RATES = EXCHANGE_RATES
_DAY = timedelta(days=1)


def _bring(wired: Wiring, number: int) -> None:
    wired.loader.load(delivery(EVENTS, [good(EVENTS, event_id=f"e-{number}")], origin=f"batch-{number}"))
    merge_all(wired)


def _rate(wired: Wiring, number: int, keep: frozenset[int] = frozenset()) -> TableSnapshot:
    """Replace the exchange rates by one."""
    head = wired.lake_tables.head(RATES)
    schema = arrow_schema_of(RATES)
    rows = pa.Table.from_pylist([{"currency": f"{number}", "reporting_currency": "EUR"}], schema)
    dropped = frozenset(each.path for each in head.files)
    return wired.lake_tables.commit(RATES, head, TableChange(rows=rows, dropped=dropped, keep=keep))


def _currencies(wired: Wiring, snapshot_id: int | None) -> list[str]:
    snapshot = wired.lake_tables.snapshot(RATES, snapshot_id or 0)
    found: list[str] = wired.lake_tables.rows(RATES, snapshot, ["currency"])["currency"].to_pylist()
    return found


def _let_ten_minutes_pass(wired: Wiring) -> None:
    """Make all snapshots of the rates ten minutes older."""
    database = wired.settings.name_of(LAKE_DATABASE)
    table = boto3.client("glue").get_table(DatabaseName=database, Name=RATES.name)["Table"]
    place = urlparse(table["Parameters"]["metadata_location"])
    at: Any = {"Bucket": place.netloc, "Key": place.path[1:]}
    s3 = boto3.client("s3")
    metadata = orjson.loads(s3.get_object(**at)["Body"].read())
    for each in (*metadata["snapshots"], *metadata["snapshot-log"], *metadata["metadata-log"]):
        each["timestamp-ms"] -= 600_000
    s3.put_object(**at, Body=orjson.dumps(metadata))


def _keys(wired: Wiring) -> list[str]:
    pages = boto3.client("s3").get_paginator("list_objects_v2").paginate(Bucket=wired.settings.name_of(TABLES_BUCKET))
    return [each["Key"] for page in pages for each in page.get("Contents", [])]


def test_the_last_published_snapshot_of_a_day_has_its_tag(wired: Wiring) -> None:
    _bring(wired, 1)
    wired.maintenance.tag(TABLE)
    first = wired.table_states.get(EVENTS)
    _bring(wired, 2)

    wired.maintenance.tag(TABLE)

    last = wired.table_states.get(EVENTS)
    today = datetime.now(UTC).date().isoformat()
    assert (list(first.tags.values()), last.tags) == ([first.snapshot], {today: last.snapshot})


def test_tables_without_a_published_snapshot_and_roll_ups_have_no_tags(wired: Wiring) -> None:
    wired.maintenance.tag(TABLE)
    assert wired.table_states.get(EVENTS).tags == {}
    _bring(wired, 1)
    wired.rollups.run(EVENTS)

    wired.maintenance.tag(SESSIONS_DAILY)

    head = wired.lake_tables.head(SESSIONS_DAILY)
    assert list(wired.lake_tables.tag(SESSIONS_DAILY, head.id or 0, most=9).values()) == [head.id]


def test_recent_published_and_tagged_snapshots_do_not_expire(wired: Wiring) -> None:
    made = [_rate(wired, number).id or 0 for number in range(3)]
    wired.lake_tables.tag(RATES, made[1], most=9)
    made += [_rate(wired, 3 + number).id or 0 for number in range(MOST_SNAPSHOTS - 1)]
    assert _currencies(wired, made[0]) == ["0"]  # a query may still read it

    _let_ten_minutes_pass(wired)
    _rate(wired, 99, keep=frozenset([made[2]]))

    with pytest.raises(SnapshotExpired):
        wired.lake_tables.snapshot(RATES, made[0])
    assert [_currencies(wired, each) for each in made[1:]] == [[f"{number}"] for number in range(1, len(made))]


def test_files_that_no_snapshot_has_are_deleted_a_day_later(wired: Wiring) -> None:
    for number in range(3):
        _bring(wired, number)
    wired.rollups.run(EVENTS)
    _bring(wired, 3)
    before, used = dump_state(wired.settings), _keys(wired)
    unused = f"{TABLE.name}/data/of-an-interrupted-commit.parquet"
    boto3.client("s3").put_object(Bucket=wired.settings.name_of(TABLES_BUCKET), Key=unused, Body=b"rows")
    now = datetime.now(UTC)

    assert wired.lake_tables.sweep(TABLE, now - _DAY) == 0
    assert unused in _keys(wired)
    assert wired.lake_tables.sweep(TABLE, now + _DAY) >= 1

    assert set(used) >= set(_keys(wired))
    assert {key for key in used if "/data/" in key} == {key for key in _keys(wired) if "/data/" in key}
    assert dump_state(wired.settings) == before


def test_files_of_expired_snapshots_are_deleted_and_those_of_tagged_ones_are_not(wired: Wiring) -> None:
    made = [_rate(wired, number).id or 0 for number in range(MOST_SNAPSHOTS + 2)]
    wired.lake_tables.tag(RATES, made[0], most=9)
    _let_ten_minutes_pass(wired)
    made.append(_rate(wired, 99).id or 0)

    wired.lake_tables.sweep(RATES, datetime.now(UTC) + _DAY)

    kept = [each for each in made if _is_kept(wired, each)]
    assert kept == [made[0], *made[-MOST_SNAPSHOTS:]]
    assert len([key for key in _keys(wired) if "/data/" in key]) == len(kept)
    fresh = Wiring(wired.settings).lake_tables
    assert [fresh.rows(RATES, fresh.snapshot(RATES, each), ["currency"]).num_rows for each in kept] == [1] * len(kept)


def _is_kept(wired: Wiring, snapshot_id: int) -> bool:
    try:
        wired.lake_tables.snapshot(RATES, snapshot_id)
    except SnapshotExpired:
        return False
    return True


def test_damaged_tables_do_not_hold_up_the_others(wired: Wiring, clock: Clock) -> None:
    clock.now = datetime.now(UTC) + 2 * _DAY
    _bring(wired, 1)
    stock = DataType.INVENTORY
    wired.loader.load(delivery(stock, [good(stock)], origin="batch-2"))
    merge_all(wired)
    s3, bucket = boto3.client("s3"), wired.settings.name_of(TABLES_BUCKET)
    for key in _keys(wired):
        if key.startswith(f"{stock}/metadata/"):
            s3.delete_object(Bucket=bucket, Key=key)
    unused = f"{TABLE.name}/data/of-an-interrupted-commit.parquet"
    s3.put_object(Bucket=bucket, Key=unused, Body=b"rows")

    report = wired.maintenance.run(has_time=lambda: True)

    assert report.failed_tables == 1
    assert unused not in _keys(wired)
    assert (wired.table_states.get(stock).dirty_days != (), wired.table_states.get(EVENTS).dirty_days) == (True, ())


def test_maintenance_without_time_does_nothing(wired: Wiring) -> None:
    _bring(wired, 1)

    report = wired.maintenance.run(has_time=lambda: False)

    assert (report.compacted_tables, report.deleted_files, report.failed_tables) == (0, 0, 0)
    assert wired.table_states.get(EVENTS).dirty_days != ()
