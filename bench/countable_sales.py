"""Sales with sums that are easy to predict, and the expected answer to each question after a number of deliveries.

Each delivery adds orders of two lines at 1.00 and corrects the first lines of the one before to 2.00. Most are of the
last month; now and then one is of an earlier month.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

LINES, CORRECTED = 40, 10
MONTHS = tuple(date(2026, month, 1) for month in range(1, 8))
"""The first days of the months with sales, and that of the month after them."""
REGIONS = ("Germany", "France", "Spain")
_FIRST = MONTHS[0]
_DAYS = (MONTHS[-1] - _FIRST).days
_EARLIER_EVERY = 40
_REVENUE, _LINES, _ORDERS = range(3)
_METRICS = {
    "revenue": (_REVENUE, None),
    "transactions": (_LINES, None),
    "average_order_value": (_REVENUE, _ORDERS),
}

Answer = tuple[Mapping[date, float], float]
"""The value of each bucket by its first day, and the total."""


@dataclass(frozen=True)
class Asked:
    """A question: a metric over whole months, by day or month, of one region or all."""

    metric: str
    first: int
    last: int
    granularity: str
    region: str | None

    @property
    def parameters(self) -> dict[str, list[str]]:
        """The question in the form of the route's parameters."""
        filters = {} if self.region is None else {"filters.region": [self.region]}
        return {
            "metric_type": [self.metric],
            "granularity": [self.granularity],
            "time_range[start]": [f"{MONTHS[self.first]}T00:00:00Z"],
            "time_range[end]": [f"{MONTHS[self.last]}T00:00:00Z"],
            **filters,
        }


class Books:
    """The sums by day and region after each number of deliveries."""

    def __init__(self) -> None:
        self._pages = [np.zeros((_DAYS, len(REGIONS), 3), np.int64)]

    def __len__(self) -> int:
        return len(self._pages)

    def write(self, number: int) -> None:
        """Add a delivery; they come in order."""
        page = self._pages[number].copy()
        for line in range(LINES):
            page[_day(number, line), _region(line)] += (1, 1, 1 - line % 2)
        for line in range(CORRECTED if number else 0):
            page[_day(number - 1, line), _region(line), _REVENUE] += 1
        self._pages.append(page)

    def told(self, deliveries: int, asked: Asked) -> Answer:
        """Return the right answer after so many deliveries."""
        page = self._pages[deliveries]
        sums = page.sum(axis=1) if asked.region is None else page[:, REGIONS.index(asked.region)]
        values = {first: _value(asked.metric, sums[slice(*_places(first, last))]) for first, last in _buckets(asked)}
        total = _value(asked.metric, sums[slice(*_places(MONTHS[asked.first], MONTHS[asked.last]))])
        return {first: value for first, value in values.items() if value is not None}, total or 0.0


def lines_of(number: int) -> Iterator[dict[str, Any]]:
    """Yield the records of a delivery."""
    for line in range(LINES):
        yield _record(number, line, "1.00")
    for line in range(CORRECTED if number else 0):
        yield _record(number - 1, line, "2.00")


def _record(number: int, line: int, price: str) -> dict[str, Any]:
    moment = datetime(_FIRST.year, _FIRST.month, _FIRST.day, 12, line, tzinfo=UTC)
    return {
        "transaction_id": f"{number}-{line}",
        "order_id": f"order-{number}-{line // 2}",
        "timestamp": (moment + timedelta(days=_day(number, line))).isoformat(),
        "product_id": "thing",
        "quantity": 1,
        "unit_price": price,
        "currency": "USD",
        "region": REGIONS[_region(line)],
        "status": "completed",
    }


def _day(number: int, line: int) -> int:
    """Return the day of a line as its place among all days; the lines of an order are of one day."""
    earlier, last = number // _EARLIER_EVERY % (len(MONTHS) - 2), len(MONTHS) - 2
    month = last if number % _EARLIER_EVERY else earlier
    return (MONTHS[month] - _FIRST).days + (number * 3 + line // 4) % 28


def _region(line: int) -> int:
    return line // 2 % len(REGIONS)


def _places(first: date, after: date) -> tuple[int, int]:
    return (first - _FIRST).days, (after - _FIRST).days


def _buckets(asked: Asked) -> Iterator[tuple[date, date]]:
    start, end = MONTHS[asked.first], MONTHS[asked.last]
    if asked.granularity == "monthly":
        yield from zip(MONTHS[asked.first : asked.last], MONTHS[asked.first + 1 : asked.last + 1], strict=True)
        return
    for day in range((end - start).days):
        yield start + timedelta(days=day), start + timedelta(days=day + 1)


def _value(metric: str, sums: Any) -> float | None:
    numerator, denominator = _METRICS[metric]
    top = float(sums[:, numerator].sum())
    if denominator is None:
        return top
    below = float(sums[:, denominator].sum())
    return top / below if below else None
