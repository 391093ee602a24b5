"""What a new delivery adds to the totals of its source: that it came, and how long after its latest event."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from shared.ledger.entry import LedgerEntry

LAG_SLOTS = 9
"""Number of deliveries whose lag is kept."""

LAGS = tuple(f"lag_{slot}" for slot in range(LAG_SLOTS))
"""The attributes of a source's totals with the lags, in seconds."""


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """Terms of the clauses ADD and SET of an update of the totals, and their values; `:at` is the time of receipt."""

    added: Sequence[str] = ()
    assigned: Sequence[str] = ()
    values: Mapping[str, Any] = field(default_factory=dict)


NO_ARRIVAL = Arrival()
"""A change of an entry that is in the ledger already."""


def arrival_of(entry: LedgerEntry) -> Arrival:
    """Return what the first entry of a delivery adds.

    Its lag takes one of a few slots, which so have a sample of the last deliveries. The slot follows from the delivery:
    nothing has to be read for it.
    """
    counted, first = "deliveries :one", "first_ingestion = if_not_exists(first_ingestion, :at)"
    if entry.latest_event is None:
        return Arrival(added=(counted,), assigned=(first,), values={":one": 1})
    slot = LAGS[crc32(entry.delivery_id.encode()) % LAG_SLOTS]
    lag = int((entry.received_at - entry.latest_event).total_seconds())
    return Arrival(added=(counted,), assigned=(first, f"{slot} = :lag"), values={":one": 1, ":lag": lag})
