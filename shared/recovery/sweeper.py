"""Finds deliveries that a crash interrupted, and completes them."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING

import orjson

from shared.lake.storage.paths import IncomingKey, incoming_key, incoming_prefix
from shared.ledger.entry import DeliveryKind, LedgerEntry
from shared.records.schema import DataType
from shared.records.schemas import SCHEMAS
from shared.runtime.observability import count, logger

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient

    from shared.decisions.index import DecisionIndex
    from shared.ingestion.batches.submission import Batches
    from shared.ingestion.uploads.registration import Uploads
    from shared.lake.storage.object_store import LakeStore
    from shared.ledger.store import Ledger
    from shared.recovery.late_labels import LateLabels
    from shared.recovery.redrive import Redriver
    from shared.runtime.models import Clock

GRACE_PERIOD = timedelta(minutes=2)
_MOST_LISTED = 2_000
_MOVED = "moved"
"""The name in a notice of an object that need not exist: the merge of its data type is started."""


@dataclass(frozen=True, kw_only=True)
class SweepReport:
    """Counts of what a sweep did; `requeued` is the number of data types whose merge was started again."""

    resumed: int
    stuck: int
    requeued: int
    files: int
    redriven: int
    late_labels: int


@dataclass(frozen=True, kw_only=True)
class Sweeper:
    """Resumes interrupted batches, files and redrives, and starts merges again whose notifications were lost."""

    lake: "LakeStore"
    ledger: "Ledger"
    batches: "Batches"
    uploads: "Uploads"
    redriver: Callable[[], "Redriver"]
    late_labels: Callable[[], "LateLabels"]
    decisions: "DecisionIndex"
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
        requeued = self._requeue({entry.data_type for entry in late})
        count("DeliveriesInFlightTooLong", len(late))
        return SweepReport(
            resumed=resumed,
            stuck=len(late) - resumed,
            requeued=requeued,
            files=self.uploads.sweep(),
            redriven=sum(1 for entry in late if self._finish_redrive(entry)),
            late_labels=self.late_labels().redrive_due(),
        )

    def _finish_redrive(self, entry: LedgerEntry) -> bool:
        """Complete an interrupted redrive; the restoration of a cancelled batch is resumed with the batch."""
        is_started = bool(entry.redriving) and entry.redriving not in entry.resumes
        return is_started and self.redriver().resume(entry.delivery_id, entry.redriving)

    def _resume(self, entry: LedgerEntry) -> bool:
        found = self.batches.resume(entry, revalidate=entry.written)
        if not found:
            logger().error("a batch cannot be resumed because its received data was deleted", origin=entry.delivery_id)
        return found

    def _requeue(self, late: Collection[str]) -> int:
        """Start the merge of each data type with overdue objects; one notice starts the merge of all of them.

        The merge of labels is also started if decisions have moved, because it lets their labels follow.
        """
        overdue = [key for each in DataType if (key := self._overdue_object(each, is_late=each in late)) is not None]
        if next(self.decisions.moved(), None) is not None:
            overdue += [incoming_key(each.data_type, _MOVED) for each in SCHEMAS.values() if each.event_time_from]
        for key in overdue:
            notice = {"Records": [{"s3": {"object": {"key": key}}}]}
            self.sqs.send_message(QueueUrl=self.queue_url, MessageBody=orjson.dumps(notice).decode())
        return len(overdue)

    def _overdue_object(self, data_type: DataType, *, is_late: bool) -> str | None:
        """Return an object that should be merged by now; None if the data type has none.

        The ledger has the deliveries that are late, but neither markers nor rows of unknown deliveries: these are
        overdue by their age. A data type with more objects than are listed has a backlog, whatever their age.
        """
        listed = list(islice(self.lake.names(incoming_prefix(data_type)), _MOST_LISTED))
        names = [each for each in listed if IncomingKey.parse(each.key) is not None]
        last = (self.clock() - GRACE_PERIOD).timestamp()
        if not is_late and len(listed) < _MOST_LISTED:
            names = [each for each in names if each.made_at < last]
        return names[0].key if names else None


def _is_interrupted(entry: LedgerEntry) -> bool:
    """Whether a batch is not written, or its cancelled rows are being restored."""
    own = entry.kind is DeliveryKind.BATCH and not entry.batch_id
    return own and (not entry.written or entry.redriving in entry.resumes)
