"""Objects in the lake without a ledger entry block no other rows."""

from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.client import MERGED_WITHIN, Client, counted, sale
from tests.local.end_to_end.waiting import until

DAY = "2014-02-03"
BASE = f"base/transactions/dt={DAY}/base.parquet"
STRAY = f"incoming/transactions/dt={DAY}/batch-of-nobody.parquet"


def test_rows_without_a_ledger_entry_block_no_others(platform: RunningPlatform, client: Client) -> None:
    bucket, s3 = platform.outputs.lake_bucket, platform.client("s3")
    client.send_all("strange-before", [sale(f"before-{number}", DAY, currency="ISK") for number in range(10)])

    s3.copy_object(Bucket=bucket, Key=STRAY, CopySource={"Bucket": bucket, "Key": BASE})
    statuses = client.send_all("strange-after", [sale(f"after-{number}", DAY, currency="ISK") for number in range(10)])

    assert [counted(status["outcome"]) for status in statuses] == [{"loaded": 10}]
    until(
        lambda: s3.list_objects_v2(Bucket=bucket, Prefix=STRAY)["KeyCount"] == 0,
        seconds=MERGED_WITHIN,
        what="the stray object is merged",
    )
    total = client.metric("transactions", DAY, "2014-02-04", **{"filters[currency]": "ISK"})["summary"]["total"]
    assert total == 20
