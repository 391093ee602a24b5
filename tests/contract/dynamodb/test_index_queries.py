"""Indexes that would have one key for all items are divided into shards, and read in one order."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import boto3
import pytest

from shared.app.wiring import Wiring
from shared.dashboards.models import DashboardRequest
from shared.dashboards.provider import dashboards
from shared.dashboards.store import DASHBOARDS_TABLE
from shared.decisions.index import DECISIONS_TABLE
from shared.decisions.models import IndexedDecision
from shared.ingestion.models import DataFormat
from shared.ingestion.uploads.state import Upload
from shared.ingestion.uploads.store import UPLOADS_TABLE, UploadStore
from shared.notifications.models import Notification, TopicTarget
from shared.notifications.outbox import OUTBOX_TABLE
from shared.notifications.provider import entries, outbox
from shared.records.schema import DataType
from shared.runtime.dynamodb import deserialize
from shared.runtime.index_queries import SHARDS, Within, query_shards, shard_of, shards_of
from shared.runtime.resources import Index, Table

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)
BY_TURN = Index(name="due", partition_key="due", sort_key="due_at")
NAMES = [f"n-{number:02d}" for number in range(24)]


@pytest.fixture
def client(wired: Wiring) -> Any:  # noqa: ARG001 # moto must be there first
    return boto3.Session().client("dynamodb")  # one of its own: it is listened to


@pytest.fixture
def filled(wired: Wiring, client: Any) -> str:
    """Name a table whose index has all items under the shards of `turn`, in the order of their names."""
    table = wired.name_of(OUTBOX_TABLE)
    for place, name in enumerate(NAMES):
        item = {"notification_id": name, "target": "topic", "due": shard_of("turn", name), "due_at": f"{place:02d}"}
        client.put_item(TableName=table, Item={key: {"S": value} for key, value in item.items()})
    return table


def _names(found: Iterable[dict[str, Any]]) -> list[str]:
    return [each["notification_id"] for each in found]


@pytest.mark.parametrize("page", [1, 5, 100])
def test_the_items_of_all_shards_are_in_the_order_of_the_sort_key(client: Any, filled: str, page: int) -> None:
    pages = {"PageSize": page}

    oldest_first = query_shards(client, filled, BY_TURN, "turn", PaginationConfig=pages)
    newest_first = query_shards(client, filled, BY_TURN, "turn", PaginationConfig=pages, ScanIndexForward=False)

    assert _names(oldest_first) == NAMES
    assert _names(newest_first) == NAMES[::-1]


def test_a_range_of_the_sort_key_is_that_of_every_shard(client: Any, filled: str) -> None:
    within = Within("due_at BETWEEN :first AND :last", {":first": "05", ":last": "11"})

    found = query_shards(client, filled, BY_TURN, "turn", within)

    assert _names(found) == NAMES[5:12]


def test_a_key_without_items_yields_nothing(client: Any, filled: str) -> None:
    assert list(query_shards(client, filled, BY_TURN, "never")) == []


def test_only_the_pages_that_are_needed_are_read(client: Any, filled: str) -> None:
    queries = list[str]()
    client.meta.events.register("before-call.dynamodb.Query", lambda **_: queries.append("query"))

    found = list(islice(query_shards(client, filled, BY_TURN, "turn", PaginationConfig={"PageSize": 6}), 1))

    assert _names(found) == NAMES[:1]
    assert len(queries) == SHARDS


def test_items_of_earlier_versions_are_in_the_first_shard() -> None:
    assert shards_of("yes")[0] == "yes"


def _decide(wired: Wiring) -> None:
    """Store decisions whose labels were there first, so that they are due and have moved."""
    wired.decisions.register_waiting(NAMES, "batch-1")
    wired.decisions.times_of_labels(NAMES)
    wired.decisions.add([IndexedDecision(decision_id=each, timestamp=NOW, version=NOW, body="{}") for each in NAMES])


def _upload(wired: Wiring) -> None:
    """Register uploads of two data types in turn."""
    for place, each in enumerate(NAMES):
        _uploads(wired).add(
            Upload(
                batch_id=each,
                source_id="web-shop",
                data_type=DataType.EVENTS if place % 2 else DataType.ORDERS,
                format=DataFormat.CSV,
                created_at=NOW,
                expires_at=NOW + timedelta(hours=1),
            )
        )


def _uploads(wired: Wiring) -> UploadStore:
    return UploadStore(wired.clients.dynamodb, wired.name_of(UPLOADS_TABLE))


def _publish(wired: Wiring) -> None:
    request = DashboardRequest.model_validate(
        {"name": "Sales", "category": "finance", "is_public": True, "widgets": []}
    )
    for each in NAMES:
        dashboards(wired).add(request, each)


def _notify(wired: Wiring) -> None:
    """Record notifications, and let half of them be given up."""
    targets = [TopicTarget(type="topic")]
    for each in NAMES:
        made = Notification(id=each, subject="s", body="b", data={}, attributes={}, targets=targets)
        wired.clients.dynamodb.transact_write_items(TransactItems=outbox(wired).items(made))
    for each in NAMES[::2]:
        claimed = entries(wired).claim(each, "topic")
        assert claimed is not None
        entries(wired).give_up(claimed, "gone")


@pytest.mark.parametrize(
    ("table", "key", "write"),
    [
        (DECISIONS_TABLE, "due", _decide),
        (DECISIONS_TABLE, "moved", _decide),
        (DASHBOARDS_TABLE, "public_key", _publish),
        (OUTBOX_TABLE, "due", _notify),
        (OUTBOX_TABLE, "dead", _notify),
    ],
)
def test_no_index_has_one_key_for_all_items(
    wired: Wiring, table: Table, key: str, write: Callable[[Wiring], None]
) -> None:
    write(wired)

    items = map(deserialize, wired.clients.dynamodb.scan(TableName=wired.name_of(table))["Items"])

    assert len({item[key] for item in items if key in item}) == SHARDS


def test_what_is_spread_over_shards_is_found_again(wired: Wiring) -> None:
    for write in (_decide, _publish, _notify):
        write(wired)

    assert [each.decision_id for each in wired.decisions.resolved()] == NAMES
    assert [each.decision_id for each in wired.decisions.moved()] == NAMES
    assert {each.owner for each in dashboards(wired).list_visible("nobody")} >= set(NAMES)
    assert sorted(each["notification_id"] for each in entries(wired).dead()) == NAMES[::2]
    assert sorted(entries(wired).due(99)) == NAMES[1::2]
    backlog = entries(wired).backlog()
    assert (backlog.waiting, backlog.dead, backlog.newly_dead) == (12, 12, 12)


def test_unfinished_uploads_are_divided_by_data_type(wired: Wiring) -> None:
    _upload(wired)

    items = map(deserialize, wired.clients.dynamodb.scan(TableName=wired.name_of(UPLOADS_TABLE))["Items"])
    assert {item["open"] for item in items} == {"yes-orders", "yes-events"}
    assert sorted(each.batch_id for each in _uploads(wired).open(NOW + timedelta(seconds=1))) == NAMES
    assert sorted(each.batch_id for each in _uploads(wired).unfinished(DataType.EVENTS, 99)) == NAMES[1::2]
    assert len(list(_uploads(wired).unfinished(DataType.ORDERS, 7))) == 7


def test_an_unfinished_upload_of_an_earlier_version_is_found(wired: Wiring) -> None:
    _upload(wired)
    boto3.client("dynamodb").update_item(
        TableName=wired.name_of(UPLOADS_TABLE),
        Key={"batch_id": {"S": NAMES[0]}},
        UpdateExpression="SET #open = :yes",
        ExpressionAttributeNames={"#open": "open"},
        ExpressionAttributeValues={":yes": {"S": "yes"}},
    )

    assert NAMES[0] in [each.batch_id for each in _uploads(wired).open(NOW + timedelta(seconds=1))]
