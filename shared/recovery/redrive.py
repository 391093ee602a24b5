"""Rows driven again out of quarantine: judged as if they came now, counted once whatever happens on the way.

The order is: the number of the re-drive is taken in the ledger, so that there is one at a time; the good rows are
laid aside as an object; the ledger (in flight); the incoming objects; the quarantine without them; the ledger (done);
the object is deleted. Whoever finds the number taken finishes: with the object all of it, without it nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from shared.ingestion.delivery import Delivery
from shared.ingestion.rejected_rows import told
from shared.lake.quarantine.redrive_batch import Leaving
from shared.lake.quarantine.rejected_rows import Rejected
from shared.lake.storage.paths import redrive_key
from shared.recovery.redrivable import Group, drivable, groups_of
from shared.runtime.errors import Conflict

if TYPE_CHECKING:
    from shared.decisions.index import DecisionIndex
    from shared.ingestion.validation import Judge
    from shared.lake.quarantine.rejected_rows import RejectedRow
    from shared.lake.storage.object_store import LakeStore
    from shared.ledger.entry import Entry
    from shared.ledger.store import Ledger
    from shared.quarantine.index import Kept
    from shared.quarantine.store import Quarantine
    from shared.runtime.errors import InsufficientDataQuality
    from shared.runtime.models import Clock
    from shared.sources.config_store import SourceConfigs


@dataclass
class Tried:
    """What becomes of rows of one delivery when they are driven again: how many are good, why each other is not.

    `refusal` says why even good ones stay where they are.
    """

    accepted: int = 0
    reasons: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    refusal: str = ""


@dataclass(frozen=True, kw_only=True)
class Redriver:
    """Drives rows of one delivery again."""

    lake: "LakeStore"
    ledger: "Ledger"
    quarantine: "Quarantine"
    judge: "Judge"
    configs: "SourceConfigs"
    decisions: "DecisionIndex"
    clock: "Clock"

    def attempt(self, kept: "Kept", rows: Sequence["RejectedRow"]) -> Tried:
        """Tell what would become of rows, and change nothing.

        Raises:
            Obstructed: this delivery's rows cannot be driven now.
        """
        entry = drivable(self.ledger.get(kept.origin))
        tried = Tried()
        for group in groups_of(kept, rows, tried.reasons):
            self._judged(entry, entry.next_redrive, group, tried)
        return tried

    def drive(self, kept: "Kept", rows: Sequence["RejectedRow"]) -> Tried:
        """Drive rows; the good ones are in flight when this returns.

        Raises:
            Obstructed: this delivery's rows cannot be driven now.
            Conflict: somebody else drove rows of it at the same time; those of this try stay where they are.
        """
        tried = Tried()
        for group in groups_of(kept, rows, tried.reasons):
            entry = drivable(self.ledger.get(kept.origin))
            number = entry.next_redrive
            leaving = self._judged(entry, number, group, tried)
            if leaving is not None:
                self.ledger.record(kept.origin, partial(_taken, number=number))
                self.lake.put(redrive_key(kept.origin, number), leaving.written())
                if not self.finish(kept.origin, number):
                    raise Conflict(f"Another redrive of {kept.origin} is in progress; retry later")
        return tried

    def finish(self, origin: str, number: str) -> bool:
        """Bring a re-drive whose number is taken to its end; safe to repeat and to race.

        Returns:
            Whether its rows are driven: not if it was given up before they were laid aside.
        """
        stored = self.lake.get(redrive_key(origin, number))
        leaving = Leaving.read(stored.body) if stored else None
        entry = self.ledger.record(origin, lambda stands: _in_flight(stands, number, leaving, self.clock()))
        if leaving is not None and entry.redriving == number:
            self._leave(entry, number, leaving)
            entry = self.ledger.record(origin, lambda stands: _done(stands, number, self.clock()))
        self.lake.delete([stored] if stored else [])
        return entry.redrives[number] > 0

    def _judged(self, entry: "Entry", number: str, group: Group, tried: Tried) -> Leaving | None:
        """The good rows of a group; the reasons against the others are added to those there are."""
        self.configs.of(group.source_id, fresh=True)  # a fix may be younger than what this process remembers
        delivery = Delivery(
            origin=f"{entry.origin}~r{number}",
            kind=entry.kind,
            source_id=group.source_id,
            data_type=group.data_type,
            received_at=entry.received_at,
            rows=group.records,
            ingested_at=[row.arrived for row in group.rows],
            form=group.form,
            places=[row.place for row in group.rows],
            gated=entry.refused,
            judged_at=self.clock(),
        )
        judged = self.judge.judge(delivery)
        for error in judged.errors:
            tried.reasons.setdefault(error.row or 0, []).extend(told([error]))
        if judged.refusal is not None:
            tried.refusal = _said(judged.refusal)
            return None
        bad = {error.row for error in judged.taken.errors}
        places = [row.place for number, row in enumerate(group.rows) if number not in bad]
        tried.accepted += len(places)
        return Leaving(group.data_type, judged.taken.table, places) if places else None

    def _leave(self, entry: "Entry", number: str, leaving: Leaving) -> None:
        self.decisions.add(leaving.decisions)
        self.lake.put_all(
            (key, body)
            for day, key, body in leaving.incoming(f"{entry.origin}~r{number}")
            if f"{day}~r{number}" not in entry.partitions  # merged already, and its object is gone
        )
        whole = Rejected(
            origin=entry.origin,
            source_id=entry.source_id,
            data_type=entry.data_type,
            received_at=entry.received_at,
            rows=(),
        )
        self.quarantine.take_out(whole, set(leaving.places))


def _said(refusal: "InsufficientDataQuality") -> str:
    told = refusal.details or {}
    failed = ", ".join(told["failed_checks"])
    return f"{refusal.message}: {told['quality_score']}, minimum {told['minimum_required']} ({failed})"


def _taken(stands: "Entry | None", number: str) -> "Entry":
    entry = drivable(stands)
    if entry.next_redrive != number:
        raise Conflict(f"Another redrive of {entry.origin} is in progress; retry later")
    return entry.with_redrive(number, 0)


def _in_flight(stands: "Entry | None", number: str, leaving: Leaving | None, at: datetime) -> "Entry":
    """The rows that were laid aside are in flight; where none were, the re-drive is given up."""
    entry = _known(stands)
    if entry.redriving != number:
        return entry
    if leaving is None:
        return entry.with_redriven(number, 0, at)
    latest = max(filter(None, (entry.latest_event, leaving.latest_event)), default=None)
    return replace(entry.with_redrive(number, len(leaving.places)), latest_event=latest)


def _done(stands: "Entry | None", number: str, at: datetime) -> "Entry":
    entry = _known(stands)
    return entry.with_redriven(number, 0, at) if entry.redriving == number else entry


def _known(stands: "Entry | None") -> "Entry":
    if stands is None:
        raise LookupError("the ledger entry no longer exists")
    return stands
