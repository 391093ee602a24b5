"""The store of quarantined rows: an object per delivery and an index."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from shared.lake.quarantine.rejected_rows import RejectedRow, RejectedRows, read_rows
from shared.lake.storage.object_store import LostUpdate
from shared.quarantine.index import QuarantinedDelivery, QuarantineIndex
from shared.runtime.errors import Unavailable, Unprocessable
from shared.runtime.paging import Order, Slice, Window, in_order
from shared.runtime.retries import retry

if TYPE_CHECKING:
    from shared.lake.storage.object_store import LakeStore, StoredObject
    from shared.ledger.filters import Filters

_TRIES = 8
MOST_SORTED = 100_000
"""Errors that are sorted by what they say, for which all of them are read."""

Reason = tuple[int, dict[str, Any]]
"""An error, after the position of its row."""

Found = tuple[QuarantinedDelivery, RejectedRow]


@dataclass(frozen=True, kw_only=True)
class Quarantine:
    """Stores one object per delivery with rejected rows, and indexes them."""

    lake: "LakeStore"
    index: QuarantineIndex

    def put(self, rejected: RejectedRows) -> None:
        """Store the rejected rows of a delivery, replacing earlier ones."""
        if rejected.rows:
            self.lake.put(rejected.key, rejected.to_parquet())
        else:
            stored = self.lake.get(rejected.key)
            self.lake.delete([stored] if stored else [])
        self.index.put(_summary(rejected))

    def rows(self, delivery: QuarantinedDelivery) -> list[RejectedRow]:
        """Return the quarantined rows of a delivery, in order."""
        stored = self.lake.get(delivery.key)
        return [] if stored is None else list(read_rows(stored.body))

    def remove_rows(self, delivery: RejectedRows, places: Collection[int]) -> None:
        """Remove rows of a delivery; safe to repeat and to race.

        Raises:
            Unavailable: concurrent changes did not stop.
        """
        for _ in retry(_TRIES):
            stored = self.lake.get(delivery.key)
            remaining = replace(delivery, rows=list(read_rows(stored.body)) if stored else []).without(places)
            try:
                if stored and remaining.rows:
                    self.lake.replace(stored.key, remaining.to_parquet(), expected=stored)
                elif stored:
                    self._delete(stored)
                self.index.put(_summary(remaining))
            except LostUpdate:
                continue
            return
        raise Unavailable("Another request is changing these rows; retry later", retry_after=1)

    def _delete(self, stored: "StoredObject") -> None:
        self.lake.delete([stored])
        if self.lake.get(stored.key):
            raise LostUpdate(stored.key)

    def browse(self, filters: "Filters", code: str | None, window: Window, order: Order | None = None) -> Slice[Found]:
        """Return a window of the matching rows, in order of receipt and position, or of a field of their deliveries."""
        found = [delivery for delivery in self.matching_deliveries(filters) if delivery.count_with_code(code)]
        matching = in_order(found, order)

        def rows_of(delivery: QuarantinedDelivery) -> list[Found]:
            return [(delivery, row) for row in self.rows(delivery) if code is None or code in row.codes]

        total = sum(delivery.count_with_code(code) for delivery in matching)
        return Slice(_slice(matching, lambda delivery: delivery.count_with_code(code), rows_of, window), total, window)

    def matching_deliveries(self, filters: "Filters") -> Iterator[QuarantinedDelivery]:
        """Yield the deliveries that match filters, in order of receipt."""
        for delivery in self.index.list_by_day(filters.days):
            if filters.matches(delivery.source_id, delivery.data_type, delivery.received_at):
                yield delivery

    def list_errors(
        self, deliveries: Sequence[QuarantinedDelivery], window: Window, order: Order | None = None
    ) -> Slice[Reason]:
        """Return a window of the errors of these deliveries, each with the position of its row.

        Raises:
            Unprocessable: there are too many errors to sort by what they say.
        """
        total = sum(delivery.reasons for delivery in deliveries)
        is_descending = order is not None and order.descending
        if order is None or order.field == "row":
            matching = deliveries[::-1] if is_descending else deliveries
            read = partial(self._reasons_of, descending=is_descending)
            return Slice(_slice(matching, lambda delivery: delivery.reasons, read, window), total, window)
        if total > MOST_SORTED:
            raise Unprocessable(f"The batch has {total} errors; more than {MOST_SORTED} can be sorted by row only")
        found = [each for delivery in deliveries for each in self._reasons_of(delivery)]
        found.sort(key=lambda each: each[1][order.field], reverse=is_descending)
        return Slice(window.of(found), len(found), window)

    def _reasons_of(self, delivery: QuarantinedDelivery, *, descending: bool = False) -> list[Reason]:
        rows = self.rows(delivery)
        return [(row.place, reason) for row in (reversed(rows) if descending else rows) for reason in row.reasons]


def _slice(
    deliveries: Iterable[QuarantinedDelivery],
    size_of: Callable[[QuarantinedDelivery], int],
    read: Callable[[QuarantinedDelivery], list[Any]],
    window: Window,
) -> list[Any]:
    """Return a window of the concatenated items of deliveries; only deliveries that overlap with it are read."""
    found: list[Any] = []
    begin, end = window.offset, window.offset + window.limit
    position = 0
    for delivery in deliveries:
        first, position = position, position + size_of(delivery)
        if position > begin and first < end:
            found += islice(read(delivery), max(begin - first, 0), end - first)
    return found


def _summary(rejected: RejectedRows) -> QuarantinedDelivery:
    return QuarantinedDelivery(
        delivery_id=rejected.delivery_id,
        source_id=rejected.source_id,
        data_type=rejected.data_type,
        received_at=rejected.received_at,
        rows=len(rejected.rows),
        reasons=sum(len(row.reasons) for row in rejected.rows),
        codes=rejected.codes,
    )
