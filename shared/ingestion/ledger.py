"""The ledger in DynamoDB: an item for each delivery, and totals per source and hour that move in its transaction."""

import random
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from shared.ingestion.entry import Entry, Fates, Kind
from shared.runtime.errors import Unavailable
from shared.runtime.models import now, sortable

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.runtime.models import Clock

Change = Callable[[Entry | None], Entry]
_TRIES = 12
_SERIALIZE = TypeSerializer().serialize
_DESERIALIZE = TypeDeserializer().deserialize


class Ledger:
    """Keeps entries; every change is optimistic, so that writers may race and repeat."""

    def __init__(
        self, dynamodb: "DynamoDBClient", *, table: str, sources_table: str, hours_table: str, clock: "Clock" = now
    ) -> None:
        self._dynamodb = dynamodb
        self._clock = clock
        self._table = table
        self._sources_table = sources_table
        self._hours_table = hours_table

    def get(self, origin: str) -> Entry | None:
        """Read the entry of a delivery."""
        item = self._dynamodb.get_item(TableName=self._table, Key={"origin": {"S": origin}}, ConsistentRead=True)
        return _entry(item["Item"]) if "Item" in item else None

    def record(self, origin: str, change: Change) -> Entry:
        """Change an entry, and its source's totals by the difference, in one transaction.

        Args:
            origin: the delivery.
            change: from the entry as it stands (None: there is none yet) to the entry as it shall be; may run again.

        Raises:
            Unavailable: others kept changing the same items.
        """
        for attempt in range(_TRIES):
            before = self.get(origin)
            after = change(before)
            if before == after:
                self._raise_watermark(after)  # a crash may have come between the transaction and this
                return after
            try:
                self._write(before, after)
            except self._dynamodb.exceptions.TransactionCanceledException:
                time.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 # jitter, no secret
                continue
            self._raise_watermark(after)
            return after
        raise Unavailable("The ledger is busy; try again", retry_after=1)

    def unfinished(self, before: datetime) -> Iterator[Entry]:
        """Every entry received before a moment that is not complete yet, oldest first."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            IndexName="open",
            KeyConditionExpression="#open = :open AND received_at < :before",
            ExpressionAttributeNames={"#open": "open"},
            ExpressionAttributeValues={":open": {"S": "yes"}, ":before": {"S": sortable(before)}},
        )
        for page in pages:
            yield from map(_entry, page["Items"])

    def of_batch(self, batch_id: str) -> Iterator[Entry]:
        """The entries of the parts of a batch, in the order of the parts."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            IndexName="by_batch",
            KeyConditionExpression="batch_id = :batch",
            ExpressionAttributeValues={":batch": {"S": batch_id}},
        )
        for page in pages:
            yield from map(_entry, page["Items"])

    def recent(self, kind: Kind, most: int) -> list[Entry]:
        """The entries of a kind that were completed last."""
        answer = self._dynamodb.query(
            TableName=self._table,
            IndexName="recent",
            KeyConditionExpression="kind = :kind",
            ExpressionAttributeValues={":kind": {"S": kind}},
            ScanIndexForward=False,
            Limit=most,
        )
        return [_entry(item) for item in answer["Items"]]

    def _write(self, before: Entry | None, after: Entry) -> None:
        revision = before.revision if before else 0
        unchanged = "attribute_not_exists(origin)" if before is None else "revision = :revision"
        values = {} if before is None else {"ExpressionAttributeValues": {":revision": _SERIALIZE(revision)}}
        self._dynamodb.transact_write_items(
            TransactItems=[
                {
                    "Put": {
                        "TableName": self._table,
                        "Item": _item(after, revision + 1),
                        "ConditionExpression": unchanged,
                        **values,  # type: ignore[typeddict-item] # one known key
                    }
                },
                {"Update": self._totals(before, after)},
                {"Update": self._hour(before, after)},
            ]
        )

    def _hour(self, before: Entry | None, after: Entry) -> Any:
        """Move the totals of the hour in which the delivery was received."""
        moved = _moved(before, after)
        return {
            "TableName": self._hours_table,
            "Key": {
                "source_id": {"S": after.source_id},
                "hour": {"S": f"{sortable(after.received_at)[:13]}#{after.data_type}"},
            },
            "UpdateExpression": "ADD " + ", ".join(f"#{name} :{name}" for name in moved),
            "ExpressionAttributeNames": {f"#{name}": name for name in moved},
            "ExpressionAttributeValues": {f":{name}": {"N": str(value)} for name, value in moved.items()},
        }

    def _totals(self, before: Entry | None, after: Entry) -> Any:
        moved = _moved(before, after)
        names = {f"#{name}": name for name in moved} | {"#kind": "kind"}
        last = ":at" if before is None else "if_not_exists(last_ingestion, :at)"  # a late merge is no ingestion
        return {
            "TableName": self._sources_table,
            "Key": _facet(after),
            "UpdateExpression": "ADD "
            + ", ".join(f"#{name} :{name}" for name in moved)
            + f" SET last_ingestion = {last}, #kind = if_not_exists(#kind, :kind)"
            + ", known_since = if_not_exists(known_since, :now)",  # not when it came: a stream may be read late
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": {f":{name}": {"N": str(value)} for name, value in moved.items()}
            | {":at": {"S": sortable(after.received_at)}, ":kind": {"S": after.kind}}
            | {":now": {"S": sortable(self._clock())}},
        }

    def _raise_watermark(self, entry: Entry) -> None:
        if not entry.is_complete or entry.latest_event is None:
            return
        try:
            self._dynamodb.update_item(
                TableName=self._sources_table,
                Key=_facet(entry),
                UpdateExpression="SET watermark = :seen",
                ConditionExpression="attribute_not_exists(watermark) OR watermark < :seen",
                ExpressionAttributeValues={":seen": {"S": sortable(entry.latest_event)}},
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return  # it is higher already


def _moved(before: Entry | None, after: Entry) -> dict[str, int]:
    return {name: value - (before.counters[name] if before else 0) for name, value in after.counters.items()}


def _facet(entry: Entry) -> Any:
    return {"source_id": {"S": entry.source_id}, "facet": {"S": f"type#{entry.data_type}"}}


def _item(entry: Entry, revision: int) -> dict[str, Any]:
    plain = {
        "origin": entry.origin,
        "kind": entry.kind.value,
        "source_id": entry.source_id,
        "data_type": entry.data_type,
        "received_at": sortable(entry.received_at),
        "received": entry.received,
        "rejected": entry.rejected,
        "batch_id": entry.batch_id or None,
        "refused": entry.refused or None,
        "cancelled": entry.cancelled or None,
        "redrives": dict(entry.redrives) or None,
        "redriving": entry.redriving or None,
        "restated": list(entry.restated) or None,
        "dropped_fields": entry.dropped_fields,
        "written": entry.written,
        "partitions": {day: _packed(fates) for day, fates in entry.partitions.items()},
        "problems": list(entry.problems),
        "latest_event": sortable(entry.latest_event) if entry.latest_event else None,
        "completed_at": sortable(entry.completed_at) if entry.completed_at else None,
        "open": None if entry.is_complete else "yes",
        "revision": revision,
    }
    return {name: _SERIALIZE(value) for name, value in plain.items() if value is not None}


def _entry(item: Any) -> Entry:
    plain = {name: _DESERIALIZE(value) for name, value in item.items()}
    return Entry(
        origin=plain["origin"],
        kind=Kind(plain["kind"]),
        source_id=plain["source_id"],
        data_type=plain["data_type"],
        received_at=datetime.fromisoformat(plain["received_at"]),
        received=int(plain["received"]),
        rejected=int(plain["rejected"]),
        batch_id=plain.get("batch_id", ""),
        refused=plain.get("refused", False),
        cancelled=plain.get("cancelled", False),
        redrives={number: int(rows) for number, rows in plain.get("redrives", {}).items()},
        redriving=plain.get("redriving", ""),
        restated=tuple(plain.get("restated", ())),
        dropped_fields=int(plain["dropped_fields"]),
        written=plain["written"],
        partitions={day: _unpacked(text) for day, text in plain["partitions"].items()},
        problems=tuple(_whole(problem) for problem in plain["problems"]),
        latest_event=_moment(plain.get("latest_event")),
        completed_at=_moment(plain.get("completed_at")),
        revision=int(plain["revision"]),
    )


_FATES = ("loaded", "duplicate", "conflict", "superseded", "cancelled")


def _packed(fates: Fates) -> str:
    """Fates as numbers in a text: a delivery may touch thousands of days, and an item holds 400 kB."""
    return " ".join(str(getattr(fates, name)) for name in _FATES)


def _unpacked(text: str) -> Fates:
    return Fates(**dict(zip(_FATES, map(int, text.split()), strict=False)))  # entries of before knew of fewer


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _whole(problem: dict[str, Any]) -> dict[str, Any]:
    return {name: int(value) if name in {"count", "first_row"} else value for name, value in problem.items()}
