"""Sections about data that is lost or wrong: each is followed after such an incident."""

import orjson
import pytest

from shared.lake.catalog.tables import BASE_TABLES
from shared.lake.table.iceberg import IcebergTables
from shared.lake.table.port import TableChange
from shared.records.schema import DataType
from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.client import Client, counted, sale
from tests.local.end_to_end.outages import stopped
from tests.local.end_to_end.waiting import until
from tests.local.runbook.operator import Operator
from tests.local.runbook.seen import SOON, healthy, logged, objects

pytestmark = pytest.mark.thorough
DAY, NEXT_DAY = "2016-05-01", "2016-05-02"
RATES = "Date,USD,JPY,\n2016-05-02,1.1493,122.41,\n2016-05-01,1.1403,122.34,\n"
SALES = BASE_TABLES[DataType.TRANSACTIONS]


def sold(client: Client, currency: str) -> int:
    """Count the sales of the day in a currency, which stands for a shop."""
    counts: int = client.metric("transactions", DAY, NEXT_DAY, **{"filters[currency]": currency})["summary"]["total"]
    return counts


def tables_of(platform: RunningPlatform) -> IcebergTables:
    """The tables of the lake, for a writer that is not the merger."""
    return IcebergTables(
        platform.client("glue"),
        platform.client("s3"),
        database=platform.outputs.every["DatabaseName"],
        bucket=platform.outputs.every["TablesBucketName"],
    )


def test_everything_that_is_computed_is_computed_again(
    operator: Operator, broken: RunningPlatform, client: Client
) -> None:
    client.send_all("rollups-shop", [sale("rollups-1", DAY, currency="JPY")])
    (operator.directory / "eurofxref-hist.csv").write_text(RATES)
    done = len(logged(broken, "rollup-job", "rolled up"))

    with operator.section("Roll-ups and maintenance") as section:
        started = section.run()
        loaded = section.run(FILE="eurofxref-hist.csv")

    assert started.startswith("The roll-ups of ")
    assert "4 quotes, 4 of them new" in loaded
    until(lambda: len(logged(broken, "rollup-job", "rolled up")) > done, seconds=SOON, what="they are computed")
    assert orjson.loads(logged(broken, "rollup-job", "rolled up")[-1])["left"] == 0
    healthy(client, "merge")


def test_an_item_and_a_table_are_restored(operator: Operator, broken: RunningPlatform, client: Client) -> None:
    """The emulator restores a table as it is, and not as it was: its copy is made before the item is lost."""
    client.send_all("web-shop", [sale("web-1", DAY)])
    before, table = client.ledger("web-shop"), "tally-local-sources"
    lost = {"source_id": {"S": "web-shop"}, "facet": {"S": "type#transactions"}}
    dynamodb = broken.client("dynamodb")

    with operator.section("A DynamoDB table") as section:
        section.run()
        dynamodb.delete_item(TableName=table, Key=lost)
        assert client.ledger("web-shop") is None
        section.run()
        assert client.ledger("web-shop") == before
        section.run()
        section.run()

    assert client.ledger("web-shop") == before
    assert counted(client.send_all("web-shop", [sale("web-2", DAY)])[0]["outcome"]) == {"loaded": 1}
    assert dynamodb.describe_table(TableName=table)["Table"]["DeletionProtectionEnabled"]
    assert f"{table}-restored" not in dynamodb.list_tables()["TableNames"]


def test_a_deleted_object_comes_back(operator: Operator, broken: RunningPlatform, client: Client) -> None:
    s3, bucket = broken.client("s3"), broken.outputs.lake_bucket
    (sent,) = client.send_all("objects-shop", [sale("objects-1", DAY)])
    (key,) = [each for each in objects(broken, "landing/") if sent["batch_id"] in each]
    before = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    s3.delete_object(Bucket=bucket, Key=key)

    with operator.section("Objects of the lake") as section:
        section.run(KEY=key)

    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == before


def test_a_table_goes_back_to_a_snapshot_and_comes_back_to_glue(
    operator: Operator, broken: RunningPlatform, client: Client
) -> None:
    client.send_all("tables-shop", [sale(f"tables-{number}", DAY, currency="SEK") for number in range(3)])
    tables = tables_of(broken)
    good = tables.head(SALES)
    tables.commit(SALES, good, TableChange(dropped=frozenset(each.path for each in good.files)))
    client.send_all("tables-shop", [sale("tables-after", DAY, currency="SEK")])
    assert sold(client, "SEK") == 1

    broken.settle(quiet=0.5)
    with stopped(broken, "merger"), operator.section("Tables of the lake") as section:
        listed = [line.split() for line in section.run().splitlines()]
        (since,) = [committed for number, committed, _ in listed if number == str(good.id)]
        section.run(SNAPSHOT=str(good.id))
        assert sold(client, "SEK") == 3
        back = section.run(SINCE=since[: len("2026-12-01T01:18:45")])
        section.run()
        until(lambda: sold(client, "SEK") == 4, seconds=SOON, what="what came since is merged again")
        until(lambda: not objects(broken, "incoming/"), seconds=SOON, what="nothing waits")
        broken.client("glue").delete_table(DatabaseName=broken.outputs.every["DatabaseName"], Name="transactions")
        assert tables.head(SALES).id is None
        registered = section.run()

    assert "incoming/transactions/" in back
    assert "Operation" in registered
    healthy(client, "merge")
    client.send_all("tables-shop", [sale("tables-last", DAY, currency="SEK")])
    assert sold(client, "SEK") == 5
    assert counted(client.ledger_of("tables-shop", 5)) == {"loaded": 5}


def test_configuration_is_kept_for_the_loss_of_a_region(operator: Operator, client: Client) -> None:
    client.send_all("region-shop", [sale("region-1", DAY)])

    with operator.section("Loss of a region") as section:
        section.run()

    kept = {each.name: each.read_bytes() for each in (operator.directory / "kept").iterdir()}
    sources = orjson.loads(kept.pop("ingest-sources.json"))["data"]["content"]
    assert "region-shop" in {each["source_id"] for each in sources}
    assert b"operator" in kept.pop("keys.txt")
    assert kept.keys() == {
        f"{name}.json" for name in ("alerts-rules", "dashboards", "analytics-experiments", "analytics-configuration")
    }
    for each in kept.values():
        assert orjson.loads(each)
