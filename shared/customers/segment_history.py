"""Who was in which segment when: a stay begins when a run finds a customer there, and ends when one does not. Pure."""

from collections.abc import Sequence
from datetime import datetime

from shared.customers.models import SegmentStay

MOST_STAYS = 50


def extend(before: Sequence[SegmentStay], segment_id: str, at: datetime) -> list[SegmentStay]:
    """Write on where a customer is: nothing changes for who stays; only the latest stays are kept."""
    if not before:
        return [SegmentStay(segment=segment_id, entered=at, left=None)]
    last = before[-1]
    if last.segment == segment_id:
        return list(before)
    ended = last.model_copy(update={"left": at})
    return [*before[:-1], ended, SegmentStay(segment=segment_id, entered=at, left=None)][-MOST_STAYS:]
