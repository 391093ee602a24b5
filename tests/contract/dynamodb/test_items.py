"""Many items at once: whatever DynamoDB leaves out or refuses because others write is tried again."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import boto3
import pytest

from shared.customers.store import CUSTOMERS_TABLE
from shared.runtime.deadline import deadline
from shared.runtime.dynamodb import deserialize, get_items, replace_items, serialize, update_items
from shared.runtime.errors import Unavailable
from shared.runtime.settings import Settings

ITEMS = [{"subject": f"s-{number:03d}", "number": number} for number in range(130)]
KEYS = [{"subject": each["subject"]} for each in ITEMS]


@pytest.fixture
def client(aws: Settings) -> Any:  # noqa: ARG001 # moto must be there first
    return boto3.Session().client("dynamodb")  # one of its own: it is listened to


@pytest.fixture
def table(aws: Settings) -> str:
    return aws.name_of(CUSTOMERS_TABLE)


def _left_out(client: Any, operation: str, answers: Sequence[dict[str, Any]]) -> None:
    """Let the next calls of an operation answer this instead of reaching the table."""
    left = list(answers)

    def answer(**_: Any) -> Any:
        return (type("Response", (), {"status_code": 200})(), left.pop(0)) if left else None

    client.meta.events.register_first(f"before-call.dynamodb.{operation}", answer)


def _all(client: Any, table: str) -> list[dict[str, Any]]:
    return sorted(get_items(client, table, KEYS), key=lambda item: str(item["subject"]))


def test_plain_values_come_back_as_they_were_but_for_numbers() -> None:
    values = {"text": "a", "number": 12, "bytes": b"\0\1", "set": {"a", "b"}, "list": [1, {"x": None}], "flag": True}

    assert deserialize(serialize(values)) == values
    assert serialize({"none": None}) == {}
    assert deserialize({"number": {"N": "1.50"}}) == {"number": Decimal("1.50")}


def test_items_are_written_deleted_and_read_in_chunks(client: Any, table: str) -> None:
    replace_items(client, table, puts=ITEMS)
    replace_items(client, table, deletes=KEYS[100:])

    assert _all(client, table) == ITEMS[:100]
    assert get_items(client, table, KEYS[:1], attributes=["number"]) == [{"number": 0}]


def test_what_is_left_out_is_tried_again(client: Any, table: str) -> None:
    put = {"PutRequest": {"Item": serialize(ITEMS[0])}}
    _left_out(client, "BatchWriteItem", [{"UnprocessedItems": {table: [put]}}] * 2)
    _left_out(client, "BatchGetItem", [{"Responses": {}, "UnprocessedKeys": {table: {"Keys": [serialize(KEYS[0])]}}}])

    replace_items(client, table, puts=ITEMS[:1])

    assert get_items(client, table, KEYS[:1]) == ITEMS[:1]


def test_what_is_left_out_for_good_is_an_error_within_the_time_of_the_answer(client: Any, table: str) -> None:
    unread = {"Responses": {}, "UnprocessedKeys": {table: {"Keys": [serialize(KEYS[0])]}}}
    _left_out(client, "BatchGetItem", [unread] * 1000)
    _left_out(client, "BatchWriteItem", [{"UnprocessedItems": {table: ["x"]}}] * 1000)

    with deadline(0):
        with pytest.raises(Unavailable):
            get_items(client, table, KEYS)
        with pytest.raises(Unavailable):
            replace_items(client, table, puts=ITEMS)


def _update(table: str, key: dict[str, Any], condition: str) -> dict[str, Any]:
    return {
        "TableName": table,
        "Key": serialize(key),
        "UpdateExpression": "SET #number = :number",
        "ConditionExpression": condition,
        "ExpressionAttributeNames": {"#number": "number"},
        "ExpressionAttributeValues": serialize({":number": 7}),
    }


def test_updates_whose_condition_does_not_hold_are_returned_and_the_others_made(client: Any, table: str) -> None:
    replace_items(client, table, puts=ITEMS[:3])
    updates = [_update(table, key, "attribute_exists(subject)") for key in KEYS[:2]]
    refused = _update(table, KEYS[2], "attribute_not_exists(subject)")

    assert update_items(client, [*updates, refused]) == [refused]
    assert [item["number"] for item in _all(client, table)] == [7, 7, 2]


def test_updates_that_others_keep_refusing_are_an_error(client: Any, table: str) -> None:
    def refuse(parsed: dict[str, Any], http_response: Any, **_: Any) -> None:
        http_response.status_code = 400
        parsed["Error"] = {"Code": "TransactionCanceledException", "Message": "m"}
        parsed["CancellationReasons"] = [{"Code": "TransactionConflict"}]

    client.meta.events.register_first("after-call.dynamodb.TransactWriteItems", refuse)

    with deadline(0), pytest.raises(Unavailable):
        update_items(client, [_update(table, KEYS[0], "attribute_not_exists(subject)")])
