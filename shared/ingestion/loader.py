"""Loads deliveries: incoming rows, quarantine and ledger entry. Batches, files and streams use the same loader.

Every object name is derived from the delivery id, so a repetition overwrites objects and adds none. The order of writes
is: ledger entry (received), quarantine, incoming object, ledger entry (written). After a crash between two writes the
rows remain in flight, and repeating the load completes them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from shared.decisions.labels import missing_decisions
from shared.ingestion import rejected_rows
from shared.lake.parquet import columns
from shared.lake.quarantine.decisions import extract_decisions
from shared.lake.storage.paths import incoming_key
from shared.lake.validation.rows import ValidatedRows
from shared.ledger.entry import UNATTRIBUTED, UNKNOWN_TYPE, DeliveryKind, LedgerEntry
from shared.quality.events import QUALITY_CHANGED
from shared.records.schemas import SCHEMAS
from shared.records.validation import RowError
from shared.runtime.dialects import truncate_for_error

if TYPE_CHECKING:
    from shared.decisions.index import DecisionIndex
    from shared.events.bus import PlatformEvents
    from shared.ingestion.delivery import Delivery
    from shared.ingestion.validation import DeliveryValidator, ValidationResult
    from shared.lake.storage.object_store import LakeStore
    from shared.ledger.store import Ledger
    from shared.quality.state import QualityCounts
    from shared.quarantine.store import Quarantine
    from shared.records.malformed import MalformedRecord
    from shared.runtime.errors import InsufficientDataQuality
    from shared.runtime.models import Clock

_MOST_PROBLEMS = 20


def _nothing() -> None:
    """Default of `before_write`: there is nothing to wait for."""


@dataclass(frozen=True)
class LoadResult:
    """Result of loading a delivery: its ledger entry, the row errors, and the error if the quality gate rejected it."""

    entry: LedgerEntry
    errors: Sequence[RowError]
    refusal: "InsufficientDataQuality | None" = None


@dataclass(frozen=True, kw_only=True)
class Loader:
    """Validates deliveries, scores them and writes their rows to the incoming prefix of the lake."""

    lake: "LakeStore"
    ledger: "Ledger"
    quarantine: "Quarantine"
    decisions: "DecisionIndex"
    validator: "DeliveryValidator"
    events: "PlatformEvents"
    clock: "Clock"

    def load(
        self, delivery: "Delivery", before_write: Callable[[], object] = _nothing, *, is_new: bool = False
    ) -> LoadResult:
        """Load one delivery; safe to repeat.

        Args:
            delivery: the rows.
            before_write: called before anything is written; it blocks, for example, until the received data is
                archived.
            is_new: whether the ledger had no entry of the delivery just now.
        """
        result = self.validator.validate(delivery)
        before_write()
        entry = self._open_entry(delivery, result, is_new=is_new)
        refused = result.refusal
        if entry.written and not delivery.revalidate:
            return LoadResult(entry, result.errors, refused)
        if entry.refused:
            result = result.with_all_rejected(delivery)
        if result.errors or delivery.revalidate or delivery.batch_id:
            self._quarantine(delivery, result)
        if SCHEMAS[delivery.data_type].indexed:
            self.decisions.add(extract_decisions(result.validated.table))
        self.decisions.register_waiting(missing_decisions(result.errors), delivery.delivery_id)
        self._write_rows(delivery, result.validated)
        if not len(result.validated.table):
            self.events.try_publish(QUALITY_CHANGED, {"data_type": delivery.data_type})  # no merge will follow
        entry = self.ledger.update(
            delivery.delivery_id, lambda current: (current or entry).with_written(self.clock()), known=entry
        )
        return LoadResult(entry, result.errors, refused)

    def check(self, delivery: "Delivery") -> "QualityCounts":
        """Validate the rows of a part of a file, quarantine the invalid ones, and return the quality counts.

        If the file is rejected, these rows document the errors; if it is loaded, loading replaces them.
        """
        result = self.validator.validate(delivery)
        if result.errors:
            self._quarantine(delivery, result)
        return result.quality

    def quarantine_unattributed(
        self, delivery_id: str, received_at: datetime, malformed: Sequence["MalformedRecord"]
    ) -> LedgerEntry:
        """Quarantine records whose source and type cannot be read, and record them in the ledger."""
        current = self.ledger.get(delivery_id)
        if current is not None and len(malformed) <= current.received:
            return current
        self.quarantine.put(rejected_rows.from_malformed(malformed, delivery_id, received_at))
        errors = [RowError(each.place, "", each.code, each.message) for each in malformed]
        entry = LedgerEntry(
            delivery_id=delivery_id,
            kind=DeliveryKind.STREAM,
            source_id=UNATTRIBUTED,
            data_type=UNKNOWN_TYPE,
            received_at=received_at,
            received=len(malformed),
            rejected=len(malformed),
            problems=tuple(_summarize_errors(errors)),
        ).with_written(self.clock())
        return self.ledger.update(delivery_id, lambda current: current.merge_redelivery(entry) if current else entry)

    def _open_entry(self, delivery: "Delivery", result: "ValidationResult", *, is_new: bool = False) -> LedgerEntry:
        """Record what was received. The quality gate decides once; a repeated delivery keeps that decision."""

        def open_entry(current: LedgerEntry | None) -> LedgerEntry:
            has_more = delivery.revalidate or (
                current and delivery.received > current.delivered
            )  # by another mapping, a repeated stream batch may have more
            if current and current.written and not has_more:
                return current  # its rows may have been redriven since: keep the entry
            decided = delivery.gated and not delivery.revalidate
            refused = current.refused if current and decided else result.refusal is not None
            fresh = _entry(delivery, result.with_all_rejected(delivery) if refused else result, refused=refused)
            return current.merge_redelivery(fresh) if current else fresh

        return self.ledger.update(delivery.delivery_id, open_entry, is_new=is_new)

    def _write_rows(self, delivery: "Delivery", validated: ValidatedRows) -> None:
        """Write the valid rows as one object; their order decides between versions of equal rank."""
        if len(validated.table):
            body = columns.write_parquet(validated.table, unique=SCHEMAS[delivery.data_type].key)
            self.lake.put(incoming_key(delivery.data_type, delivery.delivery_id), body)

    def _quarantine(self, delivery: "Delivery", result: "ValidationResult") -> None:
        self.quarantine.put(rejected_rows.from_delivery(delivery, result))


def _entry(delivery: "Delivery", result: "ValidationResult", *, refused: bool) -> LedgerEntry:
    earliest, latest = columns.event_range(delivery.data_type, result.validated.table) or (None, None)
    entry = LedgerEntry(
        delivery_id=delivery.delivery_id,
        batch_id=delivery.batch_id,
        kind=delivery.kind,
        source_id=delivery.source_id,
        data_type=delivery.data_type,
        received_at=delivery.received_at,
        received=delivery.received,
        rejected=result.rejected,
        refused=refused,
        dropped_fields=result.dropped_fields,
        problems=tuple(_summarize_errors(result.errors)),
        quality=result.quality,
        earliest_event=earliest,
        latest_event=latest,
    )
    return entry.with_derived("", result.derived) if result.derived else entry


def _summarize_errors(errors: Sequence[RowError]) -> Sequence[Mapping[str, Any]]:
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
                "sample": orjson.dumps(truncate_for_error(error.rejected_value)).decode(),
            },
        )
        problem["count"] += 1
    return sorted(found.values(), key=lambda problem: -problem["count"])[:_MOST_PROBLEMS]
