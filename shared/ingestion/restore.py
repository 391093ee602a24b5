"""Restores the cancelled rows of a delivery as a redrive, so that each row is counted once."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.lake.parquet import columns
from shared.lake.storage.paths import PartitionId
from shared.ledger.entry import LedgerEntry
from shared.records.schemas import SCHEMAS

if TYPE_CHECKING:
    from datetime import datetime

    from shared.ingestion.delivery import Delivery
    from shared.ingestion.validation import DeliveryValidator
    from shared.lake.storage.object_store import LakeStore
    from shared.ledger.store import Ledger
    from shared.runtime.models import Clock


@dataclass(frozen=True, kw_only=True)
class CancelledRowsRestorer:
    """Loads the days of a delivery whose rows were cancelled again."""

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
        if current is None or not (current.cancelled_days or current.redriving):
            return current
        cancelled, table = current.cancelled_days, self.validator.validate(delivery).validated.table
        days = {day: rows for day, rows in columns.split_by_day(delivery.data_type, table) if day in cancelled}
        if {day: len(rows) for day, rows in days.items()} != dict(cancelled):
            return None
        entry_opened = self.ledger.update(delivery.delivery_id, _mark_resumed)
        number, key = entry_opened.redriving, SCHEMAS[delivery.data_type].key
        self.lake.put_all(
            (
                PartitionId(delivery.data_type, day).incoming_key(f"{delivery.delivery_id}~r{number}"),
                columns.write_parquet(rows, unique=key),
            )
            for day, rows in days.items()
            if f"{day}~r{number}" not in entry_opened.partitions  # already merged, and its object is deleted
        )
        return self.ledger.update(delivery.delivery_id, lambda entry: _finish_restore(entry, number, self.clock()))


def _mark_resumed(entry: LedgerEntry | None) -> LedgerEntry:
    return _require(entry).with_restored_rows()


def _finish_restore(entry: LedgerEntry | None, number: str, at: "datetime") -> LedgerEntry:
    current = _require(entry)
    return current.with_redriven(number, 0, at) if current.redriving == number else current


def _require(entry: LedgerEntry | None) -> LedgerEntry:
    if entry is None:
        raise LookupError("the ledger entry no longer exists")
    return entry
