"""The ledger entry of a delivery: what was received and the outcome of every row, as rules without I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from shared.quality.state import MOST_SAMPLES, SHARED_ID, Count, QualityCounts
from shared.runtime.models import Model

UNATTRIBUTED = "unattributed"
UNKNOWN_TYPE = "unknown"


class DeliveryKind(StrEnum):
    """How a delivery was sent."""

    BATCH = "batch"
    STREAM = "stream"


class Channel(StrEnum):
    """The way by which a delivery came in."""

    BATCH = "batch"
    FILE = "file"
    STREAM = "stream"


def channel_of(kind: DeliveryKind, batch_id: str) -> Channel:
    """Return the way by which a delivery came in: parts of files are batches of an upload."""
    return Channel.FILE if batch_id else Channel(kind)


class BatchStatus(StrEnum):
    """Status of a delivery."""

    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Outcomes(Model):
    """Outcomes of rows: each row has exactly one of the first five.

    `superseded` is the number of rows that were not current after their merge, and `shared_ids` that of the conflicts
    in which another source used the id of the row.
    """

    loaded: int = 0
    duplicate: int = 0
    conflict: int = 0
    cancelled: int = 0
    dropped: int = 0
    superseded: int = 0
    shared_ids: int = 0

    @property
    def total(self) -> int:
        """Number of rows with an outcome."""
        return self.loaded + self.duplicate + self.conflict + self.cancelled + self.dropped

    def __add__(self, other: "Outcomes") -> "Outcomes":
        """Add up the outcomes of two sets of rows."""
        return Outcomes(**{name: getattr(self, name) + getattr(other, name) for name in Outcomes.model_fields})


@dataclass(frozen=True, kw_only=True)
class LedgerEntry:
    """One delivery: received = loaded + duplicate + conflict + quarantined + in flight, at any time.

    `parts` has the outcomes of the merged rows by part of the delivery: `all` are the rows that were valid on receipt,
    `all~r{number}` those of a redrive, and `dropped~r{number}` those that were dropped. A repeated merge (after a crash
    or a retry) writes the same outcomes under the same key, so nothing is counted twice. Entries from the time when
    deliveries were divided by day have the parts `{day}` and `{day}~r{number}`. `resumes` lists the redrives that
    restored cancelled rows; `restated` has the days that the delivery changed after they counted as complete.

    `received` counts the rows that were delivered and the records that the source's mapping derived from them, such as
    the return in a row with a refund: `derived` has their number on receipt (`""`) and by redrive. A row in quarantine
    counts as one until a redrive derives its records.

    `replaced` is the number of rows that later merges replaced by rows with other content. `replaced_until` has, by
    data type, the highest number of a snapshot whose rows are counted in it, so that a repeated merge counts nothing
    twice. `shared_samples` are masked keys of rows whose id another source used.
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
    derived: Mapping[str, int] = field(default_factory=dict)
    resumes: tuple[str, ...] = ()
    restated: tuple[str, ...] = ()
    replaced: int = 0
    replaced_until: Mapping[str, int] = field(default_factory=dict)
    shared_samples: tuple[str, ...] = ()
    problems: tuple[Mapping[str, Any], ...] = ()
    quality: QualityCounts = field(default_factory=QualityCounts)
    earliest_event: datetime | None = None
    latest_event: datetime | None = None
    completed_at: datetime | None = None
    revision: int = 0

    @property
    def channel(self) -> Channel:
        """The way by which it came in."""
        return channel_of(self.kind, self.batch_id)

    @property
    def delivered(self) -> int:
        """Number of rows as they were delivered."""
        return self.received - sum(self.derived.values())

    @property
    def outcomes(self) -> Outcomes:
        """Outcomes of all rows merged so far."""
        return sum(self.parts.values(), Outcomes())

    @property
    def quarantined(self) -> int:
        """Number of rows that were rejected and not redriven, cancelled before the merge, or dropped."""
        outcomes = self.outcomes
        return self.rejected - sum(self.redrives.values()) + outcomes.cancelled + outcomes.dropped

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
            "dropped": outcomes.dropped,
            "superseded": outcomes.superseded + self.replaced,
        }

    @property
    def all_quality(self) -> QualityCounts:
        """The quality counts of the rows, and the ids that another source used, as the merge found."""
        shared = self.outcomes.shared_ids
        if not shared or self.data_type == UNKNOWN_TYPE:
            return self.quality
        samples = {SHARED_ID: self.shared_samples} if self.shared_samples else {}
        return self.quality + QualityCounts({SHARED_ID: Count(self.received, shared)}, samples)

    def with_written(self, at: datetime) -> "LedgerEntry":
        """Mark that all objects of the delivery are written."""
        return _with_completion_time(replace(self, written=True), at)

    def with_merged(self, part: str, outcomes: Outcomes, at: datetime, *, samples: Sequence[str] = ()) -> "LedgerEntry":
        """Record the outcomes of the rows of one part, and samples of rows whose id another source uses."""
        shared = (self.shared_samples or tuple(samples))[:MOST_SAMPLES]
        merged = replace(self, parts={**self.parts, part: outcomes}, shared_samples=shared)
        return _with_completion_time(merged, at)

    def with_superseded(self, data_type: str, rows: Mapping[int, int]) -> "LedgerEntry":
        """Record that merges replaced rows of this delivery, by the number of the snapshot that had them.

        Numbers rise from merge to merge, and a merge that was not published is published with the next one. So what
        has a lower number than the highest recorded one is recorded, too.
        """
        until = self.replaced_until.get(data_type, 0)
        new = {number: count for number, count in rows.items() if number > until}
        if not new:
            return self
        recorded = {**self.replaced_until, data_type: max(new)}
        return replace(self, replaced=self.replaced + sum(new.values()), replaced_until=recorded)

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

    def with_derived(self, number: str, records: int) -> "LedgerEntry":
        """Record how many records were derived from rows on receipt (`""`) or in a redrive."""
        derived = {**self.derived, number: records}
        return replace(self, received=self.delivered + sum(derived.values()), derived=derived)

    def with_events(self, earliest: datetime, latest: datetime) -> "LedgerEntry":
        """Extend the range of event times of the valid rows."""
        return replace(
            self,
            earliest_event=min(self.earliest_event or earliest, earliest),
            latest_event=max(self.latest_event or latest, latest),
        )

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

    def with_dropped(self, number: str, at: datetime) -> "LedgerEntry":
        """Record that the rows of a redrive were not loaded but dropped."""
        dropped = Outcomes(dropped=self.redrives[number])
        return self.with_merged(f"dropped~r{number}", dropped, at).with_redriven(number, 0, at)

    def merge_redelivery(self, redelivery: "LedgerEntry") -> "LedgerEntry":
        """Replace the entry by that of a repeated delivery; outcomes of merged rows are kept.

        The number of dropped fields is kept too: the archived data of a batch does not contain them any more.
        """
        derived = {number: records for number, records in self.derived.items() if number}
        return replace(
            redelivery,
            received=redelivery.received + sum(derived.values()),
            derived={**derived, **redelivery.derived},
            parts=self.parts,
            redrives=self.redrives,
            redriving=self.redriving,
            resumes=self.resumes,
            restated=self.restated,
            replaced=self.replaced,
            replaced_until=self.replaced_until,
            shared_samples=self.shared_samples,
            cancelled=self.cancelled,
            revision=self.revision,
            dropped_fields=max(self.dropped_fields, redelivery.dropped_fields),
        )


def _with_completion_time(entry: LedgerEntry, at: datetime) -> LedgerEntry:
    return replace(entry, completed_at=(entry.completed_at or at) if entry.is_complete else None)
