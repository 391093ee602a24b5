"""RFM scores (quintiles by value), and the segment derived from them. Pure.

Equal values always have equal scores, and scores depend only on the order of the values:

- frequency and monetary: 1 + floor(5 x share of customers with a strictly lower value). Ties take the lowest place, so
  if 97 % purchased once, they score 1, and customers who purchased twice score 5.
- recency: 5 - floor(5 x share of customers who purchased on a strictly later day). Ties take the best place, so
  customers who purchased on the last day score 5.

The share of lower values reaches k fifths exactly for the values above the ceil(k n / 5)-th smallest of n values, so
four boundaries of each measure stand for all customers.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from shared.customers.segments import BY_CELL, Segment
from shared.runtime.models import Model

_BEST, _WORST = 5, 1


class Boundaries(Model):
    """The values of each measure at or below which a fifth, two, three and four fifths of all customers are.

    They are in ascending order; recency is in days since the last purchase.
    """

    recency: Sequence[Decimal]
    frequency: Sequence[Decimal]
    monetary: Sequence[Decimal]


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


def score(boundaries: Boundaries, *, days_since: int, orders: int, net_amount: Decimal) -> Scores:
    """Score a customer against all others by the days since the last purchase, the orders and the net amount."""
    return Scores(
        recency=_BEST - _exceeded(boundaries.recency, Decimal(days_since)),
        frequency=_WORST + _exceeded(boundaries.frequency, Decimal(orders)),
        monetary=_WORST + _exceeded(boundaries.monetary, net_amount),
    )


def _exceeded(boundaries: Sequence[Decimal], value: Decimal) -> int:
    return bisect_left(boundaries, value)
