"""Redrives quarantined rows: validates them as if they were received now, and counts each exactly once.

The order of writes is: the redrive's number is claimed in the ledger, so that only one runs per delivery; the valid
rows are stored as one object; the ledger (in flight); the incoming object; the quarantine without these rows; the
ledger (done); the object is deleted. A later run that finds a claimed number completes it: with the object all of it,
without the object nothing. Rows are dropped by the same writes, but for the incoming object.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from shared.ingestion.delivery import Delivery
from shared.ingestion.rejected_rows import error_dicts
from shared.lake.quarantine.redrive_batch import RedriveBatch
from shared.lake.quarantine.rejected_rows import RejectedRows
from shared.lake.storage.paths import IncomingKey, redrive_key
from shared.recovery.redrivable import RedriveGroup, group_rows, require_redrivable
from shared.recovery.whole_groups import alone, with_whole_groups, without_unknown_groups
from shared.runtime.errors import Conflict, UnusableConfiguration

if TYPE_CHECKING:
    from shared.decisions.index import DecisionIndex
    from shared.ingestion.validation import DeliveryValidator
    from shared.lake.quarantine.rejected_rows import RejectedRow
    from shared.lake.storage.object_store import LakeStore
    from shared.ledger.entry import LedgerEntry
    from shared.ledger.store import Ledger
    from shared.quarantine.index import QuarantinedDelivery
    from shared.quarantine.store import Quarantine
    from shared.runtime.errors import InsufficientDataQuality
    from shared.runtime.models import Clock
    from shared.sources.config_store import SourceConfigs


@dataclass
class RedriveResult:
    """Result of a redrive or its dry run: the number of valid rows, and the errors of the others by position.

    `rows` is the number of rows, including those of the same groups. `refusal` is the error of the quality gate, which
    rejects valid rows too.
    """

    rows: int = 0
    accepted: int = 0
    reasons: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    refusal: str = ""


@dataclass(frozen=True, kw_only=True)
class Redriver:
    """Redrives rows of one delivery."""

    lake: "LakeStore"
    ledger: "Ledger"
    quarantine: "Quarantine"
    validator: "DeliveryValidator"
    configs: "SourceConfigs"
    decisions: "DecisionIndex"
    clock: "Clock"

    def dry_run(self, quarantined: "QuarantinedDelivery", rows: Sequence["RejectedRow"]) -> RedriveResult:
        """Validate rows and change nothing.

        Raises:
            RedriveBlocked: the rows of this delivery cannot be redriven now.
        """
        entry = require_redrivable(self.ledger.get(quarantined.delivery_id))
        rows = self._with_groups(quarantined, rows)
        result = RedriveResult(len(rows))
        for group in group_rows(quarantined, rows, result.reasons):
            self._validate_group(entry, entry.next_redrive, group, result)
        return result

    def run(self, quarantined: "QuarantinedDelivery", rows: Sequence["RejectedRow"]) -> RedriveResult:
        """Redrive rows; the valid ones are in flight when this returns.

        Raises:
            RedriveBlocked: the rows of this delivery cannot be redriven now.
            Conflict: another redrive of this delivery runs at the same time; these rows remain in quarantine.
        """
        rows = self._with_groups(quarantined, rows)
        result = RedriveResult(len(rows))
        for group in group_rows(quarantined, rows, result.reasons):
            entry = require_redrivable(self.ledger.get(quarantined.delivery_id))
            number = entry.next_redrive
            batch = self._validate_group(entry, number, group, result)
            if batch is not None:
                self._take_out(quarantined.delivery_id, number, batch)
        return result

    def drop(self, quarantined: "QuarantinedDelivery", rows: Sequence["RejectedRow"]) -> int:
        """Drop rows, and those that were received in one group with them; return how many.

        Raises:
            RedriveBlocked: the rows of this delivery cannot be taken out of quarantine now.
            Conflict: a redrive of this delivery runs at the same time; these rows remain in quarantine.
        """
        entry = require_redrivable(self.ledger.get(quarantined.delivery_id))
        places = [row.place for row in self._with_groups(quarantined, rows)]
        self._take_out(quarantined.delivery_id, entry.next_redrive, RedriveBatch.of_dropped(places))
        return len(places)

    def _take_out(self, delivery_id: str, number: str, batch: RedriveBatch) -> None:
        self.ledger.update(delivery_id, partial(_claim_number, number=number))
        self.lake.put(redrive_key(delivery_id, number), batch.to_parquet())
        if not self.resume(delivery_id, number):
            raise Conflict(f"Another redrive of {delivery_id} is in progress; retry later")

    def resume(self, delivery_id: str, number: str) -> bool:
        """Complete a redrive whose number is claimed; safe to repeat and to race.

        Returns:
            Whether rows were redriven or dropped; False if the redrive was interrupted before they were stored.
        """
        stored = self.lake.get(redrive_key(delivery_id, number))
        batch = RedriveBatch.read(stored.body) if stored else None
        entry = self.ledger.update(delivery_id, lambda current: _mark_in_flight(current, number, batch, self.clock()))
        if batch is not None and entry.redriving == number:
            self._load(entry, number, batch)
            entry = self.ledger.update(delivery_id, lambda current: _mark_done(current, number, batch, self.clock()))
        self.lake.delete([stored] if stored else [])
        return entry.redrives[number] > 0

    def _with_groups(
        self, quarantined: "QuarantinedDelivery", rows: Sequence["RejectedRow"]
    ) -> Sequence["RejectedRow"]:
        return with_whole_groups(rows, self.quarantine.rows(quarantined)) if any(row.group for row in rows) else rows

    def _validate_group(
        self, entry: "LedgerEntry", number: str, received: RedriveGroup, result: RedriveResult
    ) -> RedriveBatch | None:
        """Validate a group; return the valid rows and add the errors of the others to the result."""
        self.configs.of(received.source_id, fresh=True)  # the cached configuration may be older than a fix
        group = without_unknown_groups(received, self._group_column(received), entry, result.reasons)
        if not group.rows:
            return None
        delivery = Delivery(
            delivery_id=f"{entry.delivery_id}~r{number}",
            kind=entry.kind,
            source_id=group.source_id,
            data_type=group.data_type,
            received_at=entry.received_at,
            rows=group.records,
            ingested_at=[row.arrived for row in group.rows],
            form=group.form,
            places=[row.place for row in group.rows],
            blocks=[row.group or alone(entry, row.place) for row in group.rows],
            gated=entry.refused,
            validated_at=self.clock(),
        )
        validated = self.validator.validate(delivery)
        for error in validated.errors:
            result.reasons.setdefault(error.row or 0, []).extend(error_dicts([error]))
        if validated.refusal is not None:
            result.refusal = _refusal_message(validated.refusal)
            return None
        bad = {error.row for error in validated.validated.errors}
        places = [row.place for number, row in enumerate(group.rows) if number not in bad]
        result.accepted += len(places)
        return RedriveBatch(group.data_type, validated.validated.table, places) if places else None

    def _group_column(self, group: RedriveGroup) -> str | None:
        try:
            mapping = self.validator.mapping_of(group.source_id, group.data_type)
        except UnusableConfiguration:
            return None  # validation reports it
        return None if mapping is None else mapping.group_column

    def _load(self, entry: "LedgerEntry", number: str, batch: RedriveBatch) -> None:
        if batch.data_type is not None:
            self.decisions.add(batch.decisions)
            name = IncomingKey(batch.data_type, entry.delivery_id, f"~r{number}")
            if name.part not in entry.parts:  # otherwise it is merged already, and its object is deleted
                self.lake.put(name.rows_key, batch.to_incoming(batch.data_type))
        whole = RejectedRows(
            delivery_id=entry.delivery_id,
            source_id=entry.source_id,
            data_type=entry.data_type,
            received_at=entry.received_at,
            rows=(),
        )
        self.quarantine.remove_rows(whole, set(batch.places))


def _refusal_message(refusal: "InsufficientDataQuality") -> str:
    details = refusal.details or {}
    failed = ", ".join(details["failed_checks"])
    return f"{refusal.message}: {details['quality_score']}, minimum {details['minimum_required']} ({failed})"


def _claim_number(current: "LedgerEntry | None", number: str) -> "LedgerEntry":
    entry = require_redrivable(current)
    if entry.next_redrive != number:
        raise Conflict(f"Another redrive of {entry.delivery_id} is in progress; retry later")
    return entry.with_redrive(number, 0)


def _mark_in_flight(
    current: "LedgerEntry | None", number: str, batch: RedriveBatch | None, at: datetime
) -> "LedgerEntry":
    """Mark the stored rows as in flight; without stored rows, abandon the redrive."""
    entry = _require(current)
    if entry.redriving != number:
        return entry
    if batch is None:
        return entry.with_redriven(number, 0, at)
    redriven = entry.with_redrive(number, len(batch.places))
    if batch.derived:
        redriven = redriven.with_derived(number, batch.derived)
    return redriven if batch.event_range is None else redriven.with_events(*batch.event_range)


def _mark_done(current: "LedgerEntry | None", number: str, batch: RedriveBatch, at: datetime) -> "LedgerEntry":
    entry = _require(current)
    if entry.redriving != number:
        return entry
    return entry.with_dropped(number, at) if batch.is_dropped else entry.with_redriven(number, 0, at)


def _require(current: "LedgerEntry | None") -> "LedgerEntry":
    if current is None:
        raise LookupError("the ledger entry no longer exists")
    return current
