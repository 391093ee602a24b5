"""The ledger in DynamoDB: an item per delivery; totals and counts change in the same transaction."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from shared.ledger.entry import DeliveryKind, LedgerEntry
from shared.ledger.items import (
    OPEN,
    Completion,
    completion_of,
    entry_of_values,
    item_of,
)
from shared.ledger.movements import Change, Facet, MovedTables, movements
from shared.ledger.reading import entries_in_order
from shared.runtime.dynamodb import get_items, serialize
from shared.runtime.errors import Unavailable
from shared.runtime.index_queries import Within, query_index, query_shards
from shared.runtime.models import now, sortable
from shared.runtime.observability import count, logger
from shared.runtime.resources import Index, Table, Write
from shared.runtime.retries import retry

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.runtime.models import Clock

_UNFINISHED = Index(name="open", partition_key="open", sort_key="received_at", attributes=("source_id", "data_type"))
_RECENT = Index(
    name="recent",
    partition_key="recent",
    sort_key="completed_at",
    attributes=("kind", "batch_id", "received_at", "partitions"),
)
LEDGER_TABLE = Table(
    "ledger",
    writes=Write.PUT,
    partition_key="origin",
    indexes=(
        _UNFINISHED,
        _RECENT,
        Index(name="by_batch", partition_key="batch_id", sort_key="origin", attributes=()),
        Index(name="by_source", partition_key="source_id", sort_key="received_at", attributes=("kind",)),
    ),
)
LEDGER_HOURS_TABLE = Table("ledger_hours", writes=Write.UPDATE, partition_key="source_id", sort_key="hour")
SOURCES_TABLE = Table("sources", writes=Write.UPDATE | Write.DELETE, partition_key="source_id", sort_key="facet")

EntryChange = Callable[[LedgerEntry | None], LedgerEntry]
_TRIES = 12
_READ_TOGETHER = 100
_WRITTEN_TOGETHER = 25
"""Each entry moves at most three other items, and a transaction takes 100."""

_LIGHT_PARTS = 400
"""Entries of earlier versions have a part for each day: 25 of these stay far below the 4 MB of a transaction."""


class Ledger:
    """Stores entries; every change is optimistic, so writers may race and repeat."""

    def __init__(self, dynamodb: "DynamoDBClient", *, table: str, moved: MovedTables, clock: "Clock" = now) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._moved = moved
        self._clock = clock

    def get(self, delivery_id: str) -> LedgerEntry | None:
        """Read the entry of a delivery."""
        return self.get_many([delivery_id]).get(delivery_id)

    def get_many(self, delivery_ids: Iterable[str]) -> dict[str, LedgerEntry]:
        """Read the entries of deliveries that have one."""
        items = get_items(self._dynamodb, self._table, [{"origin": each} for each in delivery_ids])
        return {item["origin"]: entry_of_values(item) for item in items}

    def update(
        self, delivery_id: str, change: EntryChange, *, known: LedgerEntry | None = None, is_new: bool = False
    ) -> LedgerEntry:
        """Change an entry, and the totals of its source by the difference, in one transaction.

        Args:
            delivery_id: the delivery.
            change: returns the new entry for the current one (None: there is none yet); may be called again.
            known: the entry as it was last stored, if that was just now: it is not read again unless it has changed.
            is_new: whether there was no entry just now: it is not read unless there is one by now.

        Raises:
            Unavailable: concurrent changes did not stop.
        """
        read = {delivery_id: known} if known else {} if is_new else self.get_many([delivery_id])
        (stored,) = self._update({delivery_id: change}, read)
        return stored

    def update_many(self, changes: "Mapping[str, Callable[[LedgerEntry | None], LedgerEntry | None]]") -> None:
        """Change the entries of many deliveries, and the totals in few transactions; None is no change.

        Raises:
            Unavailable: concurrent changes did not stop; some entries are changed, with what they move.
        """
        left = iter(changes)
        while some := list(islice(left, _READ_TOGETHER)):
            known = self.get_many(some)
            for together in _in_transactions(some, known):
                self._update({each: changes[each] for each in together}, known)

    def update_known(self, changes: Mapping[str, Callable[[LedgerEntry], LedgerEntry]]) -> None:
        """Change entries that should exist; one that does not is logged and counted, and nothing is changed.

        Raises:
            Unavailable: concurrent changes did not stop; some entries are changed, with what they move.
        """

        def change_known(delivery_id: str, entry: LedgerEntry | None) -> LedgerEntry | None:
            if entry is not None:
                return changes[delivery_id](entry)
            # Another engine wrote its rows, or the ledger was lost.
            logger().error("the lake has rows of a delivery that is not in the ledger", origin=delivery_id)
            count("UnknownDeliveries")
            return None

        self.update_many({each: partial(change_known, each) for each in changes})

    def list_unfinished(self, before: datetime) -> Iterator[LedgerEntry]:
        """Every entry received before a moment that is not complete yet, oldest first."""
        received = Within("received_at < :before", {":before": sortable(before)})
        found = query_shards(self._dynamodb, self._table, _UNFINISHED, OPEN, received)
        entries = self._entries(found)
        return (each for each in entries if not each.is_complete)

    def of_batch(self, batch_id: str) -> Iterator[LedgerEntry]:
        """The entries of the parts of a batch, in the order of the parts."""
        return self._entries(
            query_index(self._dynamodb, self._table, "by_batch", "batch_id = :batch", {":batch": batch_id})
        )

    def recent(self, kind: DeliveryKind, most: int) -> list[Completion]:
        """The deliveries of a kind that were completed last, newest first."""
        page = {"PageSize": most}
        found = query_shards(self._dynamodb, self._table, _RECENT, kind, ScanIndexForward=False, PaginationConfig=page)
        return list(map(completion_of, islice(found, most)))

    def _entries(self, found: Iterable[Mapping[str, Any]]) -> Iterator[LedgerEntry]:
        return entries_in_order(self._dynamodb, self._table, found)

    def _update(
        self,
        changes: "Mapping[str, Callable[[LedgerEntry | None], LedgerEntry | None]]",
        known: Mapping[str, LedgerEntry],
    ) -> list[LedgerEntry]:
        for _ in retry(_TRIES):
            made = [
                Change(known.get(each), after) for each, change in changes.items() if (after := change(known.get(each)))
            ]
            if self._write([each for each in made if each.before != each.after]):
                return [each.stored for each in made]
            known = self.get_many(changes)
        raise Unavailable("The ledger is busy; retry later", retry_after=1)

    def _write(self, changes: Sequence[Change]) -> bool:
        """Write entries with all that they move, or nothing if somebody else was faster."""
        puts, moves = [self._put(each) for each in changes], self._movements(changes)
        errors = self._dynamodb.exceptions
        try:
            if len(puts) > 1 or moves:
                items: Any = [*({"Put": each} for each in puts), *({"Update": each} for each in moves)]
                self._dynamodb.transact_write_items(TransactItems=items)
            elif puts:
                self._dynamodb.put_item(**puts[0])
        except (
            errors.TransactionCanceledException,
            errors.ConditionalCheckFailedException,
            errors.TransactionConflictException,
        ):
            return False
        return True

    def _put(self, change: Change) -> Any:
        before = change.before
        put = {"TableName": self._table, "Item": item_of(change.stored)}
        if before is None:
            return {**put, "ConditionExpression": "attribute_not_exists(origin)"}
        return {
            **put,
            "ConditionExpression": "revision = :revision",
            "ExpressionAttributeValues": serialize({":revision": before.revision}),
        }

    def _movements(self, changes: Sequence[Change]) -> list[Any]:
        return list(movements(changes, self._moved, watermarks=self._watermarks(changes), at=self._clock()))

    def _watermarks(self, changes: Iterable[Change]) -> dict[Facet, str]:
        """Read how far the watermarks have risen that may rise now."""
        keys = [{"source_id": source_id, "facet": facet} for source_id, facet in {c.facet for c in changes if c.seen}]
        if not keys:
            return {}
        names = ("source_id", "facet", "watermark")
        items = get_items(self._dynamodb, self._moved.sources, keys, attributes=names)
        return {(item["source_id"], item["facet"]): item.get("watermark", "") for item in items}


def _in_transactions(delivery_ids: Iterable[str], known: Mapping[str, LedgerEntry]) -> Iterator[list[str]]:
    """Divide deliveries into those that are changed together, mostly of one source."""

    def place(delivery_id: str) -> tuple[str, str, str]:
        entry = known.get(delivery_id)
        return (entry.source_id, entry.data_type, sortable(entry.received_at)) if entry else ("", "", "")

    together, weight = list[str](), 0
    for each in sorted(delivery_ids, key=place):
        more = 1 + (len(known[each].parts) // _LIGHT_PARTS if each in known else 0)
        if together and weight + more > _WRITTEN_TOGETHER:
            yield together
            together, weight = [], 0
        together.append(each)
        weight += more
    if together:
        yield together
