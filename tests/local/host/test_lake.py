"""The lake seen from outside: empty or not, settled or not."""

from collections.abc import Iterator

import pytest

from infra.local.deploy.outputs import StackOutputs
from infra.local.emulator.credentials import session
from infra.local.lake import Lake, settle
from tests.local.host.conftest import Running

BUCKET, LEDGER = "lake-of-a-test", "ledger-of-a-test"


@pytest.fixture
def lake(running: Running) -> Iterator[Lake]:
    url = running.emulator.url
    s3 = running.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    dynamodb = running.client("dynamodb")
    dynamodb.create_table(
        TableName=LEDGER,
        KeySchema=[{"AttributeName": "origin", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "origin", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    stack = {"RestApiId": "r", "RestApiStage": "local", "LakeBucketName": BUCKET, "LedgerTableName": LEDGER}
    outputs = StackOutputs.of({"S": stack})
    yield Lake(session(running.layout), url, outputs)
    for found in s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        s3.delete_object(Bucket=BUCKET, Key=found["Key"])
    s3.delete_bucket(Bucket=BUCKET)
    dynamodb.delete_table(TableName=LEDGER)


def test_a_new_lake_is_empty_and_has_no_backlog(lake: Lake) -> None:
    assert lake.is_empty()
    assert not lake.pending()


def test_incoming_objects_are_a_backlog(lake: Lake) -> None:
    lake.session.client("s3", endpoint_url=lake.endpoint).put_object(Bucket=BUCKET, Key="incoming/orders/a", Body=b"")

    assert lake.pending() == 1


def test_a_lake_with_a_recorded_delivery_is_neither_empty_nor_behind(lake: Lake) -> None:
    lake.session.client("dynamodb", endpoint_url=lake.endpoint).put_item(
        TableName=LEDGER, Item={"origin": {"S": "batch-1"}}
    )

    assert not lake.is_empty()
    assert not lake.pending()


def test_settling_waits_for_the_backlog_and_then_for_quiet() -> None:
    backlogs = [2, 0, 1]
    told: list[int] = []

    settled = settle(lambda: backlogs.pop(0) if backlogs else 0, timeout=5, tell=told.append, quiet=0.05, poll=0.01)

    assert settled
    assert told[:3] == [2, 0, 1]
    assert len(told) > 4


def test_settling_times_out() -> None:
    assert not settle(lambda: 1, timeout=0.05, tell=lambda _: None, poll=0.01)
