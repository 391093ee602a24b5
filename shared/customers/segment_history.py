"""The segment history of a customer: a stay begins and ends with the run that finds the change. Pure."""

from collections.abc import Sequence
from datetime import datetime

from shared.customers.models import SegmentStay

MOST_STAYS = 50


def extend(before: Sequence[SegmentStay], segment_id: str, at: datetime) -> list[SegmentStay]:
    """Append the current segment to a history if it changed; only the latest stays are retained."""
    if not before:
        return [SegmentStay(segment=segment_id, entered=at, left=None)]
    last = before[-1]
    if last.segment == segment_id:
        return list(before)
    ended = last.model_copy(update={"left": at})
    return [*before[:-1], ended, SegmentStay(segment=segment_id, entered=at, left=None)][-MOST_STAYS:]
