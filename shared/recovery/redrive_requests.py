"""Requests to redrive or to drop rows: by id, or all that match filters; a redrive as a dry run or for real."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.ledger.filters import DEFAULT_RANGE, Filters, midnight
from shared.quarantine.models import read_row_id, row_error, row_id
from shared.recovery.corrections import correct
from shared.recovery.models import (
    MAX_REPORTED,
    DropRequest,
    DropResponse,
    RedriveRequest,
    RedriveResponse,
    RejectedAgain,
    RowSelection,
    Skipped,
)
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
Act = Callable[["QuarantinedDelivery", Sequence["RejectedRow"]], None]
Skip = Callable[["QuarantinedDelivery", int, str], None]


@dataclass
class _Skipped:
    """What was not processed."""

    skipped: int = 0
    skipped_deliveries: list[Skipped] = field(default_factory=list)

    def skip(self, quarantined: "QuarantinedDelivery", rows: int, reason: str) -> None:
        self.skipped += rows
        if len(self.skipped_deliveries) < MAX_REPORTED:
            self.skipped_deliveries.append(Skipped(origin=quarantined.delivery_id, rows=rows, reason=reason))


@dataclass
class _Redriven(_Skipped):
    """Totals of the response to a redrive."""

    rows: int = 0
    accepted: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    rejected: int = 0
    rejected_rows: list[RejectedAgain] = field(default_factory=list)

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


@dataclass
class _Dropped(_Skipped):
    """Totals of the response to a drop."""

    dropped: int = 0


@dataclass(frozen=True, kw_only=True)
class RedriveService:
    """Runs requests to redrive or to drop rows."""

    ledger: "Ledger"
    quarantine: "Quarantine"
    redriver: "Redriver"
    clock: "Clock"
    time_limit_seconds: float = TIME_LIMIT_SECONDS

    def redrive(self, request: RedriveRequest) -> RedriveResponse:
        """Redrive the selected rows, corrected, delivery by delivery, within the time limit."""
        totals, corrections = _Redriven(), request.corrections or {}
        run = self.redriver.dry_run if request.dry_run else self.redriver.run

        def act(quarantined: "QuarantinedDelivery", rows: Sequence["RejectedRow"]) -> None:
            corrected = [correct(row, corrections.get(row_id(quarantined.delivery_id, row.place), {})) for row in rows]
            totals.add(quarantined, run(quarantined, corrected))

        after = self._for_each_delivery(request, act, totals.skip)
        return RedriveResponse(**vars(totals), dry_run=request.dry_run, complete=after is None, after=after)

    def drop(self, request: DropRequest) -> DropResponse:
        """Drop the selected rows, delivery by delivery, within the time limit."""
        totals = _Dropped()

        def act(quarantined: "QuarantinedDelivery", rows: Sequence["RejectedRow"]) -> None:
            totals.dropped += self.redriver.drop(quarantined, rows)

        after = self._for_each_delivery(request, act, totals.skip)
        return DropResponse(**vars(totals), complete=after is None, after=after)

    def _for_each_delivery(self, request: RowSelection, act: Act, skip: Skip) -> str | None:
        """Act on the selected rows of each delivery; return the last one if time is up before the end."""
        began, last = time.monotonic(), None
        for quarantined, matches in self._select(request):
            if last is not None and time.monotonic() - began > self.time_limit_seconds:
                return last
            rows = [row for row in self.quarantine.rows(quarantined) if matches(row)]
            try:
                if rows:
                    act(quarantined, rows)
            except (RedriveBlocked, Conflict, Unavailable) as blocked:
                skip(quarantined, len(rows), str(blocked))
            last = _cursor(quarantined)
        return None

    def _select(self, request: RowSelection) -> Iterator[tuple["QuarantinedDelivery", RowFilter]]:
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

    def _filters(self, request: RowSelection) -> Filters:
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
