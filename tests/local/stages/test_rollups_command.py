"""`rollups rebuild`: data merged before a roll-up was introduced is rolled up too."""

import boto3
import pyarrow as pa
import pytest
from typer.testing import CliRunner, Result

from infra.local.cli import app
from shared.app.wiring import Wiring
from shared.lake.catalog.rollup_tables import SESSIONS_DAILY
from shared.lake.parquet.columns import read_parquet, write_parquet
from shared.lake.parquet.receipt import Receipt, attach_receipt
from shared.lake.rollups.cost_days import cost_days
from shared.lake.rollups.schema import schema_of
from shared.lake.storage.object_store import LAKE_BUCKET
from shared.lake.storage.paths import PartitionId
from shared.records.schema import DataType
from tests.fakes.deliveries import delivery
from tests.fakes.records import DAY, good, sale
from tests.fakes.state_dump import body, keys, merge_all, versions

VISITS = PartitionId(DataType.EVENTS, DAY)


@pytest.fixture
def merged(wired: Wiring) -> Wiring:
    """A lake in which sales, events and products were merged."""
    rows = {
        DataType.TRANSACTIONS: [sale(1, customer_id="c-1"), sale(2, timestamp="2025-02-20T08:00:00Z")],
        DataType.EVENTS: [good(DataType.EVENTS)],
        DataType.PRODUCTS: [good(DataType.PRODUCTS, cost=2, updated_at="2025-02-20T08:00:00Z")],
    }
    for data_type, some in rows.items():
        wired.loader.load(delivery(data_type, some, origin=f"batch-{data_type}"))
    merge_all(wired)
    return wired


def rebuild(stage: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(app, ["rollups", "rebuild", "--stage", stage])


def rolled(wired: Wiring) -> dict[str, bytes]:
    """Every object made of bases."""
    return {key: body(wired.settings, key) for key in keys(wired.settings, "rollup/")}


def test_missing_roll_ups_equal_those_of_merges(merged: Wiring, stage: str) -> None:
    expected, numbers = rolled(merged), versions(merged.settings)
    for key in expected:
        merged.lake.delete_any_version(key)

    answer = rebuild(stage)

    assert answer.exit_code == 0, answer.output
    assert answer.stdout.startswith("4 partitions ")
    assert rolled(merged) == expected
    assert list(cost_days(merged.lake)) == ["2025-02-20"]
    assert versions(merged.settings) == {name: number + 1 for name, number in numbers.items()}


def test_roll_ups_of_an_older_version_are_rebuilt(merged: Wiring, stage: str) -> None:
    expected = rolled(merged)
    key = VISITS.rollup_key(SESSIONS_DAILY.name)
    merged.lake.put(key, write_parquet(_of_sequence(schema_of(SESSIONS_DAILY).empty_table(), 1)))

    rebuild(stage)

    assert rolled(merged) == expected


def test_roll_ups_of_a_later_base_stay(merged: Wiring, stage: str) -> None:
    key = VISITS.rollup_key(SESSIONS_DAILY.name)
    later = write_parquet(_of_sequence(read_parquet(rolled(merged)[key], schema_of(SESSIONS_DAILY)), 2))
    merged.lake.put(key, later)

    rebuild(stage)

    assert rolled(merged)[key] == later


def test_unchanged_roll_ups_are_not_written(merged: Wiring, stage: str) -> None:
    before = _ever_written(merged)

    rebuild(stage)

    assert _ever_written(merged) == before


def _ever_written(wired: Wiring) -> int:
    """How many versions of objects made of bases there are: the lake keeps those that are written over."""
    bucket = wired.settings.name_of(LAKE_BUCKET)
    return len(boto3.client("s3").list_object_versions(Bucket=bucket, Prefix="rollup/")["Versions"])


def _of_sequence(table: pa.Table, sequence: int) -> pa.Table:
    return attach_receipt(table, Receipt(sequence=sequence))
