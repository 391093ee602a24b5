"""Prepares exports in the background: every attempt writes the same file, and the first that ends counts."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from shared.audit.entry import Change
from shared.exports.decision_columns import COLUMNS
from shared.exports.formats import file_pieces
from shared.exports.job import file_key
from shared.exports.store import MOST_ATTEMPTS
from shared.lake.table.port import SnapshotExpired
from shared.runtime.observability import count, logger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.audit.trail import AuditTrail
    from shared.exports.cells import Batch
    from shared.exports.decision_source import DecisionPlan, DecisionSource
    from shared.exports.files import ExportFiles
    from shared.exports.queue import ExportQueue
    from shared.exports.store import ExportStore, StoredExport

ACTION = "POST /api/v1/analytics/export"
_BACKGROUND = "background"
_EXPIRED = "The data at the time of the request are not kept any more; request the export again"
_GAVE_UP = f"{MOST_ATTEMPTS} attempts did not succeed; request the export again later"


@dataclass(frozen=True, kw_only=True)
class ExportRunner:
    """Writes the files of exports."""

    exports: "ExportStore"
    source: "DecisionSource"
    files: "ExportFiles"
    queue: "ExportQueue"
    audit_trail: "AuditTrail"

    def run(self, export_id: str) -> None:
        """Make an attempt at an export; nothing if it is complete, has failed, or another attempt is under way.

        An attempt that fails is repeated half a minute later. The last one leaves the reason with the export.
        """
        claimed = self.exports.claim(export_id)
        if claimed is None:
            logger().info("the export needs no attempt", export_id=export_id)
            return
        if claimed.attempts > MOST_ATTEMPTS:  # earlier ones did not live to tell
            self._give_up(claimed, _GAVE_UP)
            return
        try:
            self._write(claimed)
        except SnapshotExpired as expired:
            logger().error("snapshot expired", export_id=export_id, exc_info=expired)
            self._give_up(claimed, _EXPIRED)
        except Exception as error:  # noqa: BLE001 # whatever it is, the next attempt may succeed
            logger().error("an attempt failed", export_id=export_id, attempt=claimed.attempts, exc_info=error)
            self._retry(claimed)

    def _write(self, claimed: "StoredExport") -> None:
        job = claimed.job
        plan = self.source.plan(job.question, job.snapshots)
        pieces = file_pieces(job.details, COLUMNS, self._batches(claimed, plan))
        details = job.details
        stored = self.files.write(file_key(job.export_id), pieces, name=details.name, content_type=details.content_type)
        # Before the export is complete: a crash between the two makes two entries, never none.
        self.audit_trail.record(
            Change(
                action=ACTION,
                user_id=job.user_id,
                key_id=job.key_id,
                resource=f"/api/v1/analytics/export/{job.export_id}",
                request_id=job.request_id,
                source_ip=_BACKGROUND,
                after=details.audit_entry(stored.sha256),
            )
        )
        self.exports.complete(claimed, stored.sha256)

    def _batches(self, claimed: "StoredExport", plan: "DecisionPlan") -> "Iterator[Batch]":
        """Yield the batches of a plan, and record how many rows are written."""
        rows = 0
        for batch in self.source.batches(plan, f"{claimed.job.export_id}/{uuid4()}"):
            yield batch
            rows += batch.num_rows
            self.exports.advance(claimed, rows)

    def _retry(self, claimed: "StoredExport") -> None:
        if claimed.attempts == MOST_ATTEMPTS:
            self._give_up(claimed, _GAVE_UP)
            return
        self.exports.release(claimed)
        self.queue.send_later(claimed.job.export_id)

    def _give_up(self, claimed: "StoredExport", reason: str) -> None:
        self.exports.fail(claimed, reason)
        count("FailedExports")
