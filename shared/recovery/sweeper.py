"""Deliveries that a crash left half-way, found and finished."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import orjson

from shared.lake.storage.paths import INCOMING, Arrival, IncomingKey
from shared.ledger.entry import Entry, Kind
from shared.runtime.observability import count, logger

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient

    from shared.ingestion.batches.submission import Batches
    from shared.ingestion.uploads.announce import Uploads
    from shared.lake.storage.object_store import LakeStore
    from shared.ledger.store import Ledger
    from shared.recovery.late_labels import LateLabels
    from shared.recovery.redrive import Redriver
    from shared.runtime.models import Clock

PATIENCE = timedelta(minutes=2)


@dataclass(frozen=True, kw_only=True)
class Swept:
    """What a sweep did."""

    resumed: int
    stuck: int
    remembered: int
    files: int
    redriven: int
    late_labels: int


@dataclass(frozen=True, kw_only=True)
class Sweeper:
    """Resumes batches that were not written, and reminds the merger of objects that were forgotten."""

    lake: "LakeStore"
    ledger: "Ledger"
    batches: "Batches"
    uploads: "Uploads"
    redriver: Callable[[], "Redriver"]
    late_labels: Callable[[], "LateLabels"]
    sqs: "SQSClient"
    queue_url: str
    clock: "Clock"

    def sweep(self) -> Swept:
        """Finish what should have been finished two minutes ago.

        A stream's run that was not written needs nothing: Kinesis sends it again. The parts of files come again with
        their file.
        """
        late = list(self.ledger.unfinished(self.clock() - PATIENCE))
        resumed = sum(1 for entry in late if _is_cut_short(entry) and self._resume(entry))
        remembered = self._remember(key for key in self._waiting() if late or not _is_rows(key))
        count("DeliveriesInFlightTooLong", len(late))
        return Swept(
            resumed=resumed,
            stuck=len(late) - resumed,
            remembered=remembered,
            files=self.uploads.sweep(),
            redriven=sum(1 for entry in late if self._finish_redrive(entry)),
            late_labels=self.late_labels().bring(),
        )

    def _finish_redrive(self, entry: Entry) -> bool:
        """Finish what a crash left half-way out of quarantine; what is brought back to a batch is resumed with it."""
        begun = bool(entry.redriving) and entry.redriving not in entry.resumes
        return begun and self.redriver().finish(entry.origin, entry.redriving)

    def _waiting(self) -> Iterator[str]:
        return (name.key for name in self.lake.names(f"{INCOMING}/"))

    def _resume(self, entry: Entry) -> bool:
        found = self.batches.resume(entry, anew=entry.written)
        if not found:
            logger().error("a batch cannot be resumed because its received data was deleted", origin=entry.origin)
        return found

    def _remember(self, keys: Iterable[str]) -> int:
        waiting = sorted(keys)
        for key in waiting:
            notice = {"Records": [{"s3": {"object": {"key": key}}}]}
            self.sqs.send_message(QueueUrl=self.queue_url, MessageBody=orjson.dumps(notice).decode())
        return len(waiting)


def _is_cut_short(entry: Entry) -> bool:
    """Whether a batch of a request is not written, or was being brought back after it had been cancelled."""
    own = entry.kind is Kind.BATCH and not entry.batch_id
    return own and (not entry.written or entry.redriving in entry.resumes)


def _is_rows(key: str) -> bool:
    """Whether the ledger would miss an object, if it were forgotten: news and markers are in no entry."""
    name = IncomingKey.parse(key)
    return name is None or name.arrival is Arrival.ROWS
