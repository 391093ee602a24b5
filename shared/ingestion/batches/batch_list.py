"""Lists batches, newest first: those sent in a request from the ledger, and files from their uploads and parts."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.ingestion.batches.parameters import BatchesQuery
from shared.ingestion.batches.status import describe_batch, describe_upload
from shared.ingestion.models import BatchesResponse, BatchStatusResponse
from shared.ledger.entry import DeliveryKind, LedgerEntry
from shared.runtime.paging import Order, Window, paginate

if TYPE_CHECKING:
    from shared.ingestion.uploads.state import Upload
    from shared.ingestion.uploads.store import UploadStore
    from shared.ledger.by_source import DeliveriesBySource
    from shared.ledger.filters import Filters
    from shared.runtime.models import Clock

_AT_ONCE = 8
_NEWEST_FIRST = Order("started_at", descending=True)


@dataclass(frozen=True, kw_only=True)
class BatchList:
    """Reads pages of batches."""

    deliveries: "DeliveriesBySource"
    uploads: "UploadStore"
    source_ids: Callable[[], Iterable[str]]
    clock: "Clock"

    def page(self, query: BatchesQuery) -> BatchesResponse:
        """Return the page that a query asks for."""
        found = [each for each in self._find(query.filters(self.clock())) if query.status in {None, each.status}]
        shown = paginate(
            found,
            Window.of_page(query.page, query.size),
            arrival=lambda each: (each.started_at, each.batch_id),
            order=query.sort or _NEWEST_FIRST,
        )
        return BatchesResponse(content=list(shown.items), **shown.page())

    def _find(self, filters: "Filters") -> Iterator[BatchStatusResponse]:
        parts: defaultdict[str, list[LedgerEntry]] = defaultdict(list)
        for entry in self._entries(filters):
            if entry.batch_id:
                parts[entry.batch_id].append(entry)
            else:
                yield describe_batch(entry)
        now = self.clock()
        for upload in self._uploads(filters, parts):
            yield describe_upload(upload, parts.get(upload.batch_id, ()), now)

    def _entries(self, filters: "Filters") -> Iterator[LedgerEntry]:
        """Yield the entries of batches and of parts of files; all parts of a file have the same time of receipt."""
        source_ids = [filters.source_id] if filters.source_id else self.source_ids()

        def of_source(source_id: str) -> Sequence[LedgerEntry]:
            return list(self.deliveries.between(source_id, filters.start, filters.end, kind=DeliveryKind.BATCH))

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            entries = [entry for found in pool.map(of_source, source_ids) for entry in found]
        for entry in entries:
            if filters.data_type in {None, entry.data_type}:
                yield entry

    def _uploads(self, filters: "Filters", batch_ids: Iterable[str]) -> "Iterable[Upload]":
        """Return the files of these batches, and those of which nothing is in the ledger."""
        others = {
            each.batch_id: each
            for each in self.uploads.without_rows(filters.start, filters.end)
            if filters.matches(each.source_id, each.data_type, each.created_at)
        }
        return {**others, **{each.batch_id: each for each in self.uploads.get_many(batch_ids)}}.values()
