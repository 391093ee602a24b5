"""Pages of quarantined rows for the API."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.quarantine.models import LONGEST_RAW, MOST_REASONS, QuarantinedRow, QuarantineResponse, row_error, row_id
from shared.quarantine.parameters import QuarantineQuery
from shared.runtime.paging import Window

if TYPE_CHECKING:
    from shared.lake.quarantine.rejected_rows import RejectedRow
    from shared.quarantine.index import QuarantinedDelivery
    from shared.quarantine.store import Quarantine
    from shared.runtime.models import Clock


@dataclass(frozen=True, kw_only=True)
class QuarantineReports:
    """Reads pages of quarantined rows."""

    quarantine: "Quarantine"
    clock: "Clock"

    def page(self, query: QuarantineQuery) -> QuarantineResponse:
        """Return the page that a query asks for."""
        window = Window.of_page(query.page, query.size)
        found = self.quarantine.browse(query.filters(self.clock()), query.code, window, query.sort)
        return QuarantineResponse(content=[_to_row(delivery, row) for delivery, row in found.items], **found.page())


def _to_row(delivery: "QuarantinedDelivery", row: "RejectedRow") -> QuarantinedRow:
    return QuarantinedRow(
        id=row_id(delivery.delivery_id, row.place),
        origin=delivery.delivery_id,
        source_id=delivery.source_id,
        data_type=delivery.data_type,
        row=row.place,
        received_at=delivery.received_at,
        raw=row.raw[:LONGEST_RAW],
        raw_is_cut=len(row.raw) > LONGEST_RAW,
        errors=[row_error(row.place, reason) for reason in row.reasons[:MOST_REASONS]],
    )
