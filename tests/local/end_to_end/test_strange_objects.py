"""Objects in the lake without a ledger entry block no other rows."""

from datetime import UTC, datetime

from shared.lake.parquet.columns import IngestMetadata, write_parquet
from shared.lake.storage.paths import incoming_key
from shared.lake.validation.rows import validate_rows
from shared.records.schema import DataType
from shared.records.validation import Form
from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.client import MERGED_WITHIN, Client, counted, sale
from tests.local.end_to_end.waiting import until

DAY = "2014-02-03"
STRAY = incoming_key(DataType.TRANSACTIONS, "batch-of-nobody")
AT = datetime(2014, 2, 4, tzinfo=UTC)
STAMP = IngestMetadata(source_id="nobody", ingested_at=AT, origin="batch-of-nobody", reporting_currency="USD")


def rows_of_nobody() -> bytes:
    """Ten valid sales, as the loader would have written them."""
    sales = [sale(f"stray-{number}", DAY, currency="ISK") for number in range(10)]
    taken = validate_rows(DataType.TRANSACTIONS, sales, form=Form.TYPED, at=AT, stamp=STAMP)
    return write_parquet(taken.table)


def test_rows_without_a_ledger_entry_block_no_others(platform: RunningPlatform, client: Client) -> None:
    bucket, s3 = platform.outputs.lake_bucket, platform.client("s3")
    client.send_all("strange-before", [sale(f"before-{number}", DAY, currency="ISK") for number in range(10)])

    s3.put_object(Bucket=bucket, Key=STRAY, Body=rows_of_nobody())
    statuses = client.send_all("strange-after", [sale(f"after-{number}", DAY, currency="ISK") for number in range(10)])

    assert [counted(status["outcome"]) for status in statuses] == [{"loaded": 10}]
    until(
        lambda: s3.list_objects_v2(Bucket=bucket, Prefix=STRAY)["KeyCount"] == 0,
        seconds=MERGED_WITHIN,
        what="the stray object is merged",
    )
    total = client.metric("transactions", DAY, "2014-02-04", **{"filters[currency]": "ISK"})["summary"]["total"]
    assert total == 30
