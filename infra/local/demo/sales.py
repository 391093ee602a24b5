"""A day's orders with their lines, before screening and shipping."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.local.demo.catalogue import CATEGORIES
from infra.local.demo.demand import demand, moment_in_store, moment_online
from infra.local.demo.episodes import ATTACK, ATTACKED, CAMPAIGN
from infra.local.demo.rng import WeightedChoice, count_near, seeded
from infra.local.demo.shoppers import Shopper, shoppers_of

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from infra.local.demo.catalogue import Product, Shelves
    from infra.local.demo.window import DemoWindow

_FRAUD_RATE = {"web": 0.055, "app": 0.05, "store": 0.006}
_FRAUD_HOURS = WeightedChoice(range(24), (6, 7, 8, 8, 7, 5, 3, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 4, 4, 5))
_WANTED_BY_THIEVES = ("electronics", "electronics", "electronics", "apparel")
_ON_ATTACKED_SHELVES = tuple(category.name for category in CATEGORIES if category.merchant == ATTACKED)
_ORDERS_OF_ATTACKERS = 0.5
"""Their share of an ordinary day's orders, on top of these."""

_LINES = WeightedChoice((1, 2, 3, 4, 5, 6), (0.34, 0.27, 0.18, 0.11, 0.06, 0.04))
_UNITS = WeightedChoice((1, 2, 3, 4, 6), (0.70, 0.18, 0.06, 0.03, 0.03))
_CAMPAIGN_PERCENT, _COUPON_PERCENT = 15, 10
_COUPON_SHARE, _GUEST_SHARE, _OFF_HABIT_SHARE = 0.07, 0.3, 0.15
_EUR_PER_USD = 0.92


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop: its source, its currency and the location of its stock."""

    source_id: str
    currency: str
    location: str


WEB = Shop("web-shop", "USD", "central")
_STORES = {"EU": Shop("pos-berlin", "EUR", "berlin"), "US": Shop("pos-new-york", "USD", "new-york")}
SHOPS = (WEB, *_STORES.values())


@dataclass(frozen=True, slots=True)
class Line:
    """One product of an order; amounts are cents of the shop's currency."""

    transaction_id: str
    product: Product
    quantity: int
    price: int
    cost: int
    discount: int

    @property
    def net(self) -> int:
        """What the line brings in."""
        return self.quantity * self.price - self.discount


@dataclass(frozen=True, slots=True)
class Order:
    """A placed order and the truth about it, which no record states."""

    order_id: str
    placed_at: datetime
    shop: Shop
    channel: str
    shopper: Shopper
    guest: bool
    fraudulent: bool
    lines: tuple[Line, ...]

    @property
    def total(self) -> int:
        """What the order comes to, in cents."""
        return sum(line.net for line in self.lines)

    @property
    def device(self) -> str:
        """What it was placed on."""
        return "terminal" if self.channel == "store" else self.shopper.device


@dataclass(frozen=True, slots=True)
class Market:
    """Who meets what, and how busy an ordinary day is."""

    seed: int
    window: DemoWindow
    shelves: Shelves
    shoppers: Sequence[Shopper]
    orders: int

    def place_orders(self, day: date) -> list[Order]:
        """Place a whole day's orders, in the order they happen."""
        rng = seeded(self.seed, "sales", day)
        passing = shoppers_of(self.shoppers, day)
        count = count_near(rng, self.orders * demand(self.window, day) / self._whole_demand())
        orders = [self._order(rng, day, number, _visit(rng, passing(rng))) for number in range(count)]
        if ATTACK.covers(self.window, day):
            orders += self._attack(day, count, passing)
        return sorted(orders, key=lambda order: order.placed_at)

    def _whole_demand(self) -> float:
        return sum(demand(self.window, day) for day in self.window.days())

    def _attack(self, day: date, count: int, passing: Callable[[random.Random], Shopper]) -> list[Order]:
        rng = seeded(self.seed, "attack", day)
        more = count_near(rng, count * _ORDERS_OF_ATTACKERS)
        return [
            self._order(rng, day, count + number, _Visit(passing(rng), "web", _ON_ATTACKED_SHELVES, fraudulent=True))
            for number in range(more)
        ]

    def _order(self, rng: random.Random, day: date, number: int, visit: _Visit) -> Order:
        order_id = f"O-{day:%Y%m%d}-{number + 1:04d}"
        return Order(
            order_id=order_id,
            placed_at=visit.moment(rng, day),
            shop=visit.shop,
            channel=visit.channel,
            shopper=visit.shopper,
            guest=visit.channel == "store" and rng.random() < _GUEST_SHARE,
            fraudulent=visit.fraudulent,
            lines=self._lines(rng, day, order_id, visit),
        )

    def _lines(self, rng: random.Random, day: date, order_id: str, visit: _Visit) -> tuple[Line, ...]:
        percent = self._discount_percent(rng, day)
        picked = {product.product_id: product for product in visit.pick(rng, self.shelves)}
        return tuple(
            visit.line(f"{order_id}-{number}", product, quantity=_UNITS(rng), day=day, percent=percent)
            for number, product in enumerate(picked.values(), start=1)
        )

    def _discount_percent(self, rng: random.Random, day: date) -> int:
        coupon = rng.random() < _COUPON_SHARE
        if CAMPAIGN.covers(self.window, day):
            return _CAMPAIGN_PERCENT
        return _COUPON_PERCENT if coupon else 0


@dataclass(frozen=True, slots=True)
class _Visit:
    """Who comes where and for what: what goes into the basket, and at what money."""

    shopper: Shopper
    channel: str
    wanted: Sequence[str]
    fraudulent: bool

    @property
    def shop(self) -> Shop:
        return _STORES[self.shopper.region] if self.channel == "store" else WEB

    def moment(self, rng: random.Random, day: date) -> datetime:
        if self.channel == "store":
            return moment_in_store(rng, day, self.shopper.region)
        return moment_online(rng, day, _FRAUD_HOURS(rng) if self.fraudulent else self.shopper.hour)

    def pick(self, rng: random.Random, shelves: Shelves) -> list[Product]:
        return [shelves.pick(rng, self.wanted) for _ in range(_LINES(rng))]

    def line(self, transaction_id: str, product: Product, *, quantity: int, day: date, percent: int) -> Line:
        rate = _EUR_PER_USD if self.shop.currency == "EUR" else 1.0
        price = round(product.price_on(day) * rate)
        return Line(
            transaction_id=transaction_id,
            product=product,
            quantity=quantity,
            price=price,
            cost=round(product.cost * rate),
            discount=quantity * price * percent // 100,
        )


def _visit(rng: random.Random, shopper: Shopper) -> _Visit:
    channel = _channel(rng, shopper)
    fraudulent = rng.random() < _FRAUD_RATE[channel]
    wanted = _WANTED_BY_THIEVES if fraudulent else shopper.favourites
    return _Visit(shopper, channel, wanted, fraudulent)


def _channel(rng: random.Random, shopper: Shopper) -> str:
    if rng.random() < _OFF_HABIT_SHARE:
        return "app" if shopper.device == "mobile" else "web"
    return shopper.channel
