"""The errors of a batch's rows, page by page: what the answer to its submission had no room for."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.ledger.entry import Entry, Kind
from shared.quarantine.models import RowErrorsResponse, told
from shared.runtime.errors import NotFound

if TYPE_CHECKING:
    from shared.ingestion.uploads.store import UploadStore
    from shared.ledger.store import Ledger
    from shared.quarantine.store import Quarantine
    from shared.runtime.paging import Window


@dataclass(frozen=True, kw_only=True)
class RowErrors:
    """Finds the rows of a batch, or of all parts of a file, in quarantine."""

    ledger: "Ledger"
    uploads: "UploadStore"
    quarantine: "Quarantine"

    def of_batch(self, batch_id: str, window: "Window") -> RowErrorsResponse:
        """The errors in a window of all that a batch's rows have, in the order of the rows.

        Raises:
            NotFound: there is no such batch.
        """
        kept = self.quarantine.index.of([(entry.received_at, entry.origin) for entry in self._entries(batch_id)])
        found = self.quarantine.reasons(kept, window)
        return RowErrorsResponse(content=[told(place, reason) for place, reason in found.items], **found.page())

    def _entries(self, batch_id: str) -> list[Entry]:
        entry = self.ledger.get(batch_id)
        if entry is not None and entry.kind is Kind.BATCH:
            return [entry]
        parts = list(self.ledger.of_batch(batch_id))
        if not parts and self.uploads.get(batch_id) is None:
            raise NotFound(f"The batch {batch_id!r} does not exist")
        return parts
