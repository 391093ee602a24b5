"""RFM scores (quintiles by value), and the segment derived from them. Pure.

Equal values always have equal scores, and scores depend only on the order of the values:

- frequency and monetary: 1 + floor(5 x share of customers with a strictly lower value). Ties take the lowest place, so
  if 97 % purchased once, they score 1, and customers who purchased twice score 5.
- recency: 5 - floor(5 x share of customers who purchased on a strictly later day). Ties take the best place, so
  customers who purchased on the last day score 5.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from shared.customers.segments import BY_CELL, Segment

_QUINTILES = 5


V = TypeVar("V", int, Decimal, date)


@dataclass(frozen=True)
class Scores:
    """A customer's three scores, each 1 (worst) to 5 (best)."""

    recency: int
    frequency: int
    monetary: int

    @property
    def value(self) -> int:
        """The mean of the frequency and monetary scores, halves rounded up."""
        return (self.frequency + self.monetary + 1) // 2

    @property
    def segment(self) -> Segment:
        """The segment of the cell that the scores select."""
        return BY_CELL[self.recency, self.value]


def score_customers(last_days: Sequence[date], orders: Sequence[int], amounts: Sequence[Decimal]) -> list[Scores]:
    """Score customers against each other by the day of the last purchase, the number of orders and the net amount."""
    ranked = zip(high_when_late(last_days), high_when_large(orders), high_when_large(amounts), strict=True)
    return [Scores(recency, frequency, monetary) for recency, frequency, monetary in ranked]


def high_when_large(values: Sequence[V]) -> list[int]:
    """Score values so that the largest are best and ties take the lowest place."""
    ordered = sorted(values)
    score = {value: 1 + _QUINTILES * bisect_left(ordered, value) // len(ordered) for value in set(values)}
    return [score[value] for value in values]


def high_when_late(days: Sequence[date]) -> list[int]:
    """Score days so that the latest are best and ties take the best place."""
    ordered = sorted(days)
    count = len(ordered)
    score = {day: _QUINTILES - _QUINTILES * (count - bisect_right(ordered, day)) // count for day in set(days)}
    return [score[day] for day in days]
