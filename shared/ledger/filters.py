"""Filters of the deliveries in the quarantine and in the ledger."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.ledger.entry import UNKNOWN_TYPE
from shared.records.schema import DataType

LONGEST_RANGE = timedelta(days=92)
DEFAULT_RANGE = timedelta(days=7)
REASON_CODE = r"[a-z][a-z0-9_]{0,49}"
DATA_TYPES = (*DataType, UNKNOWN_TYPE)
"""The types that records have here: those of the data model, and that of records which nobody can read."""


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which deliveries are meant: of this source and type, or of all, received in a half-open range."""

    start: datetime
    end: datetime
    source_id: str | None = None
    data_type: str | None = None

    @property
    def days(self) -> list[date]:
        """The days that the range touches."""
        first, last = self.start.date(), (self.end - timedelta(milliseconds=1)).date()
        return [first + timedelta(days=number) for number in range((last - first).days + 1)]

    def mean(self, source_id: str, data_type: str, received_at: datetime) -> bool:
        """Whether a delivery of this source and type that came in at this moment is meant."""
        return (
            self.source_id in {None, source_id}
            and self.data_type in {None, data_type}
            and self.start <= received_at < self.end
        )


def midnight(at: datetime) -> datetime:
    """The beginning of a day."""
    return at.replace(hour=0, minute=0, second=0, microsecond=0)
