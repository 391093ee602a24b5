"""Pages of the row errors of a batch: the response to its submission contains only the first ones."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.ledger.entry import DeliveryKind, LedgerEntry
from shared.quarantine.models import RowErrorsResponse, row_error
from shared.quarantine.parameters import RowErrorsQuery
from shared.runtime.errors import NotFound
from shared.runtime.paging import Window

if TYPE_CHECKING:
    from shared.ingestion.uploads.store import UploadStore
    from shared.ledger.store import Ledger
    from shared.quarantine.store import Quarantine


@dataclass(frozen=True, kw_only=True)
class RowErrors:
    """Reads the quarantined rows of a batch, or of all parts of a file."""

    ledger: "Ledger"
    uploads: "UploadStore"
    quarantine: "Quarantine"

    def page(self, batch_id: str, query: RowErrorsQuery) -> RowErrorsResponse:
        """Return a page of the errors of a batch.

        Raises:
            NotFound: the batch does not exist.
            Unprocessable: there are too many errors to sort by what they say.
        """
        quarantined = self.quarantine.index.get_many(
            [(entry.received_at, entry.delivery_id) for entry in self._entries(batch_id)]
        )
        found = self.quarantine.list_errors(quarantined, Window.of_page(query.page, query.size), query.sort)
        return RowErrorsResponse(content=[row_error(place, reason) for place, reason in found.items], **found.page())

    def _entries(self, batch_id: str) -> list[LedgerEntry]:
        entry = self.ledger.get(batch_id)
        if entry is not None and entry.kind is DeliveryKind.BATCH:
            return [entry]
        parts = list(self.ledger.of_batch(batch_id))
        if not parts and self.uploads.get(batch_id) is None:
            raise NotFound(f"The batch {batch_id!r} does not exist")
        return parts
