"""Sums over the customers of a segment, which slices compute and a computation adds up. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Self

from pydantic import TypeAdapter

from shared.customers.facts import CustomerFacts
from shared.runtime.numbers import EXACT, ZERO


@dataclass(frozen=True, kw_only=True)
class SegmentSums:
    """The sums of one segment; the order in which they are added does not matter.

    `bought_before` counts the customers with an order in the 90 days before the last 90, `retained` those of them who
    have one in the last 90 days as well.
    """

    customers: int = 0
    net_amount: Decimal = ZERO
    orders: int = 0
    paid_orders: int = 0
    days_since_last_order: int = 0
    bought_before: int = 0
    retained: int = 0
    excluded_records: int = 0

    @classmethod
    def of(cls, facts: CustomerFacts, last_day: date) -> Self:
        """Return the sums of a single customer."""
        return cls(
            customers=1,
            net_amount=facts.net_amount,
            orders=facts.orders,
            paid_orders=facts.paid_orders,
            days_since_last_order=(last_day - facts.last_purchase.date()).days,
            bought_before=facts.orders_90d_before > 0,
            retained=facts.orders_90d_before > 0 and facts.orders_last_90d > 0,
            excluded_records=facts.excluded_records,
        )

    def __add__(self, other: "SegmentSums") -> "SegmentSums":
        """Add up sums, amounts exactly."""
        whole = {name: getattr(self, name) + getattr(other, name) for name in _COUNTS}
        return SegmentSums(net_amount=EXACT.add(self.net_amount, other.net_amount), **whole)


@dataclass(frozen=True, kw_only=True)
class SliceSums:
    """What a slice contributes: the sums by segment, and how many of its customers the previous computation had."""

    segments: Mapping[str, SegmentSums]
    known_before: int

    def to_json(self) -> bytes:
        """Write as JSON, decimals as text."""
        return _SLICE.dump_json(self)

    @staticmethod
    def from_json(body: bytes) -> "SliceSums":
        """Read what `to_json` wrote."""
        return _SLICE.validate_json(body)


def add_up(slices: Iterable[SliceSums]) -> SliceSums:
    """Add up slices."""
    totals: defaultdict[str, SegmentSums] = defaultdict(SegmentSums)
    known_before = 0
    for each in slices:
        known_before += each.known_before
        for segment, sums in each.segments.items():
            totals[segment] += sums
    return SliceSums(segments=dict(totals), known_before=known_before)


_COUNTS = tuple(each.name for each in fields(SegmentSums) if each.name != "net_amount")
_SLICE: TypeAdapter[SliceSums] = TypeAdapter(SliceSums)
