"""The ledger entry of a delivery: what was received and the outcome of every row, as rules without I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from shared.quality.state import QualityCounts
from shared.runtime.models import Model

UNATTRIBUTED = "unattributed"
UNKNOWN_TYPE = "unknown"


class DeliveryKind(StrEnum):
    """How a delivery was sent."""

    BATCH = "batch"
    STREAM = "stream"


class BatchStatus(StrEnum):
    """Status of a delivery."""

    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Outcomes(Model):
    """Outcomes of rows: each row has exactly one of the first four.

    `superseded` is the number of loaded rows that were older than the version already present.
    """

    loaded: int = 0
    duplicate: int = 0
    conflict: int = 0
    cancelled: int = 0
    superseded: int = 0

    @property
    def total(self) -> int:
        """Number of rows with an outcome."""
        return self.loaded + self.duplicate + self.conflict + self.cancelled

    def __add__(self, other: "Outcomes") -> "Outcomes":
        """Add up the outcomes of two sets of rows."""
        return Outcomes(**{name: getattr(self, name) + getattr(other, name) for name in Outcomes.model_fields})


@dataclass(frozen=True, kw_only=True)
class LedgerEntry:
    """One delivery: received = loaded + duplicate + conflict + quarantined + in flight, at any time.

    `parts` has the outcomes of the merged rows by part of the delivery: `all` are the rows that were valid on receipt,
    `all~r{number}` those of a redrive. A repeated merge (after a crash or a retry) writes the same outcomes under the
    same key, so nothing is counted twice. Entries from the time when deliveries were divided by day have the parts
    `{day}` and `{day}~r{number}`. `resumes` lists the redrives that restored cancelled rows; `restated` has the days
    that the delivery changed after they counted as complete.
    """

    delivery_id: str
    kind: DeliveryKind
    source_id: str
    data_type: str
    received_at: datetime
    received: int
    rejected: int = 0
    batch_id: str = ""
    dropped_fields: int = 0
    written: bool = False
    refused: bool = False
    cancelled: bool = False
    parts: Mapping[str, Outcomes] = field(default_factory=dict)
    redrives: Mapping[str, int] = field(default_factory=dict)
    redriving: str = ""
    resumes: tuple[str, ...] = ()
    restated: tuple[str, ...] = ()
    problems: tuple[Mapping[str, Any], ...] = ()
    quality: QualityCounts = field(default_factory=QualityCounts)
    latest_event: datetime | None = None
    completed_at: datetime | None = None
    revision: int = 0

    @property
    def outcomes(self) -> Outcomes:
        """Outcomes of all rows merged so far."""
        return sum(self.parts.values(), Outcomes())

    @property
    def quarantined(self) -> int:
        """Number of rows in quarantine: rejected and not redriven, or cancelled before the merge."""
        return self.rejected - sum(self.redrives.values()) + self.outcomes.cancelled

    @property
    def in_flight(self) -> int:
        """Number of rows without an outcome."""
        outcomes = self.outcomes
        return self.received - self.quarantined - outcomes.loaded - outcomes.duplicate - outcomes.conflict

    @property
    def is_complete(self) -> bool:
        """Whether every row has an outcome."""
        return self.written and not self.redriving and self.in_flight == 0

    @property
    def status(self) -> BatchStatus:
        """Status of the delivery; failed only if no row was valid."""
        if self.cancelled and (self.in_flight or self.outcomes.cancelled):
            return BatchStatus.CANCELLED
        if not self.is_complete:
            return BatchStatus.PROCESSING
        return BatchStatus.FAILED if self.quarantined == self.received else BatchStatus.COMPLETED

    @property
    def cancelled_parts(self) -> dict[str, int]:
        """By part of the delivery as it was received, the number of rows that were cancelled and not restored.

        A restoration includes all cancelled parts, so only those of the last one can be cancelled again.
        """
        restorations = [f"~r{number}" for number in self.resumes if number != self.redriving]
        last = restorations[-1] if restorations else ""
        return {
            part.removesuffix(last): outcomes.cancelled
            for part, outcomes in self.parts.items()
            if outcomes.cancelled and part == part.partition("~")[0] + last
        }

    @property
    def is_reloadable(self) -> bool:
        """Whether loading it again counts nothing twice: none of its rows is in the lake, or in flight for good."""
        redriven = self.redriving or any(self.redrives.values())
        hopeless = self.refused or (self.quarantined == self.received and not self.outcomes.total)
        return not self.written or (hopeless and not redriven)

    @property
    def counters(self) -> dict[str, int]:
        """The counters that are added to the totals of the source and of the hour."""
        outcomes = self.outcomes
        return {
            "received": self.received,
            "quarantined": self.quarantined,
            "loaded": outcomes.loaded,
            "duplicate": outcomes.duplicate,
            "conflict": outcomes.conflict,
            "superseded": outcomes.superseded,
        }

    def with_written(self, at: datetime) -> "LedgerEntry":
        """Mark that all objects of the delivery are written."""
        return _with_completion_time(replace(self, written=True), at)

    def with_merged(self, part: str, outcomes: Outcomes, at: datetime) -> "LedgerEntry":
        """Record the outcomes of the rows of one part."""
        return _with_completion_time(replace(self, parts={**self.parts, part: outcomes}), at)

    def with_redrive(self, number: str, rows: int) -> "LedgerEntry":
        """Record that rows left the quarantine and are in flight again.

        Raises:
            ValueError: another redrive of this delivery is in progress, or fewer rows are in quarantine.
        """
        if self.redriving not in {"", number}:
            raise ValueError(f"redrive {self.redriving} of {self.delivery_id} is in progress")
        if number not in self.redrives and rows > self.quarantined:
            raise ValueError(f"{self.delivery_id} has {self.quarantined} rows in quarantine, not {rows}")
        return replace(self, redrives={**self.redrives, number: rows}, redriving=number, completed_at=None)

    @property
    def next_redrive(self) -> str:
        """The number of the next redrive; numbers are never reused."""
        return str(max(map(int, self.redrives), default=0) + 1)

    def with_restored_rows(self) -> "LedgerEntry":
        """Record that the cancelled rows are in flight again, as a redrive of their own."""
        number = self.redriving or self.next_redrive
        if number in self.redrives and number not in self.resumes:
            raise ValueError(f"redrive {number} of {self.delivery_id} is in progress")
        redriven = self.with_redrive(number, sum(self.cancelled_parts.values()))
        return replace(redriven, cancelled=False, resumes=tuple(dict.fromkeys((*self.resumes, number))))

    def with_redriven(self, number: str, rejected_again: int, at: datetime) -> "LedgerEntry":
        """Record that all objects of a redrive are written, except for the rows that were rejected again."""
        redriven = {**self.redrives, number: self.redrives[number] - rejected_again}
        return _with_completion_time(replace(self, redrives=redriven, redriving=""), at)

    def merge_redelivery(self, redelivery: "LedgerEntry") -> "LedgerEntry":
        """Replace the entry by that of a repeated delivery; outcomes of merged rows are kept.

        The number of dropped fields is kept too: the archived data of a batch does not contain them any more.
        """
        return replace(
            redelivery,
            parts=self.parts,
            redrives=self.redrives,
            redriving=self.redriving,
            resumes=self.resumes,
            restated=self.restated,
            cancelled=self.cancelled,
            revision=self.revision,
            dropped_fields=max(self.dropped_fields, redelivery.dropped_fields),
        )


def _with_completion_time(entry: LedgerEntry, at: datetime) -> LedgerEntry:
    return replace(entry, completed_at=(entry.completed_at or at) if entry.is_complete else None)
