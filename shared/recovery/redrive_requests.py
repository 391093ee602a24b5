"""Re-drives as they are asked for: of named rows or of all that filters mean, for good or only to see what would be."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.ledger.filters import DEFAULT_RANGE, Filters, midnight
from shared.quarantine.models import read_row_id, row_id, told
from shared.recovery.models import MOST_TOLD, RedriveRequest, RedriveResponse, RejectedAgain, Skipped
from shared.recovery.redrivable import Obstructed
from shared.runtime.errors import Conflict, Unavailable
from shared.runtime.models import sortable

if TYPE_CHECKING:
    from shared.lake.quarantine.rejected_rows import RejectedRow
    from shared.ledger.store import Ledger
    from shared.quarantine.index import Kept
    from shared.quarantine.store import Quarantine
    from shared.recovery.redrive import Redriver, Tried
    from shared.runtime.models import Clock

PATIENCE_SECONDS = 15
"""After so long no further delivery is begun: the caller goes on with another request."""

Meant = Callable[["RejectedRow"], bool]


@dataclass
class _Sum:
    """What became of the rows so far."""

    rows: int = 0
    accepted: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    rejected: int = 0
    rejected_rows: list[RejectedAgain] = field(default_factory=list)
    skipped: int = 0
    skipped_deliveries: list[Skipped] = field(default_factory=list)

    def add(self, kept: "Kept", rows: int, tried: "Tried") -> None:
        self.rows += rows
        self.accepted += tried.accepted
        self.rejected += len(tried.reasons)
        for reasons in tried.reasons.values():
            self.reasons.update({reason["code"] for reason in reasons})
        for place, reasons in sorted(tried.reasons.items())[: max(MOST_TOLD - len(self.rejected_rows), 0)]:
            errors = [told(place, reason) for reason in reasons[:MOST_TOLD]]
            self.rejected_rows.append(RejectedAgain(id=row_id(kept.origin, place), errors=errors))
        if tried.refusal:
            self.skip(kept, rows - len(tried.reasons), tried.refusal)

    def skip(self, kept: "Kept", rows: int, reason: str) -> None:
        self.skipped += rows
        if len(self.skipped_deliveries) < MOST_TOLD:
            self.skipped_deliveries.append(Skipped(origin=kept.origin, rows=rows, reason=reason))


@dataclass(frozen=True, kw_only=True)
class Redrives:
    """Answers requests for re-drives."""

    ledger: "Ledger"
    quarantine: "Quarantine"
    redriver: "Redriver"
    clock: "Clock"
    patience_seconds: float = PATIENCE_SECONDS

    def answer(self, request: RedriveRequest) -> RedriveResponse:
        """Drive what is meant, delivery by delivery, as long as there is time."""
        began, summed, last, complete = time.monotonic(), _Sum(), None, True
        for kept, meant in self._meant(request):
            if last is not None and time.monotonic() - began > self.patience_seconds:
                complete = False
                break
            self._drive(kept, [row for row in self.quarantine.rows(kept) if meant(row)], summed, dry=request.dry_run)
            last = _cursor(kept)
        return RedriveResponse(
            **vars(summed), dry_run=request.dry_run, complete=complete, after=None if complete else last
        )

    def _drive(self, kept: "Kept", rows: list["RejectedRow"], summed: _Sum, *, dry: bool) -> None:
        if not rows:
            return
        try:
            summed.add(kept, len(rows), (self.redriver.attempt if dry else self.redriver.drive)(kept, rows))
        except (Obstructed, Conflict, Unavailable) as obstacle:
            summed.skip(kept, len(rows), str(obstacle))

    def _meant(self, request: RedriveRequest) -> Iterator[tuple["Kept", Meant]]:
        if request.ids:
            yield from self._named(request.ids)
            return
        for kept in self.quarantine.meant(self._filters(request)):
            if kept.rows_with(request.code) and (request.after is None or _cursor(kept) > request.after):
                yield kept, lambda row: request.code is None or request.code in row.codes

    def _named(self, ids: Iterable[str]) -> Iterator[tuple["Kept", Meant]]:
        places: defaultdict[str, set[int]] = defaultdict(set)
        for name in ids:
            origin, place = read_row_id(name)
            places[origin].add(place)
        entries = filter(None, map(self.ledger.get, sorted(places)))
        for kept in self.quarantine.index.of([(entry.received_at, entry.origin) for entry in entries]):
            yield kept, lambda row, wanted=places[kept.origin]: row.place in wanted  # type: ignore[misc] # bound here

    def _filters(self, request: RedriveRequest) -> Filters:
        now = self.clock()
        asked = request.time_range
        return Filters(
            source_id=request.source_id,
            data_type=request.data_type,
            start=asked.start if asked else midnight(now - DEFAULT_RANGE),
            end=asked.end if asked else now + timedelta(milliseconds=1),
        )


def _cursor(kept: "Kept") -> str:
    return f"{sortable(kept.received_at)}#{kept.origin}"
