"""The nouns of the ledger's route (resolutions § 9)."""

from collections.abc import Iterable, Mapping
from typing import Any, Self

from pydantic import Field, computed_field

from shared.ingestion.entry import BatchStatus
from shared.runtime.models import Model, Optional, PageResponse, Timestamp

_COUNTED = ("received", "loaded", "duplicate", "conflict", "quarantined", "superseded")


class LedgerCounters(Model):
    """What became of records: received = loaded + duplicate + conflict + quarantined + in flight, at any time."""

    received: int
    loaded: int
    duplicate: int
    conflict: int
    quarantined: int = Field(description="Kept apart: rejected and not driven again, or cancelled before the merge.")
    superseded: int = Field(description="How many of the loaded ones were older than what was there already.")

    @computed_field(description="Their fate is not known yet.")  # type: ignore[prop-decorator] # pydantic's own way
    @property
    def in_flight(self) -> int:
        """Records whose fate is not known yet."""
        return self.received - self.loaded - self.duplicate - self.conflict - self.quarantined

    @computed_field(description="No record is missing, and none is counted twice.")  # type: ignore[prop-decorator] # as above
    @property
    def balanced(self) -> bool:
        """Whether no record has two fates: what is in flight is what is left, never less than nothing."""
        counters: list[int] = [self.in_flight, *(getattr(self, name) for name in _COUNTED)]
        return min(counters) >= 0

    @classmethod
    def numbers(cls, item: Mapping[str, Any]) -> dict[str, int]:
        """The counters as an item has them; those that it does not have are nothing."""
        return {name: int(item.get(name, 0)) for name in _COUNTED}

    @classmethod
    def sum(cls, lines: Iterable[Self]) -> "LedgerCounters":
        """Add up lines."""
        totals = dict.fromkeys(_COUNTED, 0)
        for line in lines:
            for name in _COUNTED:
                totals[name] += getattr(line, name)
        return LedgerCounters(**totals)


class LedgerLine(LedgerCounters):
    """What one source delivered of one type within one hour, or in one delivery."""

    source_id: str = Field(description="`unattributed`: records of which not even the source can be read.")
    data_type: str = Field(description="`unknown`: records of which not even the type can be read.")
    hour: Timestamp = Field(description="The start of the hour of receipt.")
    origin: Optional[str] = Field(default=None, description="The delivery; only where deliveries are asked for.")
    batch_id: Optional[str] = Field(default=None, description="The file of which the delivery is a part.")
    status: Optional[BatchStatus] = None
    received_at: Optional[Timestamp] = None
    restated: Optional[list[str]] = Field(default=None, description="Days that late rows of the delivery changed.")

    @property
    def place(self) -> tuple[str, ...]:
        """What tells lines of one moment apart."""
        return (self.source_id, self.data_type, self.origin or "")


class LedgerResponse(PageResponse):
    """One page of the ledger, the oldest first; the totals are those of all pages."""

    content: list[LedgerLine]
    totals: LedgerCounters
