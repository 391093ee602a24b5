"""Redrive requests: of rows by id, or of all rows that match filters; as a dry run or for real."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.ledger.filters import DEFAULT_RANGE, Filters, midnight
from shared.quarantine.models import read_row_id, row_error, row_id
from shared.recovery.models import MAX_REPORTED, RedriveRequest, RedriveResponse, RejectedAgain, Skipped
from shared.recovery.redrivable import RedriveBlocked
from shared.runtime.errors import Conflict, Unavailable
from shared.runtime.models import sortable

if TYPE_CHECKING:
    from shared.lake.quarantine.rejected_rows import RejectedRow
    from shared.ledger.store import Ledger
    from shared.quarantine.index import QuarantinedDelivery
    from shared.quarantine.store import Quarantine
    from shared.recovery.redrive import Redriver, RedriveResult
    from shared.runtime.models import Clock

TIME_LIMIT_SECONDS = 15
"""After this time no further delivery is started; the client continues with another request."""

RowFilter = Callable[["RejectedRow"], bool]


@dataclass
class _Totals:
    """Totals of the response."""

    rows: int = 0
    accepted: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    rejected: int = 0
    rejected_rows: list[RejectedAgain] = field(default_factory=list)
    skipped: int = 0
    skipped_deliveries: list[Skipped] = field(default_factory=list)

    def add(self, quarantined: "QuarantinedDelivery", result: "RedriveResult") -> None:
        self.rows += result.rows
        self.accepted += result.accepted
        self.rejected += len(result.reasons)
        for reasons in result.reasons.values():
            self.reasons.update({reason["code"] for reason in reasons})
        for place, reasons in sorted(result.reasons.items())[: max(MAX_REPORTED - len(self.rejected_rows), 0)]:
            errors = [row_error(place, reason) for reason in reasons[:MAX_REPORTED]]
            self.rejected_rows.append(RejectedAgain(id=row_id(quarantined.delivery_id, place), errors=errors))
        if result.refusal:
            self.skip(quarantined, result.rows - len(result.reasons), result.refusal)

    def skip(self, quarantined: "QuarantinedDelivery", rows: int, reason: str) -> None:
        self.skipped += rows
        if len(self.skipped_deliveries) < MAX_REPORTED:
            self.skipped_deliveries.append(Skipped(origin=quarantined.delivery_id, rows=rows, reason=reason))


@dataclass(frozen=True, kw_only=True)
class RedriveService:
    """Runs redrive requests."""

    ledger: "Ledger"
    quarantine: "Quarantine"
    redriver: "Redriver"
    clock: "Clock"
    time_limit_seconds: float = TIME_LIMIT_SECONDS

    def redrive(self, request: RedriveRequest) -> RedriveResponse:
        """Redrive the selected rows, delivery by delivery, within the time limit."""
        began, totals, last, complete = time.monotonic(), _Totals(), None, True
        for quarantined, matches in self._select(request):
            if last is not None and time.monotonic() - began > self.time_limit_seconds:
                complete = False
                break
            self._redrive_delivery(
                quarantined,
                [row for row in self.quarantine.rows(quarantined) if matches(row)],
                totals,
                dry=request.dry_run,
            )
            last = _cursor(quarantined)
        return RedriveResponse(
            **vars(totals), dry_run=request.dry_run, complete=complete, after=None if complete else last
        )

    def _redrive_delivery(
        self, quarantined: "QuarantinedDelivery", rows: list["RejectedRow"], totals: _Totals, *, dry: bool
    ) -> None:
        if not rows:
            return
        try:
            totals.add(quarantined, (self.redriver.dry_run if dry else self.redriver.run)(quarantined, rows))
        except (RedriveBlocked, Conflict, Unavailable) as blocked:
            totals.skip(quarantined, len(rows), str(blocked))

    def _select(self, request: RedriveRequest) -> Iterator[tuple["QuarantinedDelivery", RowFilter]]:
        if request.ids:
            yield from self._select_by_id(request.ids)
            return
        for quarantined in self.quarantine.matching_deliveries(self._filters(request)):
            if quarantined.count_with_code(request.code) and (
                request.after is None or _cursor(quarantined) > request.after
            ):
                yield quarantined, lambda row: request.code is None or request.code in row.codes

    def _select_by_id(self, ids: Iterable[str]) -> Iterator[tuple["QuarantinedDelivery", RowFilter]]:
        places: defaultdict[str, set[int]] = defaultdict(set)
        for name in ids:
            delivery_id, place = read_row_id(name)
            places[delivery_id].add(place)
        entries = filter(None, map(self.ledger.get, sorted(places)))
        for quarantined in self.quarantine.index.get_many(
            [(entry.received_at, entry.delivery_id) for entry in entries]
        ):
            yield quarantined, lambda row, wanted=places[quarantined.delivery_id]: row.place in wanted  # type: ignore[misc] # bound here

    def _filters(self, request: RedriveRequest) -> Filters:
        now = self.clock()
        time_range = request.time_range
        return Filters(
            source_id=request.source_id,
            data_type=request.data_type,
            start=time_range.start if time_range else midnight(now - DEFAULT_RANGE),
            end=time_range.end if time_range else now + timedelta(milliseconds=1),
        )


def _cursor(quarantined: "QuarantinedDelivery") -> str:
    return f"{sortable(quarantined.received_at)}#{quarantined.delivery_id}"
