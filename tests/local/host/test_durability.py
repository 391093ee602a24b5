"""Acknowledged writes survive a killed emulator, and writes it cannot store are not acknowledged."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from infra.local.emulator.credentials import session
from infra.local.emulator.supervisor import Emulator
from infra.local.layout import Layout
from tests.local.host.free_ports import free_ports
from tests.local.host.test_emulator import wait_for

TABLE, STREAM, BUCKET = "kept-table", "kept-stream", "kept-bucket"
ONE_TRY = Config(retries={"total_max_attempts": 1})


class Killable:
    """An emulator with a table and a stream in its saved state, that is killed and started again."""

    def __init__(self, directory: Path) -> None:
        self.layout = Layout(directory)
        self._emulator = Emulator(layout=self.layout, ports=free_ports())
        self._emulator.start()

    def client(self, service: str) -> Any:
        """A client that asks once."""
        clients: Any = session(self.layout)
        return clients.client(service, endpoint_url=self._emulator.url, config=ONE_TRY)

    def make(self) -> None:
        """Create a table and a stream, and save them: only their contents are journaled."""
        self.client("dynamodb").create_table(
            TableName=TABLE,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        self.client("kinesis").create_stream(StreamName=STREAM, ShardCount=1)
        self.save()

    def save(self) -> None:
        """Save the state, and wait for it."""
        said = self.layout.log("emulator").read_text().count("State saved")
        self._emulator.save()
        assert wait_for(lambda: self.layout.log("emulator").read_text().count("State saved") > said)

    def kill(self) -> None:
        """Kill it, which saves nothing, and start it again."""
        self.abandon()
        self._emulator.start()

    def abandon(self) -> None:
        """Kill it."""
        self._emulator.abandon()

    def items(self) -> list[str]:
        """The keys in the table."""
        return sorted(item["id"]["S"] for item in self.client("dynamodb").scan(TableName=TABLE)["Items"])

    def records(self) -> list[bytes]:
        """The records on the stream."""
        kinesis = self.client("kinesis")
        shard = kinesis.list_shards(StreamName=STREAM)["Shards"][0]["ShardId"]
        iterator = kinesis.get_shard_iterator(StreamName=STREAM, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
        return [each["Data"] for each in kinesis.get_records(ShardIterator=iterator["ShardIterator"])["Records"]]


@pytest.fixture
def killable(tmp_path: Path) -> Iterator[Killable]:
    """One that is gone afterwards."""
    killable = Killable(tmp_path / "emulator")
    yield killable
    killable.abandon()


def put(name: str) -> Any:
    return {"Put": {"TableName": TABLE, "Item": {"id": {"S": name}}}}


def test_acknowledged_items_and_records_survive_a_kill_exactly_once(killable: Killable) -> None:
    killable.make()
    dynamodb, kinesis = killable.client("dynamodb"), killable.client("kinesis")
    for name in ("saved", "removed"):
        dynamodb.put_item(TableName=TABLE, Item={"id": {"S": name}})
    kinesis.put_record(StreamName=STREAM, PartitionKey="p", Data=b"saved")
    killable.save()
    dynamodb.delete_item(TableName=TABLE, Key={"id": {"S": "removed"}})
    dynamodb.transact_write_items(TransactItems=[put("one"), put("two")])
    kinesis.put_records(StreamName=STREAM, Records=[{"PartitionKey": "p", "Data": b"not saved"}])

    killable.kill()
    killable.kill()

    assert killable.items() == ["one", "saved", "two"]
    assert killable.records() == [b"saved", b"not saved"]


def test_the_current_metadata_of_a_table_survives_a_kill(killable: Killable) -> None:
    """A commit is the change of one parameter; with an earlier value, the rows of later commits would be lost."""
    glue = killable.client("glue")
    glue.create_database(DatabaseInput={"Name": "lake"})
    killable.save()
    for name in ("changed", "made"):
        glue.create_table(DatabaseName="lake", TableInput=table(name, "first.json"))
    glue.update_table(DatabaseName="lake", TableInput=table("changed", "second.json"), VersionId="1")

    killable.kill()
    killable.kill()

    kept = {each["Name"]: each for each in killable.client("glue").get_tables(DatabaseName="lake")["TableList"]}
    assert {name: each["Parameters"]["metadata_location"] for name, each in kept.items()} == {
        "changed": "second.json",
        "made": "first.json",
    }
    with pytest.raises(ClientError, match="ConcurrentModification"):
        killable.client("glue").update_table(
            DatabaseName="lake", TableInput=table("changed", "third.json"), VersionId="1"
        )


def table(name: str, metadata: str) -> Any:
    return {"Name": name, "Parameters": {"metadata_location": metadata}}


def test_an_object_that_cannot_be_written_is_refused(killable: Killable) -> None:
    s3 = killable.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    killable.layout.objects.rename(killable.layout.directory / "elsewhere")
    killable.layout.objects.write_text("no directory")

    with pytest.raises(ClientError) as refused:
        s3.put_object(Bucket=BUCKET, Key="a/b", Body=b"lost")

    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500


def test_a_state_that_cannot_be_saved_leaves_the_journal_in_place(killable: Killable) -> None:
    killable.make()
    killable.client("dynamodb").put_item(TableName=TABLE, Item={"id": {"S": "unsaved"}})
    obstacle = killable.layout.state / "dynamodb.json.tmp"
    obstacle.mkdir()

    for _ in range(3):
        killable.save()

    obstacle.rmdir()
    assert "unsaved" not in (killable.layout.state / "dynamodb.json").read_text()
    killable.kill()
    assert killable.items() == ["unsaved"]
