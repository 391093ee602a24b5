"""How a source behaves, told from when and how it delivered, as rules without I/O."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.ledger.entry import LedgerEntry

MISSED_CADENCES = 3
"""After so many expected deliveries that did not come a source is no longer active."""

FAILING_DELIVERIES = 3
"""So many deliveries in a row of which nothing was good make an error."""


def is_overdue(
    last_ingestion: datetime | None, now: datetime, *, cadence: timedelta | None, otherwise: timedelta
) -> bool:
    """Whether a source is silent for longer than it should be.

    Args:
        last_ingestion: when it last delivered; None if it never did.
        now: the present moment.
        cadence: how often it is expected to deliver, if that is known.
        otherwise: how long a source may be silent of which it is not.
    """
    allowed_silence = otherwise if cadence is None else MISSED_CADENCES * cadence
    return last_ingestion is None or now - last_ingestion > allowed_silence


def is_failing(latest: Sequence["LedgerEntry"]) -> bool:
    """Whether all rows of the latest deliveries are in quarantine; cancelled deliveries do not count."""
    recent = [each for each in latest if not each.cancelled][:FAILING_DELIVERIES]
    return bool(recent) and all(each.quarantined == each.received for each in recent)
