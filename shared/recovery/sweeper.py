"""Finds deliveries that a crash interrupted, and completes them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import orjson

from shared.lake.storage.paths import INCOMING, IncomingKey, IncomingKind
from shared.ledger.entry import DeliveryKind, LedgerEntry
from shared.runtime.observability import count, logger

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient

    from shared.ingestion.batches.submission import Batches
    from shared.ingestion.uploads.registration import Uploads
    from shared.lake.storage.object_store import LakeStore
    from shared.ledger.store import Ledger
    from shared.recovery.late_labels import LateLabels
    from shared.recovery.redrive import Redriver
    from shared.runtime.models import Clock

GRACE_PERIOD = timedelta(minutes=2)


@dataclass(frozen=True, kw_only=True)
class SweepReport:
    """Counts of what a sweep did."""

    resumed: int
    stuck: int
    remembered: int
    files: int
    redriven: int
    late_labels: int


@dataclass(frozen=True, kw_only=True)
class Sweeper:
    """Resumes interrupted batches, files and redrives, and requeues incoming objects whose notification was lost."""

    lake: "LakeStore"
    ledger: "Ledger"
    batches: "Batches"
    uploads: "Uploads"
    redriver: Callable[[], "Redriver"]
    late_labels: Callable[[], "LateLabels"]
    sqs: "SQSClient"
    queue_url: str
    clock: "Clock"

    def sweep(self) -> SweepReport:
        """Complete what has been unfinished for longer than the grace period.

        Unwritten stream deliveries are not resumed: Kinesis sends the batch again. Parts of files are resumed with
        their file.
        """
        late = list(self.ledger.list_unfinished(self.clock() - GRACE_PERIOD))
        resumed = sum(1 for entry in late if _is_interrupted(entry) and self._resume(entry))
        remembered = self._requeue(key for key in self._incoming_keys() if late or not _is_rows(key))
        count("DeliveriesInFlightTooLong", len(late))
        return SweepReport(
            resumed=resumed,
            stuck=len(late) - resumed,
            remembered=remembered,
            files=self.uploads.sweep(),
            redriven=sum(1 for entry in late if self._finish_redrive(entry)),
            late_labels=self.late_labels().redrive_due(),
        )

    def _finish_redrive(self, entry: LedgerEntry) -> bool:
        """Complete an interrupted redrive; the restoration of a cancelled batch is resumed with the batch."""
        is_started = bool(entry.redriving) and entry.redriving not in entry.resumes
        return is_started and self.redriver().resume(entry.delivery_id, entry.redriving)

    def _incoming_keys(self) -> Iterator[str]:
        return (name.key for name in self.lake.names(f"{INCOMING}/"))

    def _resume(self, entry: LedgerEntry) -> bool:
        found = self.batches.resume(entry, revalidate=entry.written)
        if not found:
            logger().error("a batch cannot be resumed because its received data was deleted", origin=entry.delivery_id)
        return found

    def _requeue(self, keys: Iterable[str]) -> int:
        waiting = sorted(keys)
        for key in waiting:
            notice = {"Records": [{"s3": {"object": {"key": key}}}]}
            self.sqs.send_message(QueueUrl=self.queue_url, MessageBody=orjson.dumps(notice).decode())
        return len(waiting)


def _is_interrupted(entry: LedgerEntry) -> bool:
    """Whether a batch is not written, or its cancelled rows are being restored."""
    own = entry.kind is DeliveryKind.BATCH and not entry.batch_id
    return own and (not entry.written or entry.redriving in entry.resumes)


def _is_rows(key: str) -> bool:
    """Whether an incoming object has rows; move notices and markers are not in the ledger."""
    name = IncomingKey.parse(key)
    return name is None or name.kind is IncomingKind.ROWS
