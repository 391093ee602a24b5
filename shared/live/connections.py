"""The open WebSocket connections in DynamoDB, forgotten by themselves once API Gateway must have closed them.

A connection has an item of its own with all that changes while it is open. Beside it, small items list the connections
of all channels and of each user, so that readings of these lists are complete at once, which those of an index are not.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson
from botocore.exceptions import ClientError

from shared.runtime.dynamodb import deserialize, get_items, replace_items, serialize, update_items
from shared.runtime.resources import Table, Write

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.runtime.models import Clock

CONNECTIONS_TABLE = Table(
    "connections",
    writes=Write.PUT | Write.UPDATE | Write.DELETE,
    partition_key="connection_id",
    expires_by="expires_at",
)
LISTENERS_TABLE = Table(
    "listeners", writes=Write.PUT | Write.BATCH, partition_key="list", sort_key="member", expires_by="expires_at"
)

LONGEST = timedelta(hours=2)
"""The longest that API Gateway keeps a connection open."""

TURN = timedelta(seconds=40)
"""How long one delivery to a connection may take; longer than its function runs."""

_ALL = "all"
_CONDITION = "ConditionalCheckFailedException"
_EXISTS = "attribute_exists(connection_id)"
_NUMBERED = " ADD #sequence :answers, version :answers"
_FREE = "(attribute_not_exists(busy_until) OR busy_until < :now)"


@dataclass(frozen=True, kw_only=True)
class Connection:
    """An open connection.

    Attributes:
        connection_id: its id at API Gateway.
        channel: what it listens to: `analytics` or `dashboards/<id>`.
        endpoint: where messages to it are posted.
        subject, key_id, family, scopes: whose it is, and what its token permits.
        token_expires_at: when its token expires.
        connected_at: when it was opened.
        sequence: the number of messages sent to it so far.
        version: the number of changes of its item, so that a turn begins only with what was read last.
        subscription: what it wants, as its channel defines it.
        progress: how much of that it has been sent, as its channel defines it.
    """

    connection_id: str
    channel: str
    endpoint: str
    subject: str
    key_id: str
    family: str
    scopes: frozenset[str]
    token_expires_at: datetime
    connected_at: datetime
    sequence: int = 0
    version: int = 0
    subscription: Mapping[str, Any] = field(default_factory=dict)
    progress: Mapping[str, Any] = field(default_factory=dict)

    @property
    def listener(self) -> "Listener":
        """Its entry in the list of all connections."""
        return Listener(self.connection_id, self.channel, self.key_id, self.family, self.token_expires_at)


@dataclass(frozen=True)
class Listener:
    """An entry in the list of all connections: which channel it listens to, and with what token."""

    connection_id: str
    channel: str
    key_id: str
    family: str
    token_expires_at: datetime


@dataclass(frozen=True)
class Received:
    """A message from a client: its connection as of this message, and the number of messages in this second."""

    connection: Connection
    in_second: int


class Connections:
    """Stores open connections."""

    def __init__(self, dynamodb: "DynamoDBClient", *, table: str, listeners: str, clock: "Clock") -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._listeners = listeners
        self._clock = clock

    def add(self, connection: Connection) -> None:
        """Store a connection that a client opens."""
        expires = int((connection.connected_at + LONGEST).timestamp())
        puts = [(self._table, {**_item(connection), "expires_at": expires})]
        puts += [(self._listeners, {**each, "expires_at": expires}) for each in _entries(connection)]
        self._dynamodb.transact_write_items(
            TransactItems=[{"Put": {"TableName": table, "Item": serialize(item)}} for table, item in puts]
        )

    def remove(self, connection_id: str) -> None:
        """Remove a connection that is closed; safe to repeat."""
        found = self.get(connection_id)
        if found is not None:
            keys = [{name: each[name] for name in ("list", "member")} for each in _entries(found)]
            replace_items(self._dynamodb, self._listeners, deletes=keys)
        self._dynamodb.delete_item(TableName=self._table, Key=_key(connection_id))

    def get(self, connection_id: str) -> Connection | None:
        """Return a connection, None if it is not open."""
        answer = self._dynamodb.get_item(TableName=self._table, Key=_key(connection_id), ConsistentRead=True)
        item = deserialize(answer.get("Item", {}))
        return _connection(item) if "endpoint" in item else None  # those of an earlier version have none

    def get_many(self, connection_ids: Sequence[str]) -> list[Connection]:
        """Return the connections that are open, in no order."""
        keys = [{"connection_id": each} for each in connection_ids]
        return [_connection(each) for each in get_items(self._dynamodb, self._table, keys) if self._is_open(each)]

    def listeners(self, channel: str = "") -> Iterator[Listener]:
        """Yield the open connections of all channels that begin so."""
        yield from map(_listener, self._list(_ALL, channel))

    def count(self) -> int:
        """Return the number of open connections."""
        return self._count(_ALL)

    def count_of(self, subject: str) -> int:
        """Return the number of open connections of a user."""
        return self._count(_of(subject))

    def receive(self, connection_id: str, *, answers: int) -> Received | None:
        """Count a message from a client, and number the answers to it; None if the connection is not open."""
        values = {":one": 1, ":second": int(self._clock().timestamp()), ":answers": answers}
        counted = ("SET received = received + :one", "#second = :second")
        first = ("SET received = :one, #second = :second", _EXISTS)
        for change, condition in (counted, first):
            item = self._change(connection_id, change + _NUMBERED, condition, values)
            if item is not None:
                return Received(_connection(item), int(item["received"]))
        return None

    def number(self, connection: Connection) -> Connection | None:
        """Number one more message to a connection; None if it is not open any longer."""
        item = self._change(connection.connection_id, _NUMBERED.strip(), _EXISTS, {":answers": 1})
        return None if item is None else _connection(item)

    def subscribe(self, connection: Connection, subscription: Mapping[str, Any]) -> bool:
        """Replace what a connection wants; returns whether it is still open."""
        values = {":subscription": _text(subscription), ":one": 1}
        change = "SET subscription = :subscription ADD version :one"
        return self._change(connection.connection_id, change, _EXISTS, values) is not None

    def begin(self, connections: Mapping[str, tuple[Connection, int]]) -> dict[str, Connection]:
        """Reserve the turn to send so many messages to each connection; return those that nothing else is sent to.

        A turn ends by `finish`, or by itself if its function died. The sequence of each connection returned is that
        before the first of the messages.
        """
        now = self._clock()
        values = {":now": _milliseconds(now), ":until": _milliseconds(now + TURN), ":one": 1}
        updates = [
            {
                "TableName": self._table,
                "Key": _key(each.connection_id),
                "UpdateExpression": "SET busy_until = :until ADD #sequence :messages, version :one",
                "ConditionExpression": f"version = :known AND {_FREE}",
                "ExpressionAttributeNames": {"#sequence": "sequence"},
                "ExpressionAttributeValues": serialize({**values, ":known": each.version, ":messages": messages}),
            }
            for each, messages in connections.values()
        ]
        refused = {deserialize(each["Key"])["connection_id"] for each in update_items(self._dynamodb, updates)}
        return {name: each for name, (each, _) in connections.items() if name not in refused}

    def finish(self, connections: Iterable[Connection]) -> None:
        """End the turns of connections, and store their progress."""
        updates = [
            {
                "TableName": self._table,
                "Key": _key(each.connection_id),
                "UpdateExpression": "SET progress = :progress ADD version :one REMOVE busy_until",
                "ConditionExpression": _EXISTS,
                "ExpressionAttributeValues": serialize({":progress": _text(each.progress), ":one": 1}),
            }
            for each in connections
        ]
        update_items(self._dynamodb, updates)

    def _change(
        self, connection_id: str, change: str, condition: str, values: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        """Change the item of a connection if a condition holds; return the changed item, or None."""
        names = {name: name.removeprefix("#") for name in ("#second", "#sequence") if name in change + condition}
        named: Any = {"ExpressionAttributeNames": names} if names else {}
        try:
            answer = self._dynamodb.update_item(
                TableName=self._table,
                Key=_key(connection_id),
                UpdateExpression=change,
                ConditionExpression=condition,
                ExpressionAttributeValues=serialize(values),
                ReturnValues="ALL_NEW",
                **named,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != _CONDITION:
                raise
            return None
        return deserialize(answer["Attributes"])

    def _count(self, name: str) -> int:
        pages = self._dynamodb.get_paginator("query").paginate(**self._query(name, ""), Select="COUNT")
        return sum(page["Count"] for page in pages)

    def _list(self, name: str, prefix: str) -> Iterator[dict[str, Any]]:
        for page in self._dynamodb.get_paginator("query").paginate(**self._query(name, prefix)):
            yield from map(deserialize, page["Items"])

    def _query(self, name: str, prefix: str) -> Any:
        values = {":list": name, ":now": int(self._clock().timestamp())}
        return {
            "TableName": self._listeners,
            "ConsistentRead": True,
            "KeyConditionExpression": "#list = :list" + (" AND begins_with(#member, :prefix)" if prefix else ""),
            "FilterExpression": "expires_at > :now",
            "ExpressionAttributeNames": {"#list": "list", **({"#member": "member"} if prefix else {})},
            "ExpressionAttributeValues": serialize({**values, ":prefix": prefix or None}),
        }

    def _is_open(self, item: Mapping[str, Any]) -> bool:
        return "endpoint" in item and bool(item["expires_at"] > self._clock().timestamp())


def _key(connection_id: str) -> Any:
    return serialize({"connection_id": connection_id})


def _of(subject: str) -> str:
    return f"of {subject}"


def _entries(connection: Connection) -> list[dict[str, Any]]:
    """Return the entries of a connection in the list of all, by channel, and in that of its user."""
    return [
        {
            "list": _ALL,
            "member": f"{connection.channel} {connection.connection_id}",
            "key_id": connection.key_id,
            "family": connection.family,
            "token_expires_at": int(connection.token_expires_at.timestamp()),
        },
        {"list": _of(connection.subject), "member": connection.connection_id},
    ]


def _listener(item: Mapping[str, Any]) -> Listener:
    channel, _, connection_id = item["member"].rpartition(" ")
    return Listener(connection_id, channel, item["key_id"], item["family"], _moment(item["token_expires_at"]))


def _item(connection: Connection) -> dict[str, Any]:
    return {
        "connection_id": connection.connection_id,
        "channel": connection.channel,
        "endpoint": connection.endpoint,
        "subject": connection.subject,
        "key_id": connection.key_id,
        "family": connection.family,
        "scopes": " ".join(sorted(connection.scopes)),
        "token_expires_at": int(connection.token_expires_at.timestamp()),
        "connected_at": _milliseconds(connection.connected_at),
        "sequence": connection.sequence,
        "version": connection.version,
        "subscription": _text(connection.subscription),
        "progress": _text(connection.progress),
    }


def _connection(item: Mapping[str, Any]) -> Connection:
    plain = {name: item[name] for name in ("connection_id", "channel", "endpoint", "subject", "key_id", "family")}
    return Connection(
        **plain,
        scopes=frozenset(item["scopes"].split()),
        token_expires_at=_moment(item["token_expires_at"]),
        connected_at=_moment(item["connected_at"] / 1000),
        sequence=int(item["sequence"]),
        version=int(item["version"]),
        subscription=orjson.loads(item["subscription"]),
        progress=orjson.loads(item["progress"]),
    )


def _text(value: Mapping[str, Any]) -> str:
    return orjson.dumps(value).decode()


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _moment(seconds: Any) -> datetime:
    return datetime.fromtimestamp(float(seconds), UTC)
