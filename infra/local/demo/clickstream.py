"""What visitors do in the web shop and the app: sessions, a few of which end in an order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from infra.local.demo.demand import moment_online
from infra.local.demo.rng import WeightedChoice, count_near, seeded
from infra.local.demo.shoppers import shoppers_of
from infra.local.demo.window import DemoWindow, Record, format_time

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence
    from datetime import date

    from infra.local.demo.catalogue import Product, Shelves
    from infra.local.demo.fraud import FraudDecision
    from infra.local.demo.sales import Order
    from infra.local.demo.shoppers import Shopper

Step = tuple[str, "Product | None"]
"""An event's type and the product it is about."""

_SESSIONS_PER_ORDER = 8.0
_KNOWN_SHARE = 0.55
_DEPTH = WeightedChoice(("bounce", "look", "cart", "checkout"), (0.52, 0.33, 0.11, 0.04))


@dataclass(frozen=True, slots=True)
class _Session:
    number: int
    day: date
    shopper: Shopper
    channel: str
    known: bool
    order_id: str | None = None

    def records(self, starts_at: datetime, steps: Sequence[tuple[Step, int]]) -> Iterator[tuple[datetime, Record]]:
        at = starts_at
        for place, ((event_type, product), pause) in enumerate(steps, start=1):
            yield at, self._record(place, at, event_type, product)
            at += timedelta(seconds=pause)

    def _record(self, place: int, at: datetime, event_type: str, product: Product | None) -> Record:
        session_id = f"S-{self.day:%Y%m%d}-{self.number:05d}"
        record: Record = {
            "event_id": f"E{session_id[1:]}-{place}",
            "timestamp": format_time(at),
            "session_id": session_id,
            "event_type": event_type,
            "channel": self.channel,
            "region": self.shopper.region,
            "device": "mobile" if self.channel == "app" else self.shopper.device,
        }
        if self.known:
            record["customer_id"] = self.shopper.customer_id
        if product:
            record |= {"product_id": product.product_id, "product_category": product.category.name}
        if event_type == "purchase":
            record["order_id"] = self.order_id
        return record


@dataclass(frozen=True, slots=True)
class Clicks:
    """The visitors of the window's days."""

    seed: int
    window: DemoWindow
    shelves: Shelves
    shoppers: Sequence[Shopper]

    def events(self, day: date, decisions: Sequence[FraudDecision]) -> list[Record]:
        """List a day's events in the order they happened: those that led to its orders, and idle ones."""
        rng = seeded(self.seed, "clickstream", day)
        online = [decision for decision in decisions if decision.order.channel != "store"]
        timed = [event for number, decision in enumerate(online, 1) for event in _buying(rng, day, number, decision)]
        timed += self._browsing(rng, day, len(online))
        timed.sort(key=lambda event: (event[0], event[1]["event_id"]))
        return [record for at, record in timed if self.window.holds(at)]

    def _browsing(self, rng: random.Random, day: date, orders: int) -> Iterator[tuple[datetime, Record]]:
        visitors = shoppers_of(self.shoppers, day)
        for number in range(count_near(rng, orders * (_SESSIONS_PER_ORDER - 1))):
            shopper = visitors(rng)
            channel = "app" if shopper.channel == "app" else "web"
            session = _Session(orders + number + 1, day, shopper, channel, known=rng.random() < _KNOWN_SHARE)
            steps = [(step, rng.randint(4, 90)) for step in _idle_steps(rng, shopper, self.shelves)]
            yield from session.records(moment_online(rng, day, shopper.hour), steps)


def _buying(rng: random.Random, day: date, number: int, decision: FraudDecision) -> list[tuple[datetime, Record]]:
    order = decision.order
    steps = [(step, rng.randint(5, 120)) for step in _steps_to_checkout(rng, order)]
    # Every step is timed back from the last, so that the purchase is the very moment the order was placed.
    starts_at = order.placed_at - timedelta(seconds=sum(pause for _, pause in steps))
    # A declined payment never gets past the checkout.
    bought = () if decision.outcome == "decline" else order.lines
    session = _Session(number, day, order.shopper, order.channel, known=True, order_id=order.order_id)
    return list(session.records(starts_at, [*steps, *((("purchase", line.product), 0) for line in bought)]))


def _steps_to_checkout(rng: random.Random, order: Order) -> Iterator[Step]:
    yield "page_view", None
    for line in order.lines:
        if rng.random() < 0.3:  # noqa: PLR2004 (a share of the story)
            yield "search", None
        yield "product_view", line.product
        yield "add_to_cart", line.product
    yield "checkout", None


def _idle_steps(rng: random.Random, shopper: Shopper, shelves: Shelves) -> Iterator[Step]:
    depth = _DEPTH(rng)
    yield "page_view", None
    if depth == "bounce":
        return
    looked_at = [shelves.pick(rng, shopper.favourites) for _ in range(rng.randint(1, 3))]
    for product in looked_at:
        yield "product_view", product
    if depth == "look":
        return
    yield "add_to_cart", looked_at[-1]
    if depth == "checkout":
        yield "checkout", None
    elif rng.random() < 0.3:  # noqa: PLR2004 (a share of the story)
        yield "remove_from_cart", looked_at[-1]
