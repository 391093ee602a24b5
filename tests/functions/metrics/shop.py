"""The records of a shop that has everything that can go wrong: returns, other currencies, edges of days, blanks."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
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
    """An order of zero amount, which does not count as an order."""
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
    line = _sale(number, chance)
    # Some returns write amounts with a minus sign, others do not.
    signs = {name: chance.choice((1, -1)) if line["quantity"] < 0 else 1 for name in ("discount", "tax", "shipping")}
    return line | {name: line[name] and line[name] * sign for name, sign in signs.items()}


def _sale(number: int, chance: Random) -> dict[str, Any]:
    day = OPENED + timedelta(days=chance.randrange(DAYS))
    return {
        "transaction_id": f"line-{number}",
        "order_id": f"order-{chance.randrange(600)}",
        "timestamp": day + _within_a_day(chance),
        "product_id": f"product-{chance.randrange(20)}",
        "quantity": chance.choice((1, 2, 3, 0.3333, -1, -2)),
        "unit_price": f"{chance.randrange(1, 9_999_999)}.{chance.randrange(1_000_000):06}"
        if chance.random() < 0.1
        else chance.choice((9.99, 0.1, 1250)),
        "discount": chance.choice((0, 0, 0.05, 1.234567)),
        "tax": chance.choice((None, 1.9, 0.070001)),
        "shipping": chance.choice((None, 0, 4.9)),
        "currency": chance.choice(("USD", "USD", "USD", "EUR", "GBP")),
        "region": chance.choice(REGIONS),
        "channel": chance.choice(CHANNELS),
        "product_category": chance.choice(CATEGORIES),
        "customer_segment": chance.choice(SEGMENTS),
        "status": chance.choice(("completed", "completed", "completed", "completed", "pending", "cancelled")),
        "customer_id": chance.choice((None, f"customer-{chance.randrange(80)}", f"customer-{chance.randrange(80)}")),
    }


def rates() -> list[Line]:
    """What euros are worth: unknown for a week, then known from one day to another. Of pounds nothing is known."""
    days = [OPENED.date() + timedelta(days=day) for day in (7, 8, 20, 33)]
    worth = ("1.0842", "1.07", "1.123456789012345", "0.98765")
    until = [*(day.isoformat() for day in days[1:]), "9999-12-31"]
    return [
        {"currency": "EUR", "valid_from": day.isoformat(), "valid_before": before, "rate": Decimal(rate)}
        for day, before, rate in zip(days, until, worth, strict=True)
    ]


def goods() -> list[Line]:
    """Products, some of which are of no category; one is in stock though it is none of them."""
    return [_product(number, number, OPENED if number < 5 else _MOVED) for number in range(11)]


def former_goods() -> list[Line]:
    """Earlier versions of some products, in other categories."""
    return [_product(number, number + 1, OPENED - timedelta(days=20)) for number in range(5, 11)]


def late_goods() -> list[Line]:
    """Versions of a time between the others that are delivered after everything else."""
    return [_product(number, number + 2, OPENED + timedelta(days=4, hours=7)) for number in range(7, 11)]


def versions() -> list[Line]:
    """All versions of all products."""
    return [*former_goods(), *late_goods(), *goods()]


_MOVED = OPENED + timedelta(days=12, hours=5, minutes=17)


def _product(number: int, category: int, updated_at: datetime) -> Line:
    return {
        "product_id": f"product-{number}",
        "name": f"Product {number}",
        "category": CATEGORIES[category % 3],
        "updated_at": updated_at,
    }


def stock(count: int = 400) -> list[Line]:
    """Counts of stock at any time of 45 days and long before them; some places are counted once and never again."""
    chance = Random(20250309)  # noqa: S311 # as above
    counts = [_count(chance, OPENED + timedelta(days=chance.randrange(DAYS))) for _ in range(count)]
    old = [_count(chance, datetime(2019, 5, 17, tzinfo=UTC)) | {"location": "cellar"} for _ in range(5)]
    return list({(each["product_id"], each["location"], each["timestamp"]): each for each in (*counts, *old)}.values())


def _count(chance: Random, day: datetime) -> dict[str, Any]:
    return {
        "product_id": f"product-{chance.randrange(12)}",
        "location": chance.choice(("default", "Berlin", "New York")),
        "timestamp": day + _within_a_day(chance),
        "quantity_on_hand": chance.choice((0, 1, 7, 12.5, 1000, 0.3333, -2, -0.5)),
    }


def visits(count: int = 500) -> list[Line]:
    """Events of sessions that last up to twenty hours, over midnights, a few with a purchase in them."""
    chance = Random(20250301)  # noqa: S311 # as above
    return [event for number in range(count) for event in _visit(number, chance)]


def _visit(number: int, chance: Random) -> list[Line]:
    begun = OPENED + timedelta(days=chance.randrange(DAYS)) + _within_a_day(chance)
    hours = chance.choice((1, 1, 20))
    return [
        {
            "event_id": f"event-{number}-{step}",
            "session_id": f"session-{number}",
            "timestamp": begun + timedelta(milliseconds=chance.randrange(hours * 3_600_000) * bool(step)),
            "event_type": chance.choice(("page_view", "product_view", "product_view", "add_to_cart", "purchase")),
            "region": chance.choice(REGIONS),
            "channel": chance.choice(CHANNELS),
            "product_category": chance.choice(CATEGORIES),
        }
        for step in range(chance.randint(1, 4))
    ]


def _within_a_day(chance: Random) -> timedelta:
    return chance.choice(EDGES) if chance.random() < 0.1 else timedelta(milliseconds=chance.randrange(86_400_000))
