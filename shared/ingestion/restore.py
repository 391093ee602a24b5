"""Restores the cancelled rows of a delivery as a redrive, so that each row is counted once."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shared.lake.parquet import columns
from shared.lake.storage.paths import WHOLE_DELIVERY, IncomingKey
from shared.ledger.entry import LedgerEntry
from shared.records.schemas import SCHEMAS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from shared.ingestion.delivery import Delivery
    from shared.ingestion.validation import DeliveryValidator
    from shared.lake.storage.object_store import LakeStore
    from shared.lake.validation.rows import ValidatedRows
    from shared.ledger.store import Ledger
    from shared.runtime.models import Clock


@dataclass(frozen=True, kw_only=True)
class CancelledRowsRestorer:
    """Loads the cancelled rows of a delivery again."""

    lake: "LakeStore"
    ledger: "Ledger"
    validator: "DeliveryValidator"
    clock: "Clock"

    def restore(self, delivery: "Delivery") -> LedgerEntry | None:
        """Load the cancelled rows; return None if the source's mapping has changed and they are other rows now.

        The rows are in flight from the first write on. Their objects have names of their own, so the cancellation
        markers do not apply to them.
        """
        current = self.ledger.get(delivery.delivery_id)
        if current is None or not (current.cancelled_parts or current.redriving):
            return current
        cancelled, validated = current.cancelled_parts, self.validator.validate(delivery).validated
        parts = {part: _rows_of_part(delivery, validated, part) for part in cancelled}
        if {part: len(rows.table) for part, rows in parts.items()} != cancelled:
            return None
        opened = self.ledger.update(delivery.delivery_id, _mark_resumed)
        self._write_parts(delivery, opened, parts)
        return self.ledger.update(
            delivery.delivery_id, lambda entry: _finish_restore(entry, opened.redriving, self.clock())
        )

    def _write_parts(self, delivery: "Delivery", entry: LedgerEntry, parts: "Mapping[str, ValidatedRows]") -> None:
        """Write an object for each part, except for parts that are merged already and whose object is deleted."""
        names = {part: _name_of_part(delivery, entry.redriving, part) for part in parts}
        self.lake.put_all(
            (names[part].rows_key, columns.write_parquet(rows.table, unique=SCHEMAS[delivery.data_type].key))
            for part, rows in parts.items()
            if names[part].part not in entry.parts
        )


def _rows_of_part(delivery: "Delivery", validated: "ValidatedRows", part: str) -> "ValidatedRows":
    """Return all rows or, for entries from the time when deliveries were divided by day, those of the day."""
    if part == WHOLE_DELIVERY:
        return validated
    return replace(validated, table=columns.rows_of_day(delivery.data_type, validated.table, part))


def _name_of_part(delivery: "Delivery", number: str, part: str) -> IncomingKey:
    day = "" if part == WHOLE_DELIVERY else part
    return IncomingKey(delivery.data_type, delivery.delivery_id, f"~r{number}", day=day)


def _mark_resumed(entry: LedgerEntry | None) -> LedgerEntry:
    return _require(entry).with_restored_rows()


def _finish_restore(entry: LedgerEntry | None, number: str, at: "datetime") -> LedgerEntry:
    current = _require(entry)
    return current.with_redriven(number, 0, at) if current.redriving == number else current


def _require(entry: LedgerEntry | None) -> LedgerEntry:
    if entry is None:
        raise LookupError("the ledger entry no longer exists")
    return entry
