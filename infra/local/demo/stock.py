"""Stock levels per product and location, lowered by sales, raised by returns and restocking."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from infra.local.demo.window import Record, format_time

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from infra.local.demo.catalogue import Product
    from infra.local.demo.fulfilment import Fulfilment, Return

STOCK_SOURCE = "warehouse-1"
_WEEKS_HELD, _LEAST, _REORDER_BELOW = 5, 6, 0.35


class Stock:
    """The levels of every product in every location, as the days go by."""

    def __init__(self, products: Sequence[Product], weekly_units: Mapping[str, float]) -> None:
        self._products = [product for product in products if not product.withdrawn]
        whole = sum(product.popularity for product in self._products)
        self._target = {
            (product.product_id, location): max(_LEAST, round(units * _WEEKS_HELD * product.popularity / whole))
            for location, units in weekly_units.items()
            for product in self._products
        }
        self._locations = tuple(weekly_units)
        self._level = dict(self._target)
        self._waiting: list[tuple[datetime, tuple[str, str], int]] = []

    def sell(self, fulfilment: Fulfilment) -> None:
        """Take an order's units off the shelves, unless it was cancelled."""
        if fulfilment.line_status == "cancelled":
            return
        location = fulfilment.order.shop.location
        for line in fulfilment.order.lines:
            key = (line.product.product_id, location)
            self._level[key] -= line.quantity
            if self._level[key] < 0:  # the last units come straight from the supplier
                self._level[key] += self._target[key] + line.quantity
            self._waiting.append((fulfilment.leaves_at, key, line.quantity))

    def take_back(self, returned: Return) -> None:
        """Put a returned line's units back where they were sold."""
        self._level[(returned.line.product.product_id, returned.order.shop.location)] += returned.line.quantity

    def restock(self) -> None:
        """Fill what has run low up to its target."""
        for key, target in self._target.items():
            if self._level[key] < target * _REORDER_BELOW:
                self._level[key] = target

    def count(self, at: datetime) -> Iterator[Record]:
        """Return the levels at an instant; stock to be shipped is still on hand, but reserved."""
        self._waiting = [sold for sold in self._waiting if sold[0] > at]
        reserved: Counter[tuple[str, str]] = Counter()
        for _, key, quantity in self._waiting:
            reserved[key] += quantity
        for location in self._locations:
            for product in self._products:
                key = (product.product_id, location)
                yield {
                    "product_id": product.product_id,
                    "timestamp": format_time(at),
                    "location": location,
                    "quantity_on_hand": self._level[key] + reserved[key],
                    "reserved": reserved[key],
                    "unit_cost": product.cost / 100,
                }
