"""Brings back to the lake what was cancelled of a delivery, as a re-drive of its own, counted once."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.lake.parquet import columns
from shared.lake.storage.paths import PartitionId
from shared.ledger.entry import Entry
from shared.records.catalogue import SCHEMAS

if TYPE_CHECKING:
    from datetime import datetime

    from shared.ingestion.delivery import Delivery
    from shared.ingestion.validation import Judge
    from shared.lake.storage.object_store import LakeStore
    from shared.ledger.store import Ledger
    from shared.runtime.models import Clock


@dataclass(frozen=True, kw_only=True)
class BringingBack:
    """Loads the days of a delivery anew whose rows were cancelled."""

    lake: "LakeStore"
    ledger: "Ledger"
    judge: "Judge"
    clock: "Clock"

    def bring_back(self, delivery: "Delivery") -> Entry | None:
        """Load what was cancelled; None if these are other rows by now, because the source's mapping has changed.

        The rows are in flight again from the first write on, and their objects have names of their own, so that no
        marker of the cancellation meets them.
        """
        stands = self.ledger.get(delivery.origin)
        if stands is None or not (stands.cancelled_days or stands.redriving):
            return stands
        cancelled, table = stands.cancelled_days, self.judge.judge(delivery).taken.table
        days = {day: rows for day, rows in columns.by_day(delivery.data_type, table) if day in cancelled}
        if {day: len(rows) for day, rows in days.items()} != dict(cancelled):
            return None
        opened = self.ledger.record(delivery.origin, _resumed)
        number, key = opened.redriving, SCHEMAS[delivery.data_type].key
        self.lake.put_all(
            (
                PartitionId(delivery.data_type, day).incoming_key(f"{delivery.origin}~r{number}"),
                columns.write_parquet(rows, unique=key),
            )
            for day, rows in days.items()
            if f"{day}~r{number}" not in opened.partitions  # merged already, and its object is gone
        )
        return self.ledger.record(delivery.origin, lambda entry: _brought_back(entry, number, self.clock()))


def _resumed(entry: Entry | None) -> Entry:
    return _standing(entry).with_resumed()


def _brought_back(entry: Entry | None, number: str, at: "datetime") -> Entry:
    stands = _standing(entry)
    return stands.with_redriven(number, 0, at) if stands.redriving == number else stands


def _standing(entry: Entry | None) -> Entry:
    if entry is None:
        raise LookupError("the ledger entry no longer exists")
    return entry
