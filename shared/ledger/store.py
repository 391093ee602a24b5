"""The ledger in DynamoDB: an item per delivery; totals and counts change in the same transaction."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from heapq import merge
from itertools import chain
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any

from shared.ledger.arrival import NO_ARRIVAL, arrival_of
from shared.ledger.entry import Channel, DeliveryKind, LedgerEntry
from shared.ledger.items import OPEN_KEYS, Completion, completion_of, entry_of, item_of, recent_keys, replaced_until_of
from shared.ledger.reading import entries_in_order, query_index
from shared.quality.state import QualityCounts
from shared.quality.store import hour_of, hour_update
from shared.runtime.dynamodb import get_items, serialize
from shared.runtime.errors import Unavailable
from shared.runtime.models import now, sortable
from shared.runtime.observability import count, logger
from shared.runtime.parallel import all_at_once
from shared.runtime.resources import Index, Table
from shared.runtime.retries import retry

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.runtime.models import Clock

LEDGER_TABLE = Table(
    "ledger",
    partition_key="origin",
    indexes=(
        Index(name="open", partition_key="open", sort_key="received_at", attributes=("source_id", "data_type")),
        Index(
            name="recent",
            partition_key="recent",
            sort_key="completed_at",
            attributes=("kind", "batch_id", "received_at", "partitions"),
        ),
        Index(name="by_batch", partition_key="batch_id", sort_key="origin", attributes=()),
        Index(name="by_source", partition_key="source_id", sort_key="received_at", attributes=("kind",)),
    ),
)
LEDGER_HOURS_TABLE = Table("ledger_hours", partition_key="source_id", sort_key="hour")
SOURCES_TABLE = Table("sources", partition_key="source_id", sort_key="facet", scanned=True)

EntryChange = Callable[[LedgerEntry | None], LedgerEntry]
_TRIES = 12


class _NotInLedger(LookupError):
    """The ledger has no entry for a delivery."""


class Ledger:
    """Stores entries; every change is optimistic, so writers may race and repeat."""

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

    def get(self, delivery_id: str) -> LedgerEntry | None:
        """Read the entry of a delivery."""
        item = self._dynamodb.get_item(
            TableName=self._table, Key=serialize({"origin": delivery_id}), ConsistentRead=True
        )
        return entry_of(item["Item"]) if "Item" in item else None

    def update(self, delivery_id: str, change: EntryChange) -> LedgerEntry:
        """Change an entry, and the totals of its source by the difference, in one transaction.

        Args:
            delivery_id: the delivery.
            change: returns the new entry for the current one (None: there is none yet); may be called again.

        Raises:
            Unavailable: concurrent changes did not stop.
        """
        for _ in retry(_TRIES):
            before = self.get(delivery_id)
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

    def update_known(self, delivery_id: str, change: Callable[[LedgerEntry], LedgerEntry]) -> None:
        """Change an entry that should exist; one that does not is logged and counted, and nothing is changed.

        Raises:
            Unavailable: concurrent changes did not stop.
        """

        def change_known(entry: LedgerEntry | None) -> LedgerEntry:
            if entry is None:
                raise _NotInLedger
            return change(entry)

        try:
            self.update(delivery_id, change_known)
        except _NotInLedger:  # another engine wrote its rows, or the ledger was lost
            logger().error("the lake has rows of a delivery that is not in the ledger", origin=delivery_id)
            count("UnknownDeliveries")

    def replaced_until(self, delivery_ids: Iterable[str]) -> Mapping[str, Mapping[str, int]]:
        """Return, of deliveries in the ledger, up to which snapshot of each data type replaced rows are counted."""
        keys = [{"origin": each} for each in delivery_ids]
        items = get_items(self._dynamodb, self._table, keys, attributes=("origin", "replaced_until"))
        return {item["origin"]: replaced_until_of(item) for item in items}

    def list_unfinished(self, before: datetime) -> Iterator[LedgerEntry]:
        """Every entry received before a moment that is not complete yet, oldest first."""
        found = [self._open(key, before) for key in OPEN_KEYS]
        entries = self._entries(merge(*found, key=itemgetter("received_at")))
        return (each for each in entries if not each.is_complete)

    def of_batch(self, batch_id: str) -> Iterator[LedgerEntry]:
        """The entries of the parts of a batch, in the order of the parts."""
        return self._entries(
            query_index(self._dynamodb, self._table, "by_batch", "batch_id = :batch", {":batch": batch_id})
        )

    def recent(self, kind: DeliveryKind, most: int) -> list[Completion]:
        """The deliveries of a kind that were completed last, newest first."""

        def of_key(key: str) -> list[Completion]:
            found = query_index(
                self._dynamodb,
                self._table,
                "recent",
                "recent = :recent",
                {":recent": key},
                ScanIndexForward=False,
                PaginationConfig={"MaxItems": most, "PageSize": most},
            )
            return list(map(completion_of, found))

        found = all_at_once({key: partial(of_key, key) for key in recent_keys(kind)})
        return sorted(chain(*found.values()), key=attrgetter("completed_at"), reverse=True)[:most]

    def _open(self, key: str, before: datetime) -> Iterator[Mapping[str, Any]]:
        return query_index(
            self._dynamodb,
            self._table,
            "open",
            "#open = :open AND received_at < :before",
            {":open": key, ":before": sortable(before)},
            ExpressionAttributeNames={"#open": "open"},
        )

    def _entries(self, found: Iterable[Mapping[str, Any]]) -> Iterator[LedgerEntry]:
        return entries_in_order(self._dynamodb, self._table, found)

    def _write(self, before: LedgerEntry | None, after: LedgerEntry) -> None:
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

    def _quality(self, before: LedgerEntry | None, after: LedgerEntry) -> Iterator[Any]:
        """Move the counts of the quality checks, where they move at all."""
        update = hour_update(
            self._quality_table,
            hour_of(after.source_id, after.data_type, after.received_at),
            after.delivery_id,
            before=before.all_quality if before else QualityCounts(),
            after=after.all_quality,
        )
        if update is not None:
            yield {"Update": update}

    def _hour(self, before: LedgerEntry | None, after: LedgerEntry) -> Any:
        """Move the totals of the hour in which the delivery was received, and among them those of its channel."""
        changes = _counter_changes(before, after)
        moved = changes | {of_channel(after.channel, name): change for name, change in changes.items()}
        return {
            "TableName": self._hours_table,
            "Key": serialize(
                {"source_id": after.source_id, "hour": f"{sortable(after.received_at)[:13]}#{after.data_type}"}
            ),
            "UpdateExpression": "ADD " + ", ".join(f"#{name} :{name}" for name in moved),
            "ExpressionAttributeNames": {f"#{name}": name for name in moved},
            "ExpressionAttributeValues": serialize({f":{name}": value for name, value in moved.items()}),
        }

    def _totals(self, before: LedgerEntry | None, after: LedgerEntry) -> Any:
        moved = _counter_changes(before, after)
        names = {f"#{name}": name for name in moved} | {"#kind": "kind"}
        last = ":at" if before is None else "if_not_exists(last_ingestion, :at)"  # a late merge is no ingestion
        arrival = arrival_of(after) if before is None else NO_ARRIVAL
        return {
            "TableName": self._sources_table,
            "Key": _facet(after),
            "UpdateExpression": "ADD "
            + ", ".join([*(f"#{name} :{name}" for name in moved), *arrival.added])
            + f" SET last_ingestion = {last}, #kind = if_not_exists(#kind, :kind)"
            + ", known_since = if_not_exists(known_since, :now)"  # not when it came: a stream may be read late
            + "".join(f", {each}" for each in arrival.assigned),
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": serialize(
                {
                    **{f":{name}": value for name, value in moved.items()},
                    **arrival.values,
                    ":at": sortable(after.received_at),
                    ":kind": after.channel.value,
                    ":now": sortable(self._clock()),
                }
            ),
        }

    def _raise_watermark(self, entry: LedgerEntry) -> None:
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


def of_channel(channel: Channel, counter: str) -> str:
    """Return the attribute of an hour with a counter of the deliveries of one channel."""
    return f"{channel}_{counter}"


def _counter_changes(before: LedgerEntry | None, after: LedgerEntry) -> dict[str, int]:
    return {name: value - (before.counters[name] if before else 0) for name, value in after.counters.items()}


def _facet(entry: LedgerEntry) -> Any:
    return serialize({"source_id": entry.source_id, "facet": f"type#{entry.data_type}"})
