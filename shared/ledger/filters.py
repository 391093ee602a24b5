"""Filters of the deliveries in the quarantine and in the ledger."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.ledger.entry import UNKNOWN_TYPE
from shared.records.schema import DataType

LONGEST_RANGE = timedelta(days=92)
DEFAULT_RANGE = timedelta(days=7)
REASON_CODE = r"[a-z][a-z0-9_]{0,49}"
DATA_TYPES = (*DataType, UNKNOWN_TYPE)
"""The data types of quarantined records: those of the data model, and that of records that cannot be read."""


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Selects deliveries received in a half-open range, optionally of one source and one data type."""

    start: datetime
    end: datetime
    source_id: str | None = None
    data_type: str | None = None

    @property
    def days(self) -> list[date]:
        """The UTC days that the range overlaps."""
        first, last = self.start.date(), (self.end - timedelta(milliseconds=1)).date()
        return [first + timedelta(days=number) for number in range((last - first).days + 1)]

    def matches(self, source_id: str, data_type: str, received_at: datetime) -> bool:
        """Return whether a delivery of this source, type and receipt time is selected."""
        return (
            self.source_id in {None, source_id}
            and self.data_type in {None, data_type}
            and self.start <= received_at < self.end
        )


def midnight(at: datetime) -> datetime:
    """Return the start of a day."""
    return at.replace(hour=0, minute=0, second=0, microsecond=0)
