"""The ledger in DynamoDB: an item for each delivery; totals and counts move in its transaction."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shared.ledger.entry import Entry, Kind
from shared.ledger.items import entry_of, item_of
from shared.quality.state import QualityState
from shared.quality.store import counted, hour_of
from shared.runtime.dynamodb import serialize
from shared.runtime.errors import Unavailable
from shared.runtime.models import now, sortable
from shared.runtime.retries import retry

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.runtime.models import Clock

Change = Callable[[Entry | None], Entry]
_TRIES = 12


class Ledger:
    """Keeps entries; every change is optimistic, so that writers may race and repeat."""

    def __init__(  # noqa: PLR0913 # a table for each thing that moves
        self,
        dynamodb: "DynamoDBClient",
        *,
        table: str,
        sources_table: str,
        hours_table: str,
        quality_table: str,
        clock: "Clock" = now,
    ) -> None:
        self._dynamodb = dynamodb
        self._clock = clock
        self._table = table
        self._sources_table = sources_table
        self._hours_table = hours_table
        self._quality_table = quality_table

    def get(self, origin: str) -> Entry | None:
        """Read the entry of a delivery."""
        item = self._dynamodb.get_item(TableName=self._table, Key=serialize({"origin": origin}), ConsistentRead=True)
        return entry_of(item["Item"]) if "Item" in item else None

    def record(self, origin: str, change: Change) -> Entry:
        """Change an entry, and its source's totals by the difference, in one transaction.

        Args:
            origin: the delivery.
            change: from the entry as it stands (None: there is none yet) to the entry as it shall be; may run again.

        Raises:
            Unavailable: others kept changing the same items.
        """
        for _ in retry(_TRIES):
            before = self.get(origin)
            after = change(before)
            if before == after:
                self._raise_watermark(after)  # a crash may have come between the transaction and this
                return after
            try:
                self._write(before, after)
            except self._dynamodb.exceptions.TransactionCanceledException:
                continue
            self._raise_watermark(after)
            return after
        raise Unavailable("The ledger is busy; retry later", retry_after=1)

    def unfinished(self, before: datetime) -> Iterator[Entry]:
        """Every entry received before a moment that is not complete yet, oldest first."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            IndexName="open",
            KeyConditionExpression="#open = :open AND received_at < :before",
            ExpressionAttributeNames={"#open": "open"},
            ExpressionAttributeValues=serialize({":open": "yes", ":before": sortable(before)}),
        )
        for page in pages:
            yield from map(entry_of, page["Items"])

    def of_batch(self, batch_id: str) -> Iterator[Entry]:
        """The entries of the parts of a batch, in the order of the parts."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            IndexName="by_batch",
            KeyConditionExpression="batch_id = :batch",
            ExpressionAttributeValues=serialize({":batch": batch_id}),
        )
        for page in pages:
            yield from map(entry_of, page["Items"])

    def recent(self, kind: Kind, most: int) -> list[Entry]:
        """The entries of a kind that were completed last."""
        answer = self._dynamodb.query(
            TableName=self._table,
            IndexName="recent",
            KeyConditionExpression="kind = :kind",
            ExpressionAttributeValues=serialize({":kind": kind}),
            ScanIndexForward=False,
            Limit=most,
        )
        return [entry_of(item) for item in answer["Items"]]

    def _write(self, before: Entry | None, after: Entry) -> None:
        revision = before.revision if before else 0
        unchanged = "attribute_not_exists(origin)" if before is None else "revision = :revision"
        values = {} if before is None else {"ExpressionAttributeValues": serialize({":revision": revision})}
        self._dynamodb.transact_write_items(
            TransactItems=[
                {
                    "Put": {
                        "TableName": self._table,
                        "Item": item_of(after, revision + 1),
                        "ConditionExpression": unchanged,
                        **values,  # type: ignore[typeddict-item] # one known key
                    }
                },
                {"Update": self._totals(before, after)},
                {"Update": self._hour(before, after)},
                *self._quality(before, after),
            ]
        )

    def _quality(self, before: Entry | None, after: Entry) -> Iterator[Any]:
        """Move the counts of the quality checks, where they move at all."""
        update = counted(
            self._quality_table,
            hour_of(after.source_id, after.data_type, after.received_at),
            after.origin,
            before=before.quality if before else QualityState(),
            after=after.quality,
        )
        if update is not None:
            yield {"Update": update}

    def _hour(self, before: Entry | None, after: Entry) -> Any:
        """Move the totals of the hour in which the delivery was received."""
        moved = _moved(before, after)
        return {
            "TableName": self._hours_table,
            "Key": serialize(
                {"source_id": after.source_id, "hour": f"{sortable(after.received_at)[:13]}#{after.data_type}"}
            ),
            "UpdateExpression": "ADD " + ", ".join(f"#{name} :{name}" for name in moved),
            "ExpressionAttributeNames": {f"#{name}": name for name in moved},
            "ExpressionAttributeValues": serialize({f":{name}": value for name, value in moved.items()}),
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
            "ExpressionAttributeValues": serialize(
                {
                    **{f":{name}": value for name, value in moved.items()},
                    ":at": sortable(after.received_at),
                    ":kind": after.kind.value,
                    ":now": sortable(self._clock()),
                }
            ),
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
                ExpressionAttributeValues=serialize({":seen": sortable(entry.latest_event)}),
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return  # it is higher already


def _moved(before: Entry | None, after: Entry) -> dict[str, int]:
    return {name: value - (before.counters[name] if before else 0) for name, value in after.counters.items()}


def _facet(entry: Entry) -> Any:
    return serialize({"source_id": entry.source_id, "facet": f"type#{entry.data_type}"})
