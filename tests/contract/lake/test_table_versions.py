"""The versions of tables: every merge raises one, and all that a question needs are read at once."""

from typing import Any

import pytest

from shared.lake.catalog.versions import VERSIONS_TABLE, TableVersions, VersionsNotReturned
from shared.runtime.settings import Settings
from tests.fakes.serialized_calls import atomic_dynamodb

TABLE = "tally-versions-table"


@pytest.fixture
def client(aws: Settings) -> Any:  # noqa: ARG001 # moto must be there first
    return atomic_dynamodb()


@pytest.fixture
def versions(aws: Settings, client: Any) -> TableVersions:
    return TableVersions(client, aws.name_of(VERSIONS_TABLE))


def test_each_table_has_its_own_version_and_none_before_its_first_merge(versions: TableVersions) -> None:
    versions.bump("orders")
    versions.bump("sales_hourly")
    versions.bump("sales_hourly")

    assert versions.get_many(["sales_hourly", "inventory", "orders"]) == (2, 0, 1)


def test_a_table_may_be_named_twice(versions: TableVersions) -> None:
    versions.bump("orders")

    assert versions.get_many(["orders", "inventory", "orders"]) == (1, 0, 1)


def test_all_are_read_in_one_call(client: Any, versions: TableVersions) -> None:
    calls: list[str] = []
    client.meta.events.register_first("before-call", lambda model, **_: calls.append(model.name))

    versions.get_many(["orders", "inventory", "sales_hourly"])

    assert calls == ["BatchGetItem"]


def left_out(client: Any, times: int) -> None:
    """Have DynamoDB leave out everything, so many times."""
    left = [None] * times

    def leave(parsed: dict[str, Any], **_: Any) -> None:
        if left:
            left.pop()
            keys = [{"table_name": {"S": item["table_name"]["S"]}} for item in parsed["Responses"].pop(TABLE)]
            parsed["UnprocessedKeys"] = {TABLE: {"Keys": keys, "ConsistentRead": True}}

    client.meta.events.register_first("after-call.dynamodb.BatchGetItem", leave)


def test_unprocessed_keys_are_requested_again(client: Any, versions: TableVersions) -> None:
    versions.bump("orders")
    left_out(client, 2)

    assert versions.get_many(["orders"]) == (1,)


def test_permanently_unprocessed_keys_are_not_read_as_unmerged(client: Any, versions: TableVersions) -> None:
    versions.bump("orders")
    left_out(client, 9)

    with pytest.raises(VersionsNotReturned):
        versions.get_many(["orders"])
