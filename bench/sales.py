"""Sale lines to measure with: as many as asked for, always the same."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

CATEGORIES = [f"category-{number}" for number in range(12)]
REGIONS = ["Germany", "France", "United Kingdom", "Spain", "Italy", "Poland"]
CHANNELS = ["web", "store", "app"]
DAY = datetime(2026, 3, 2, tzinfo=UTC)


def sale_lines(count: int, *, first: int = 0, day: datetime = DAY) -> list[dict[str, Any]]:
    """Lines of one day in the form that clients send."""
    chance = random.Random(first)  # noqa: S311 # plausible, not secret
    return [_line(first + number, chance, day) for number in range(count)]


def _line(number: int, chance: random.Random, day: datetime) -> dict[str, Any]:
    product = chance.randrange(4000)
    return {
        "transaction_id": f"line-{number:010d}",
        "timestamp": (day + timedelta(milliseconds=chance.randrange(86_400_000))).isoformat(timespec="milliseconds"),
        "product_id": f"product-{product:05d}",
        "quantity": chance.randint(1, 12),
        "unit_price": round(chance.uniform(0.5, 80), 2),
        "order_id": f"order-{number // 4:09d}",
        "customer_id": f"customer-{chance.randrange(50_000):06d}",
        "product_name": f"A thing of kind {product} for home and garden",
        "product_category": CATEGORIES[product % len(CATEGORIES)],
        "currency": "USD",
        "channel": chance.choice(CHANNELS),
        "region": chance.choice(REGIONS),
        "status": "completed",
    }
