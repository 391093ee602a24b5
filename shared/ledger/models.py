"""Models of the ledger route."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from pydantic import Field, computed_field

from shared.ledger.entry import BatchStatus
from shared.runtime.models import Model, Optional, PageResponse, Timestamp

_COUNTED = ("received", "loaded", "duplicate", "conflict", "quarantined", "dropped", "superseded")


class LedgerCounters(Model):
    """Outcomes of records. At any time, received = loaded + duplicate + conflict + quarantined + in_flight."""

    received: int = Field(
        description="Records received, including those that the mapping of the source derived from rows."
    )
    loaded: int = Field(description="Records merged, including superseded ones.")
    duplicate: int = Field(description="Records identical to one already loaded.")
    conflict: int = Field(
        description="Records with the key of a loaded one but other values, and with its version or of another source."
    )
    quarantined: int = Field(description="Records in quarantine: rejected, or cancelled before the merge.")
    dropped: int = Field(description="Added: records, counted as quarantined, that were dropped from quarantine.")
    superseded: int = Field(
        description="Records, counted as loaded, conflict or duplicate, that are not current: older than the version "
        "already present, or replaced by one with other values since."
    )

    @computed_field(description="Records without a final outcome yet.")  # type: ignore[prop-decorator] # pydantic's own way
    @property
    def in_flight(self) -> int:
        """Records without a final outcome yet."""
        return self.received - self.loaded - self.duplicate - self.conflict - self.quarantined

    @computed_field(description="Whether every record is counted exactly once.")  # type: ignore[prop-decorator] # as above
    @property
    def balanced(self) -> bool:
        """Whether every record has at most one outcome: in_flight is the remainder, so it must not be negative."""
        counters: list[int] = [self.in_flight, *(getattr(self, name) for name in _COUNTED)]
        return min(counters) >= 0

    @classmethod
    def numbers(cls, item: Mapping[str, Any]) -> dict[str, int]:
        """Read the counters of an item; a missing counter is 0."""
        return {name: int(item.get(name, 0)) for name in _COUNTED}

    @classmethod
    def sum(cls, lines: "Iterable[LedgerCounters]") -> "LedgerCounters":
        """Add up ledger lines."""
        totals = dict.fromkeys(_COUNTED, 0)
        for line in lines:
            for name in _COUNTED:
                totals[name] += getattr(line, name)
        return LedgerCounters(**totals)


class LedgerLine(LedgerCounters):
    """Outcomes of the records of one source and data type, for one hour, day or delivery."""

    source_id: str = Field(description="The source; `unattributed` for records whose source cannot be read.")
    data_type: str = Field(description="The data type; `unknown` for records whose type cannot be read.")
    hour: Timestamp = Field(description="Start of the hour of receipt; with `interval=day`, of the day.")
    origin: Optional[str] = Field(default=None, description="Id of the delivery; only with `deliveries=true`.")
    batch_id: Optional[str] = Field(default=None, description="The file upload that the delivery is a part of.")
    status: Optional[BatchStatus] = Field(default=None, description="Status of the delivery.")
    received_at: Optional[Timestamp] = Field(default=None, description="Time of receipt of the delivery.")
    restated: Optional[list[str]] = Field(default=None, description="Days restated by late rows of the delivery.")

    @property
    def place(self) -> tuple[str, ...]:
        """Sort key of lines with the same time."""
        return (self.source_id, self.data_type, self.origin or "")


class LedgerDay(LedgerCounters):
    """Outcomes of all records received on one day."""

    day: date = Field(description="Day of receipt, UTC.")


class DiscardedRecords(Model):
    """Records of the stream that failed for six days: they are kept in S3 until an operator has them loaded.

    They belong to no source, type and hour, because they are not read before they are loaded; so no filter applies. Of
    a batch that failed halfway, some deliveries may be in the lines of the ledger already.
    """

    batches: int = Field(description="Batches of records, of which 1000 at most are counted.")
    records: int = Field(description="Records in these batches.")
    oldest: Optional[Timestamp] = Field(default=None, description="When the oldest of these records arrived.")
    complete: bool = Field(
        description="Whether this is all there is; false if there are more batches, or objects that cannot be read."
    )


class LedgerResponse(PageResponse):
    """One page of the ledger, oldest first, with the totals of all pages."""

    content: list[LedgerLine] = Field(description="The lines on this page.")
    totals: LedgerCounters = Field(description="Sums over all pages.")
    days: Optional[list[LedgerDay]] = Field(
        default=None, description="Added: sums over all pages by day, oldest first; only with `interval=day`."
    )
    discarded: Optional[DiscardedRecords] = Field(
        default=None,
        description="Added: records of the stream that could not be loaded and wait for an operator, whatever the "
        "filters; absent if there are none.",
    )
