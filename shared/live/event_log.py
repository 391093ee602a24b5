"""The log of events, kept for a quarter of an hour: ids rise over all kinds, in the order of the commits.

An append takes the next ids and writes its events in one transaction, on the condition that no other append has taken
ids since it read the last one. So a reader that has seen an id has been able to see all lower ones.
"""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from shared.runtime.dynamodb import deserialize, serialize
from shared.runtime.errors import Unavailable
from shared.runtime.models import rfc3339, sortable
from shared.runtime.resources import Table, Write
from shared.runtime.retries import retry

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.runtime.models import Clock

EVENT_LOG_TABLE = Table(
    "event_log", writes=Write.PUT | Write.UPDATE, partition_key="log", sort_key="id", expires_by="expires_at"
)

KEPT = timedelta(minutes=15)
"""How long events can be read again."""

_CLAIMED = timedelta(days=2)
"""How long a claim is kept: longer than a stream repeats its records."""

_EVENTS, _CLAIMS, _FACTS, _STATE = "events", "claims", "facts", "state"
_LAST, _READ = "last", "read"
_DIGITS = 16
_TRIES = 20


class Event(NamedTuple):
    """An event of the log."""

    id: int
    kind: str
    at: datetime
    data: Mapping[str, Any]

    @property
    def message(self) -> dict[str, Any]:
        """The event as clients receive it."""
        return {"event": self.kind, "id": self.id, "timestamp": rfc3339(self.at), "data": self.data}


@dataclass(frozen=True)
class Tail:
    """The events after an id.

    Attributes:
        events: the events.
        has_gap: whether some before them are no longer kept.
        is_cut: whether there are more after them.
    """

    events: Sequence[Event]
    has_gap: bool
    is_cut: bool


@dataclass(frozen=True)
class Claim:
    """The name of what is appended, so that it is appended once; `through` names its last part."""

    name: str
    through: str = ""


class EventLog:
    """Stores events."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str, clock: "Clock") -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._clock = clock

    def append(
        self,
        kind: str,
        events: Sequence[Mapping[str, Any]],
        *,
        common: Mapping[str, Any] | None = None,
        claim: Claim | None = None,
    ) -> Claim | None:
        """Append events of a kind, with what their data have in common.

        Together they should be about 100 kB of JSON or less: an item takes 400 kB, after compression. If events were
        appended with a claim of the same name before, nothing is appended, and that claim is returned.

        Raises:
            Unavailable: other appends kept coming first.
        """
        for _ in retry(_TRIES):
            last = self.last_id()
            try:
                self._write(last, kind, events, common or {}, claim)
            except self._dynamodb.exceptions.TransactionCanceledException:
                known = None if claim is None else self._claimed(claim.name)
                if known is not None:
                    return known
                continue
            return claim
        raise Unavailable("Other events are being appended; retry later", retry_after=1)

    def last_id(self) -> int:
        """Return the id of the last event; 0 if there was none yet."""
        item = self._get(_STATE, _LAST)
        return int(item["number"]) if item else 0

    def after(self, event_id: int, *, most: int) -> Tail:
        """Return the first events after an id, about so many at most."""
        found: list[Event] = []
        last, first_id = self.last_id(), 0
        if event_id < last:
            for events in self._parts_after(event_id):
                first_id = first_id or events[0].id
                found += [each for each in events if each.id > event_id]
                if len(found) >= most:
                    break
        return Tail(
            found,
            has_gap=event_id > last or (event_id < last and first_id not in range(1, event_id + 2)),
            is_cut=bool(found) and found[-1].id < last,
        )

    def mark_read(self, event_id: int) -> None:
        """Record that all events up to an id have been handed to the connections that were open."""
        try:
            self._dynamodb.put_item(
                TableName=self._table,
                Item=serialize({"log": _STATE, "id": _READ, "number": event_id}),
                ConditionExpression="attribute_not_exists(#number) OR #number < :number",
                ExpressionAttributeNames={"#number": "number"},
                ExpressionAttributeValues=serialize({":number": event_id}),
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return  # a delivery that began later has recorded more

    def unread_since(self) -> tuple[int, datetime | None]:
        """Return the number of events that no connection has been handed yet, and when the first of them occurred.

        Of one that is no longer kept, the time is that before which it occurred.
        """
        item = self._get(_STATE, _READ)
        read, last = (int(item["number"]) if item else 0), self.last_id()
        if read >= last:
            return 0, None
        tail = self.after(read, most=1)
        return last - read, tail.events[0].at if tail.events else self._clock() - KEPT

    def put_fact(self, name: str, value: Mapping[str, Any]) -> None:
        """Store something that was last said in events."""
        item = serialize({"log": _FACTS, "id": name, "value": orjson.dumps(value).decode()})
        self._dynamodb.put_item(TableName=self._table, Item=item)

    def fact(self, name: str) -> dict[str, Any]:
        """Return what was stored under a name; empty if nothing was."""
        item = self._get(_FACTS, name)
        found: dict[str, Any] = orjson.loads(item["value"]) if item else {}
        return found

    def _claimed(self, name: str) -> Claim | None:
        item = self._get(_CLAIMS, name)
        return Claim(name, item["through"]) if item else None

    def _parts_after(self, event_id: int) -> Iterator[list[Event]]:
        """Yield the events of each append that has any after an id."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="#log = :log AND id > :id",
            FilterExpression="expires_at > :now",
            ExpressionAttributeNames={"#log": "log"},
            ExpressionAttributeValues=serialize(
                {":log": _EVENTS, ":id": _padded(event_id), ":now": int(self._clock().timestamp())}
            ),
        )
        for page in pages:
            for item in page["Items"]:
                yield _unpack(deserialize(item))

    def _write(
        self,
        last: int,
        kind: str,
        events: Sequence[Mapping[str, Any]],
        common: Mapping[str, Any],
        claim: Claim | None,
    ) -> None:
        now = self._clock()
        number = {"log": _STATE, "id": _LAST}
        counter: Any = {
            "TableName": self._table,
            "Key": serialize(number),
            "UpdateExpression": "SET #number = :next",
            "ConditionExpression": "#number = :last" if last else "attribute_not_exists(#number)",
            "ExpressionAttributeNames": {"#number": "number"},
            "ExpressionAttributeValues": serialize({":next": last + len(events), ":last": last or None}),
        }
        body = {"kind": kind, "at": sortable(now), "first": last + 1, "events": events, "common": common}
        item = {
            "log": _EVENTS,
            "id": _padded(last + len(events)),
            "body": zlib.compress(orjson.dumps(body)),
            "expires_at": int((now + KEPT).timestamp()),
        }
        writes: list[Any] = [{"Update": counter}, {"Put": {"TableName": self._table, "Item": serialize(item)}}]
        if claim is not None:
            writes.append({"Put": self._claim(claim, now)})
        self._dynamodb.transact_write_items(TransactItems=writes)

    def _claim(self, claim: Claim, now: datetime) -> Any:
        expires = int((now + _CLAIMED).timestamp())
        item = {"log": _CLAIMS, "id": claim.name, "through": claim.through, "expires_at": expires}
        return {"TableName": self._table, "Item": serialize(item), "ConditionExpression": "attribute_not_exists(id)"}

    def _get(self, log: str, name: str) -> dict[str, Any] | None:
        key = serialize({"log": log, "id": name})
        answer = self._dynamodb.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return deserialize(answer["Item"]) if "Item" in answer else None


def _padded(event_id: int) -> str:
    return f"{event_id:0{_DIGITS}d}"


def _unpack(item: Mapping[str, Any]) -> list[Event]:
    body = orjson.loads(zlib.decompress(item["body"]))
    at = datetime.fromisoformat(body["at"])
    return [
        Event(number, body["kind"], at, {**data, **body["common"]})
        for number, data in enumerate(body["events"], body["first"])
    ]
