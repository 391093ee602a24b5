"""The audit log from the command line: changes made through the API verify, and a change made behind it is found."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from infra.local.cli import app
from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.client import Client, data_of

Key = dict[str, dict[str, str]]


def verify(platform: RunningPlatform) -> Result:
    """Run the command."""
    return CliRunner().invoke(app, ["audit", "verify", "--directory", str(platform.layout.directory)])


@pytest.fixture
def changes(client: Client) -> list[dict[str, Any]]:
    """The audit entries of a key that was created, rotated and revoked."""
    made = data_of(client.http.post("/auth/keys", json={"name": "audited", "scopes": ["ingest:read"]}))
    client.http.post(f"/auth/keys/{made['id']}/rotate").raise_for_status()
    client.http.delete(f"/auth/keys/{made['id']}").raise_for_status()
    total = client.http.get("/analytics/audit/logs", params={"limit": 1}).json()["total"]
    found = client.http.get("/analytics/audit/logs", params={"limit": 3, "offset": total - 3}).json()["logs"]
    return [each for each in found if made["id"] in str(each)]


@contextmanager
def edited(platform: RunningPlatform, key: Key) -> Iterator[None]:
    """Change the actor of an entry in the table, for as long as the context lasts."""
    dynamodb, table = platform.client("dynamodb"), platform.outputs.every["AuditTableName"]
    entry = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]
    dynamodb.put_item(TableName=table, Item=entry | {"user_id": {"S": "somebody-else"}})
    try:
        yield
    finally:
        dynamodb.put_item(TableName=table, Item=entry)


def an_entry(platform: RunningPlatform) -> Key:
    """The key of some entry."""
    table = platform.outputs.every["AuditTableName"]
    items = platform.client("dynamodb").scan(TableName=table, ConsistentRead=True)["Items"]
    entry = next(item for item in items if "position" in item)
    return {"chain": entry["chain"], "sequence": entry["sequence"]}


def test_api_changes_verify_until_the_log_is_tampered_with(
    platform: RunningPlatform, changes: list[dict[str, Any]]
) -> None:
    key = an_entry(platform)
    chain, number = key["chain"]["S"], int(key["sequence"]["S"])

    untouched = verify(platform)
    with edited(platform, key):
        touched = verify(platform)
    restored = verify(platform)

    assert [each["action"].partition(" ")[0] for each in changes] == ["POST", "POST", "DELETE"]
    assert untouched.exit_code == 0, untouched.output
    assert "no sign of tampering" in untouched.output
    assert touched.exit_code == 1, touched.output
    assert f"edited: in {chain}, entry {number} was changed after it was written" in touched.output.splitlines()
    assert restored.exit_code == 0, restored.output
