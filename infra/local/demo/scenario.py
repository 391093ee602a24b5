"""The demo scenario, day by day, as the deliveries of its sources."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.local.demo.catalogue import Product, Shelves, product_records, stock_catalogue
from infra.local.demo.clickstream import Clicks
from infra.local.demo.fraud import FRAUD_SOURCE, FraudDecision, screen
from infra.local.demo.fulfilment import Fulfilment, Return, fulfil
from infra.local.demo.labels import label_decision
from infra.local.demo.sales import SHOPS, WEB, Market
from infra.local.demo.scale import Scale
from infra.local.demo.shoppers import Shopper, customer_records, gather_shoppers
from infra.local.demo.stock import STOCK_SOURCE, Stock
from infra.local.demo.window import DemoWindow, Record, midnight

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, datetime

CATALOGUE_SOURCE, CUSTOMER_SOURCE = "catalogue-1", "crm-central"
_UNITS_PER_ORDER = 3.6
_SHARE_OF_ORDERS = {"central": 0.72, "berlin": 0.08, "new-york": 0.20}
_DAYS_BETWEEN_COUNTS = 7


@dataclass(frozen=True, slots=True)
class _Size:
    orders: int
    products: int
    shoppers: int


_SIZES = {
    Scale.SMALL: _Size(2_000, 120, 900),
    Scale.MEDIUM: _Size(20_000, 320, 7_000),
    Scale.LARGE: _Size(200_000, 800, 50_000),
}


@dataclass(frozen=True, slots=True)
class DemoDelivery:
    """Records of one source, type and day."""

    day: date
    source_id: str
    data_type: str
    records: list[Record]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A demo: the same records for the same seed, scale and window."""

    seed: int
    scale: Scale
    window: DemoWindow

    def deliveries(self) -> Iterator[DemoDelivery]:
        """Yield the deliveries in order: products and customers, then each day with its records."""
        size = _SIZES[self.scale]
        products = stock_catalogue(self.seed, size.products, self.window)
        shoppers = gather_shoppers(self.seed, size.shoppers, self.window)
        first = self.window.first
        yield DemoDelivery(first, CATALOGUE_SOURCE, "products", list(product_records(products, self.window)))
        yield DemoDelivery(first, CUSTOMER_SOURCE, "customers", list(customer_records(shoppers, self.window)))
        yield from _Story(self, size, products, shoppers).days()


def demo(*, end: datetime, scale: Scale = Scale.SMALL, seed: int = 7) -> Scenario:
    """Describe the ninety days before an end; deliveries are generated on demand."""
    return Scenario(seed, scale, DemoWindow(end))


class _Story:
    """What one day hands to a later one: the stock, and lines on their way back."""

    def __init__(
        self, scenario: Scenario, size: _Size, products: Sequence[Product], shoppers: Sequence[Shopper]
    ) -> None:
        self._seed, self._window = scenario.seed, scenario.window
        shelves = Shelves(products)
        self._market = Market(self._seed, self._window, shelves, shoppers, size.orders)
        self._clicks = Clicks(self._seed, self._window, shelves, shoppers)
        weekly = size.orders / self._window.length * _DAYS_BETWEEN_COUNTS * _UNITS_PER_ORDER
        self._stock = Stock(products, {place: weekly * share for place, share in _SHARE_OF_ORDERS.items()})
        self._coming_back: defaultdict[date, list[Return]] = defaultdict(list)

    def days(self) -> Iterator[DemoDelivery]:
        for day in self._window.days():
            yield from (delivery for delivery in self._deliveries_of(day) if delivery.records)

    def _deliveries_of(self, day: date) -> Iterator[DemoDelivery]:
        if self._counts_on(day):
            yield DemoDelivery(day, STOCK_SOURCE, "inventory", list(self._stock.count(midnight(day))))
        # The last day is thought out to its midnight, so that a later end adds to the story and rewrites none of it.
        foreseen = [screen(self._seed, order, self._window) for order in self._market.place_orders(day)]
        decisions = [decision for decision in foreseen if self._window.holds(decision.order.placed_at)]
        fulfilments = [fulfil(self._seed, decision, self._window) for decision in decisions]
        for fulfilment in fulfilments:
            for back in fulfilment.returns:
                self._coming_back[back.at.date()].append(back)
        returns = self._coming_back.pop(day, [])
        yield from _sales(day, fulfilments, returns)
        yield DemoDelivery(day, WEB.source_id, "events", self._clicks.events(day, foreseen))
        yield DemoDelivery(day, FRAUD_SOURCE, "decisions", [decision.record for decision in decisions])
        yield from self._labels(day, decisions)
        self._move(fulfilments, returns)

    def _counts_on(self, day: date) -> bool:
        return day == self._window.last or (day - self._window.first).days % _DAYS_BETWEEN_COUNTS == 0

    def _labels(self, day: date, decisions: Iterable[FraudDecision]) -> Iterator[DemoDelivery]:
        by_source: defaultdict[str, list[Record]] = defaultdict(list)
        for decision in decisions:
            for source_id, record in label_decision(self._seed, decision, self._window):
                by_source[source_id].append(record)
        for source_id in sorted(by_source):
            yield DemoDelivery(day, source_id, "labels", by_source[source_id])

    def _move(self, fulfilments: Iterable[Fulfilment], returns: Iterable[Return]) -> None:
        for fulfilment in fulfilments:
            self._stock.sell(fulfilment)
        for back in returns:
            self._stock.take_back(back)
        self._stock.restock()


def _sales(day: date, fulfilments: Sequence[Fulfilment], returns: Sequence[Return]) -> Iterator[DemoDelivery]:
    for shop in SHOPS:
        here = [fulfilment for fulfilment in fulfilments if fulfilment.order.shop is shop]
        lines = [record for fulfilment in here for record in fulfilment.line_records()]
        lines += [back.record() for back in returns if back.order.shop is shop]
        yield DemoDelivery(day, shop.source_id, "transactions", lines)
        versions = [record for fulfilment in here for record in fulfilment.order_records()]
        yield DemoDelivery(day, shop.source_id, "orders", versions)
