"""Exports decisions as stored: counted first, then written while the client waits, or in the background."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import uuid4

from shared.exports.decision_columns import COLUMNS
from shared.exports.documents import decisions_document, require_printable
from shared.exports.formats import counted, file_pieces
from shared.exports.job import ExportJob, decisions_question, export_id
from shared.exports.models import ExportFormat, ExportRequest
from shared.fraud.lake_reader import STATES
from shared.ingestion.ids import truncate_to_milliseconds
from shared.lake.table.port import SnapshotExpired
from shared.metrics.reports import NOTHING_DELIVERED
from shared.records.schema import DataType
from shared.runtime.dialects import current_request_id
from shared.runtime.errors import Unavailable, Unprocessable

if TYPE_CHECKING:
    from shared.athena.pinned_queries import PinnedQueries
    from shared.auth.models import Caller
    from shared.decisions.configuration import FraudParameters
    from shared.exports.cells import Batch
    from shared.exports.decision_source import DecisionPlan, DecisionSource
    from shared.exports.delivery import Delivery, ExportedFile
    from shared.exports.details import ExportDetails
    from shared.exports.filters import DecisionsQuery
    from shared.exports.queue import ExportQueue
    from shared.exports.store import ExportStore, StoredExport
    from shared.runtime.models import Clock
    from shared.sources.arrivals import SourceArrivals

_RETRY_SECONDS = 5


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How many decisions are exported while the client waits, and by one export."""

    at_once: int = 50_000
    all: int = 10_000_000


@dataclass(frozen=True, kw_only=True)
class DecisionExports:
    """Exports decisions, or begins to."""

    queries: "PinnedQueries"
    arrivals: "SourceArrivals"
    parameters: "Callable[[], FraudParameters]"
    source: "DecisionSource"
    exports: "ExportStore"
    queue: "ExportQueue"
    delivery: "Delivery"
    clock: "Clock"
    limits: Limits = field(default_factory=Limits)

    def export(
        self, request: ExportRequest, query: "DecisionsQuery", caller: "Caller"
    ) -> "ExportedFile | StoredExport":
        """Export decisions now, or begin to do so in the background.

        Raises:
            Unprocessable: there are more than an export may have.
            Unavailable: the lake cannot be read now.
        """
        with _retry_if_expired():
            job, plan = self._plan(request, query, caller)
            self._require_acceptable(request, plan.rows)
            if plan.rows > self.limits.at_once:
                stored = self.exports.add(job)
                self.queue.send(stored.job.export_id)
                return stored
            batches = self.source.batches(plan, f"requests/{uuid4()}")
            return self.delivery.deliver(job.details, _file(job.details, batches))

    def _plan(
        self, request: ExportRequest, query: "DecisionsQuery", caller: "Caller"
    ) -> "tuple[ExportJob, DecisionPlan]":
        now = truncate_to_milliseconds(self.clock())
        view = self.queries.view(STATES)
        if view.states is None:
            raise Unavailable("The states of the tables cannot be read; retry later", retry_after=_RETRY_SECONDS)
        freshness = self.arrivals.freshness((DataType.DECISIONS,), now)[DataType.DECISIONS]
        as_of, horizon_days = query.as_of or now, self.parameters().maturity_horizon_days
        plan = self.source.plan(decisions_question(query, as_of, horizon_days), view.snapshots)
        job = ExportJob(
            export_id=export_id(caller.subject, request, query, view.snapshots, now),
            user_id=caller.subject,
            key_id=caller.key_id,
            request_id=current_request_id(),
            request=request,
            as_of=as_of,
            horizon_days=horizon_days,
            snapshots=view.snapshots,
            watermark=freshness.watermark or NOTHING_DELIVERED,
            created_at=now,
            rows=plan.rows,
        )
        return job, plan

    def _require_acceptable(self, request: ExportRequest, rows: int) -> None:
        if request.format is ExportFormat.PDF:
            require_printable(rows)
        if rows > self.limits.all:
            raise Unprocessable(
                f"{rows} decisions are more than the {self.limits.all} of one export; export shorter ranges",
                details={"rows": rows, "limit": self.limits.all},
            )


def _file(details: "ExportDetails", batches: "Iterator[Batch]") -> bytes:
    if details.request.format is not ExportFormat.PDF:
        return b"".join(file_pieces(details, COLUMNS, batches))
    rows = (row for batch in counted(batches, details.rows) for row in batch.to_pylist())
    return decisions_document(details, rows).draw()


@contextmanager
def _retry_if_expired() -> Iterator[None]:
    try:
        yield
    except SnapshotExpired as error:
        raise Unavailable("The tables changed during the export; retry later", retry_after=1) from error
