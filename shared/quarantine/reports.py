"""Pages of the quarantine: what is asked for, read from the query, and told as the API does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.ledger.filters import Question, reason_code
from shared.quarantine.models import LONGEST_RAW, MOST_REASONS, QuarantinedRow, QuarantineResponse, row_id, told

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

    def answer(self, given: Mapping[str, Sequence[str]]) -> QuarantineResponse:
        """The page that a query asks for.

        Raises:
            InvalidRequest: a field is unknown or wrong; every one of them is named.
        """
        question = Question(given, "code")
        filters, window = question.filters(self.clock()), question.window()
        code = question.one("code", reason_code)
        question.check()
        found = self.quarantine.browse(filters, code, window)
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
