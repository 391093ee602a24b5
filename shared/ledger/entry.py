"""One delivery in the ledger: what was received and what became of every row of it, as rules without I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from shared.quality.state import QualityState
from shared.runtime.models import Model

UNATTRIBUTED = "unattributed"
UNKNOWN_TYPE = "unknown"


class Kind(StrEnum):
    """How a delivery came in."""

    BATCH = "batch"
    STREAM = "stream"


class BatchStatus(StrEnum):
    """Status of a delivery."""

    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Fates(Model):
    """What became of rows: each row has exactly one of the first four fates.

    `superseded` tells how many of the loaded ones were older versions of what was there already.
    """

    loaded: int = 0
    duplicate: int = 0
    conflict: int = 0
    cancelled: int = 0
    superseded: int = 0

    @property
    def total(self) -> int:
        """How many rows have met their fate."""
        return self.loaded + self.duplicate + self.conflict + self.cancelled

    def __add__(self, other: "Fates") -> "Fates":
        """Add up the fates of two sets of rows."""
        return Fates(**{name: getattr(self, name) + getattr(other, name) for name in Fates.model_fields})


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One delivery: received = loaded + duplicate + conflict + quarantined + in flight, at any time.

    `partitions` holds, by day, the fates of the rows that were merged there; a delivery that is merged again (after
    a crash or a retry) puts the same fates in the same place, so that nothing is counted twice. Rows that were driven
    again out of quarantine meet theirs under `{day}~r{number}`, so that each of them is still counted once; `resumes`
    names those of them that brought back what was cancelled.
    """

    origin: str
    kind: Kind
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
    partitions: Mapping[str, Fates] = field(default_factory=dict)
    redrives: Mapping[str, int] = field(default_factory=dict)
    redriving: str = ""
    resumes: tuple[str, ...] = ()
    restated: tuple[str, ...] = ()
    problems: tuple[Mapping[str, Any], ...] = ()
    quality: QualityState = field(default_factory=QualityState)
    latest_event: datetime | None = None
    completed_at: datetime | None = None
    revision: int = 0

    @property
    def fates(self) -> Fates:
        """The fates of all rows merged so far."""
        return sum(self.partitions.values(), Fates())

    @property
    def quarantined(self) -> int:
        """Rows that are kept apart: rejected and not driven again, or cancelled before they were merged."""
        return self.rejected - sum(self.redrives.values()) + self.fates.cancelled

    @property
    def in_flight(self) -> int:
        """Rows whose fate is not known yet."""
        fates = self.fates
        return self.received - self.quarantined - fates.loaded - fates.duplicate - fates.conflict

    @property
    def is_complete(self) -> bool:
        """Whether every row has met its fate."""
        return self.written and not self.redriving and self.in_flight == 0

    @property
    def status(self) -> BatchStatus:
        """Where the delivery stands: failed only when not one of its rows was good."""
        if self.cancelled and (self.in_flight or self.fates.cancelled):
            return BatchStatus.CANCELLED
        if not self.is_complete:
            return BatchStatus.PROCESSING
        return BatchStatus.FAILED if self.quarantined == self.received else BatchStatus.COMPLETED

    @property
    def cancelled_days(self) -> dict[str, int]:
        """By day, how many rows were cancelled and have not been brought back since."""
        brought_back = [f"~r{number}" for number in self.resumes if number != self.redriving]
        last = {day.partition("~")[0]: day for again in ("", *brought_back) for day in self._merged_under(again)}
        return {day: self.partitions[key].cancelled for day, key in last.items() if self.partitions[key].cancelled}

    def _merged_under(self, redrive: str) -> list[str]:
        return [day for day in self.partitions if "~" + day.partition("~")[2] == (redrive or "~")]

    @property
    def may_come_again(self) -> bool:
        """Whether loading it anew counts nothing twice: nothing of it is in the lake, or on its way there, for good."""
        driven = self.redriving or any(self.redrives.values())
        hopeless = self.refused or (self.quarantined == self.received and not self.fates.total)
        return not self.written or (hopeless and not driven)

    @property
    def counters(self) -> dict[str, int]:
        """What the totals of the source, and of the hour, are made of."""
        fates = self.fates
        return {
            "received": self.received,
            "quarantined": self.quarantined,
            "loaded": fates.loaded,
            "duplicate": fates.duplicate,
            "conflict": fates.conflict,
            "superseded": fates.superseded,
        }

    def with_written(self, at: datetime) -> "Entry":
        """All objects of the delivery are in place."""
        return _settled(replace(self, written=True), at)

    def with_merged(self, day: str, fates: Fates, at: datetime) -> "Entry":
        """The rows of one partition have met their fates."""
        return _settled(replace(self, partitions={**self.partitions, day: fates}), at)

    def with_redrive(self, number: str, rows: int) -> "Entry":
        """So many rejected rows leave the quarantine and are in flight again, until a merge tells their fates.

        Raises:
            ValueError: another re-drive of this delivery is under way, or fewer rows than that are in quarantine.
        """
        if self.redriving not in {"", number}:
            raise ValueError(f"redrive {self.redriving} of {self.origin} is in progress")
        if number not in self.redrives and rows > self.quarantined:
            raise ValueError(f"{self.origin} has {self.quarantined} rows in quarantine, not {rows}")
        return replace(self, redrives={**self.redrives, number: rows}, redriving=number, completed_at=None)

    @property
    def next_redrive(self) -> str:
        """The number of the next re-drive: none is ever used twice."""
        return str(max(map(int, self.redrives), default=0) + 1)

    def with_resumed(self) -> "Entry":
        """The rows that were cancelled are in flight again, as a re-drive of their own."""
        number = self.redriving or self.next_redrive
        if number in self.redrives and number not in self.resumes:
            raise ValueError(f"redrive {number} of {self.origin} is in progress")
        driven = self.with_redrive(number, sum(self.cancelled_days.values()))
        return replace(driven, cancelled=False, resumes=tuple(dict.fromkeys((*self.resumes, number))))

    def with_redriven(self, number: str, rejected_again: int, at: datetime) -> "Entry":
        """All objects of a re-drive are in place, but for the rows that were rejected again."""
        driven = {**self.redrives, number: self.redrives[number] - rejected_again}
        return _settled(replace(self, redrives=driven, redriving=""), at)

    def redelivered(self, again: "Entry") -> "Entry":
        """The same delivery came once more: what it says now counts, and what is merged stays merged.

        Fields that were dropped stay counted: a batch that is resumed comes from where it was kept without them.
        """
        return replace(
            again,
            partitions=self.partitions,
            redrives=self.redrives,
            redriving=self.redriving,
            resumes=self.resumes,
            restated=self.restated,
            cancelled=self.cancelled,
            revision=self.revision,
            dropped_fields=max(self.dropped_fields, again.dropped_fields),
        )


def _settled(entry: Entry, at: datetime) -> Entry:
    return replace(entry, completed_at=(entry.completed_at or at) if entry.is_complete else None)
