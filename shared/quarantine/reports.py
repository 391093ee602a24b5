"""Pages of the quarantine: what is asked for, read from the query, and told as the API does."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.quarantine.models import LONGEST_RAW, MOST_REASONS, QuarantinedRow, QuarantineResponse, row_id, told
from shared.quarantine.parameters import QuarantineQuery
from shared.runtime.paging import Window

if TYPE_CHECKING:
    from shared.lake.quarantine.rejected_rows import RejectedRow
    from shared.quarantine.index import Kept
    from shared.quarantine.store import Quarantine
    from shared.runtime.models import Clock


@dataclass(frozen=True, kw_only=True)
class QuarantinePages:
    """Answers questions about rejected rows."""

    quarantine: "Quarantine"
    clock: "Clock"

    def answer(self, query: QuarantineQuery) -> QuarantineResponse:
        """Return the page that a query asks for."""
        window = Window.of_page(query.page, query.size)
        found = self.quarantine.browse(query.filters(self.clock()), query.code, window)
        return QuarantineResponse(content=[_told(kept, row) for kept, row in found.items], **found.page())


def _told(kept: "Kept", row: "RejectedRow") -> QuarantinedRow:
    return QuarantinedRow(
        id=row_id(kept.origin, row.place),
        origin=kept.origin,
        source_id=kept.source_id,
        data_type=kept.data_type,
        row=row.place,
        received_at=kept.received_at,
        raw=row.raw[:LONGEST_RAW],
        raw_is_cut=len(row.raw) > LONGEST_RAW,
        errors=[told(row.place, reason) for reason in row.reasons[:MOST_REASONS]],
    )
