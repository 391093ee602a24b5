"""What new deliveries add to the totals of their source: that they came, and how long after their latest events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from shared.ledger.entry import LedgerEntry
from shared.runtime.models import sortable

LAG_SLOTS = 9
"""Number of deliveries whose lag is kept."""

LAGS = tuple(f"lag_{slot}" for slot in range(LAG_SLOTS))
"""The attributes of a source's totals with the lags, in seconds."""


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """Terms of the clauses ADD and SET of an update of the totals, and their values."""

    added: Sequence[str] = ()
    assigned: Sequence[str] = ()
    values: Mapping[str, Any] = field(default_factory=dict)


def arrivals_of(entries: Sequence[LedgerEntry]) -> Arrival:
    """Return what the first entries of deliveries of a source add.

    A lag takes one of a few slots, which so have a sample of the last deliveries. The slot follows from the delivery:
    nothing has to be read for it.
    """
    if not entries:
        return Arrival()
    lags = {
        LAGS[crc32(each.delivery_id.encode()) % LAG_SLOTS]: int((each.received_at - each.latest_event).total_seconds())
        for each in entries
        if each.latest_event is not None
    }
    first = sortable(min(each.received_at for each in entries))
    return Arrival(
        added=("deliveries :deliveries",),
        assigned=("first_ingestion = if_not_exists(first_ingestion, :first)", *(f"{slot} = :{slot}" for slot in lags)),
        values={":deliveries": len(entries), ":first": first, **{f":{slot}": lag for slot, lag in lags.items()}},
    )
