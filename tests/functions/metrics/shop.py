"""Sale lines of a shop that has everything that can go wrong: returns, other currencies, edges of days, blanks."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

Line = Mapping[str, Any]
OPENED = datetime(2025, 2, 24, tzinfo=UTC)
DAYS = 45
REGIONS = ("EU", "US", "APAC", "O'Hara", "x') OR 1=1 --", None)
CHANNELS = ("web", "app", None)
CATEGORIES = ("tea", "Kräuter & mehr", None)
SEGMENTS = ("new", "loyal", None)
EDGES = (timedelta(), timedelta(milliseconds=1), timedelta(hours=23, minutes=59, seconds=59, milliseconds=999))


def lines(count: int = 1500) -> list[Line]:
    """Lines over 45 days in which clocks change in America and in Europe; the same ones every time."""
    chance = Random(20250330)  # noqa: S311 # a shop, not a secret
    return [*(_line(number, chance) for number in range(count)), *map(_given_away, range(DAYS))]


def _given_away(day: int) -> Line:
    """An order that comes to nothing, which is no order with a positive amount."""
    return _line(0, Random(0)) | {  # noqa: S311 # as above
        "transaction_id": f"gift-{day}",
        "order_id": f"gift-{day}",
        "timestamp": OPENED + timedelta(days=day, hours=12),
        "quantity": 1,
        "unit_price": 9.99,
        "discount": 9.99,
        "currency": "USD",
        "status": "completed",
    }


def _line(number: int, chance: Random) -> dict[str, Any]:
    day = OPENED + timedelta(days=chance.randrange(DAYS))
    within = chance.choice(EDGES) if chance.random() < 0.1 else timedelta(milliseconds=chance.randrange(86_400_000))
    return {
        "transaction_id": f"line-{number}",
        "order_id": f"order-{chance.randrange(600)}",
        "timestamp": day + within,
        "product_id": f"product-{chance.randrange(20)}",
        "quantity": chance.choice((1, 2, 3, 0.3333, -1, -2)),
        "unit_price": f"{chance.randrange(1, 9_999_999)}.{chance.randrange(1_000_000):06}"
        if chance.random() < 0.1
        else chance.choice((9.99, 0.1, 1250)),
        "discount": chance.choice((0, 0, 0.05, 1.234567)),
        "currency": chance.choice(("USD", "USD", "USD", "EUR", "GBP")),
        "region": chance.choice(REGIONS),
        "channel": chance.choice(CHANNELS),
        "product_category": chance.choice(CATEGORIES),
        "customer_segment": chance.choice(SEGMENTS),
        "status": chance.choice(("completed", "completed", "completed", "completed", "pending", "cancelled")),
    }
