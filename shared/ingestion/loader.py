"""From a delivery to incoming rows, quarantine and a ledger entry: the same way for batches and streams.

Every object's name follows from the delivery, so that a repetition overwrites and never adds. The order is: the
entry (received), the quarantine, the incoming objects, the entry (written). A crash between any two leaves rows in
flight, and the next try brings all of it to the same end.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from shared.decisions.index import awaited_decisions
from shared.ingestion import rejected_rows
from shared.lake.parquet import columns
from shared.lake.quarantine.decisions import decisions_in
from shared.lake.storage.paths import PartitionId
from shared.lake.validation.rows import ValidatedRows
from shared.ledger.entry import UNATTRIBUTED, UNKNOWN_TYPE, Entry, Kind
from shared.records.catalogue import SCHEMAS
from shared.records.validation import RowError
from shared.runtime.dialects import echo

if TYPE_CHECKING:
    from shared.decisions.index import DecisionIndex
    from shared.ingestion.delivery import Delivery, Malformed
    from shared.ingestion.validation import Judge, Judged
    from shared.lake.storage.object_store import LakeStore
    from shared.ledger.store import Ledger
    from shared.quality.state import QualityState
    from shared.quarantine.store import Quarantine
    from shared.runtime.errors import InsufficientDataQuality
    from shared.runtime.models import Clock

_MOST_PROBLEMS = 20


def _nothing() -> None:
    """There is nothing to wait for."""


@dataclass(frozen=True)
class Loaded:
    """What a delivery came to: its ledger entry, what was wrong with its rows, and why it was refused, if it was."""

    entry: Entry
    errors: Sequence[RowError]
    refusal: "InsufficientDataQuality | None" = None


@dataclass(frozen=True, kw_only=True)
class Loader:
    """Validates deliveries, scores them and puts their rows where the merge finds them."""

    lake: "LakeStore"
    ledger: "Ledger"
    quarantine: "Quarantine"
    decisions: "DecisionIndex"
    judge: "Judge"
    clock: "Clock"

    def load(self, delivery: "Delivery", once: Callable[[], object] = _nothing) -> Loaded:
        """Bring one delivery in; again and again if need be.

        Args:
            delivery: what came in.
            once: waited for before anything is accounted for or written: that what was received is kept, say.
        """
        judged = self.judge.judge(delivery)
        once()
        entry = self._opened(delivery, judged)
        refused = judged.refusal
        if entry.written and not delivery.judged_anew:
            return Loaded(entry, judged.errors, refused)
        if entry.refused:
            judged = judged.as_refused(delivery)
        if judged.errors or delivery.judged_anew or delivery.batch_id:
            self._quarantine(delivery, judged)
        if SCHEMAS[delivery.data_type].indexed:
            self.decisions.add(decisions_in(judged.taken.table))
        self.decisions.wait(awaited_decisions(judged.errors), delivery.origin)
        self.lake.put_all(_objects(delivery, judged.taken))
        entry = self.ledger.record(delivery.origin, lambda stands: (stands or entry).with_written(self.clock()))
        return Loaded(entry, judged.errors, refused)

    def examine(self, delivery: "Delivery") -> "QualityState":
        """Tell how good the rows of a part of a file are, and keep those that are wrong with every reason.

        Should the file be refused, they say why; should it be loaded, the loading keeps its own in their place.
        """
        judged = self.judge.judge(delivery)
        if judged.errors:
            self._quarantine(delivery, judged)
        return judged.quality

    def refuse(self, origin: str, received_at: datetime, malformed: Sequence["Malformed"]) -> Entry:
        """Put records in quarantine that no source and type can be told of, and account for them."""
        known = self.ledger.get(origin)
        if known is not None and len(malformed) <= known.received:
            return known
        self.quarantine.keep(rejected_rows.malformed(malformed, origin, received_at))
        errors = [RowError(each.place, "", each.code, each.message) for each in malformed]
        entry = Entry(
            origin=origin,
            kind=Kind.STREAM,
            source_id=UNATTRIBUTED,
            data_type=UNKNOWN_TYPE,
            received_at=received_at,
            received=len(malformed),
            rejected=len(malformed),
            problems=tuple(_problems(errors)),
        ).with_written(self.clock())
        return self.ledger.record(origin, lambda stands: stands.redelivered(entry) if stands else entry)

    def _opened(self, delivery: "Delivery", judged: "Judged") -> Entry:
        """Account for what was received; whether it is refused is decided once, by what was asked for then."""

        def opened(stands: Entry | None) -> Entry:
            is_new = delivery.judged_anew or (stands and delivery.received > stands.received)  # a run may come longer
            if stands and stands.written and not is_new:
                return stands  # rows of it may have been driven again since: what is in place stays as it is
            decided = delivery.gated and not delivery.judged_anew
            refused = stands.refused if stands and decided else judged.refusal is not None
            fresh = _entry(delivery, judged.as_refused(delivery) if refused else judged, refused=refused)
            return stands.redelivered(fresh) if stands else fresh

        return self.ledger.record(delivery.origin, opened)

    def _quarantine(self, delivery: "Delivery", judged: "Judged") -> None:
        self.quarantine.keep(rejected_rows.rejected(delivery, judged.rows, judged.taken.errors))


def _entry(delivery: "Delivery", judged: "Judged", *, refused: bool) -> Entry:
    return Entry(
        origin=delivery.origin,
        batch_id=delivery.batch_id,
        kind=delivery.kind,
        source_id=delivery.source_id,
        data_type=delivery.data_type,
        received_at=delivery.received_at,
        received=delivery.received,
        rejected=judged.rejected,
        refused=refused,
        dropped_fields=judged.dropped_fields,
        problems=tuple(_problems(judged.errors)),
        quality=judged.quality,
        latest_event=columns.latest_event(delivery.data_type, judged.taken.table),
    )


def _objects(delivery: "Delivery", taken: ValidatedRows) -> list[tuple[str, bytes]]:
    key = SCHEMAS[delivery.data_type].key
    return [
        (PartitionId(delivery.data_type, day).incoming_key(delivery.origin), columns.write_parquet(rows, unique=key))
        for day, rows in columns.by_day(delivery.data_type, taken.table)
        if len(rows)
    ]


def _problems(errors: Sequence[RowError]) -> Sequence[Mapping[str, Any]]:
    """Group errors by field and code in the form of `ProcessingError`, most frequent first."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for error in errors:
        problem = found.setdefault(
            (error.field, error.code),
            {
                "code": error.code,
                "message": f"{error.field or 'record'}: {error.message}",
                "stage": "validate",
                "count": 0,
                "first_row": error.row,
                "sample": orjson.dumps(echo(error.rejected_value)).decode(),
            },
        )
        problem["count"] += 1
    return sorted(found.values(), key=lambda problem: -problem["count"])[:_MOST_PROBLEMS]
