"""What becomes of an order: the versions of its status, its sale lines, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from infra.local.demo.rng import seeded
from infra.local.demo.window import DemoWindow, Record, format_time

if TYPE_CHECKING:
    import random

    from infra.local.demo.fraud import FraudDecision
    from infra.local.demo.sales import Line, Order

_CHANGED_MIND = 0.02


@dataclass(frozen=True, slots=True)
class Return:
    """A sale line that came back."""

    order: Order
    line: Line
    at: datetime

    def record(self) -> Record:
        """Write it as a line of negative quantity that gives back what was paid."""
        sold = _line_record(self.order, self.line, "completed")
        paid_each = round(self.line.net / self.line.quantity / 100, 4)
        return sold | {
            "transaction_id": f"{self.line.transaction_id}-R",
            "timestamp": format_time(self.at),
            "quantity": -self.line.quantity,
            "unit_price": paid_each,
            "discount": 0,
        }


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """An order's history as far as it had happened by the window's end."""

    order: Order
    path: tuple[tuple[str, datetime], ...]
    leaves_at: datetime
    line_status: str
    returns: tuple[Return, ...]

    def order_records(self) -> list[Record]:
        """Write one version per status."""
        return [_order_record(self.order, status, at) for status, at in self.path]

    def line_records(self) -> list[Record]:
        """Write the sale lines."""
        return [_line_record(self.order, line, self.line_status) for line in self.order.lines]


def fulfil(seed: int, decision: FraudDecision, window: DemoWindow) -> Fulfilment:
    """Follow an order from the decision about it to its end."""
    order = decision.order
    rng = seeded(seed, "fulfilment", order.order_id)
    path = _path(rng, decision)
    delivered = path[-1][1] if path[-1][0] == "delivered" else None
    returns = _returns(rng, order, delivered) if delivered else []
    leaves_at = next((at for status, at in path if status in {"shipped", "delivered"}), order.placed_at)
    if returns and len(returns) == len(order.lines):
        path.append(("returned", max(back.at for back in returns)))
    happened = tuple((status, at) for status, at in path if window.holds(at))
    came_back = tuple(back for back in returns if window.holds(back.at))
    return Fulfilment(order, happened, leaves_at, _line_status(path, happened), came_back)


def _path(rng: random.Random, decision: FraudDecision) -> list[tuple[str, datetime]]:
    placed = decision.order.placed_at
    if decision.stopped:
        wait = timedelta(seconds=2) if decision.outcome == "decline" else timedelta(minutes=rng.randint(45, 600))
        return [("placed", placed), ("cancelled", placed + wait)]
    paid = placed + timedelta(seconds=rng.randint(20, 900))
    if decision.order.channel == "store":
        return [("placed", placed), ("paid", paid), ("delivered", paid + timedelta(minutes=1))]
    if rng.random() < _CHANGED_MIND:
        return [("placed", placed), ("paid", paid), ("cancelled", paid + timedelta(minutes=rng.randint(5, 300)))]
    shipped = paid + timedelta(hours=rng.uniform(4, 50))
    return [
        ("placed", placed),
        ("paid", paid),
        ("shipped", shipped),
        ("delivered", shipped + timedelta(hours=rng.uniform(18, 110))),
    ]


def _line_status(path: list[tuple[str, datetime]], happened: tuple[tuple[str, datetime], ...]) -> str:
    if happened[-1][0] == "cancelled":
        return "cancelled"
    return "pending" if len(happened) == 1 < len(path) else "completed"


def _returns(rng: random.Random, order: Order, delivered: datetime) -> list[Return]:
    return [
        Return(order, line, delivered + timedelta(days=rng.uniform(1, 14)))
        for line in order.lines
        if rng.random() < line.product.category.return_rate
    ]


def _order_record(order: Order, status: str, at: datetime) -> Record:
    record: Record = {
        "order_id": order.order_id,
        "timestamp": format_time(order.placed_at),
        "status": status,
        "total_amount": order.total / 100,
        "currency": order.shop.currency,
        "item_count": sum(line.quantity for line in order.lines),
        "channel": order.channel,
        "region": order.shopper.region,
        "updated_at": format_time(at),
    }
    return record if order.guest else record | {"customer_id": order.shopper.customer_id}


def _line_record(order: Order, line: Line, status: str) -> Record:
    record: Record = {
        "transaction_id": line.transaction_id,
        "timestamp": format_time(order.placed_at),
        "order_id": order.order_id,
        "product_id": line.product.product_id,
        "product_name": line.product.name,
        "product_category": line.product.category.name,
        "quantity": line.quantity,
        "unit_price": line.price / 100,
        "unit_cost": line.cost / 100,
        "discount": line.discount / 100,
        "currency": order.shop.currency,
        "channel": order.channel,
        "region": order.shopper.region,
        "status": status,
    }
    if order.guest:
        return record
    return record | {"customer_id": order.shopper.customer_id, "customer_segment": order.shopper.segment}
