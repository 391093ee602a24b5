"""A shop in which everything is there that can go wrong with products: costs that change, blanks, gaps, edges."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

Row = Mapping[str, Any]
OPENED = datetime(2025, 3, 1, tzinfo=UTC)
DAYS = 40
PRODUCTS = tuple(f"product-{number:02}" for number in range(16))
CATEGORIES = ("tea", "Kräuter & mehr", "x') OR 1=1 --", None)
LOCATIONS = ("default", "north", "süd")
RATELESS, LATE = "JPY", "GBP"
_DAY, _NOON = timedelta(days=1), timedelta(hours=12)
_EDGES = (timedelta(), timedelta(milliseconds=1), timedelta(hours=23, minutes=59, seconds=59, milliseconds=999))


@dataclass(frozen=True)
class Shop:
    """All that a shop delivered, and the rates of exchange that are known."""

    lines: Sequence[Row]
    versions: Sequence[Row]
    inventory: Sequence[Row]
    events: Sequence[Row]
    rates: Sequence[Row] = field(
        default=(
            {
                "currency": "EUR",
                "valid_from": "2025-01-02",
                "valid_before": "2025-03-15",
                "rate": Decimal("1.0384615384615"),
            },
            {"currency": "EUR", "valid_from": "2025-03-15", "valid_before": "9999-12-31", "rate": Decimal("1.1")},
            {
                "currency": LATE,
                "valid_from": "2025-03-10",
                "valid_before": "9999-12-31",
                "rate": Decimal("1.291234567890123"),
            },
        )
    )

    @property
    def catalogue(self) -> list[Row]:
        """The newest version of each product."""
        newest = {each["product_id"]: each for each in sorted(self.versions, key=lambda each: each["updated_at"])}
        return list(newest.values())


def shop(seed: int = 20250301, *, lines: int = 1200) -> Shop:
    """A shop of 40 days; the same one every time."""
    chance = Random(seed)  # noqa: S311 # a shop, not a secret
    return Shop(
        lines=[_line(number, chance) for number in range(lines)] + _rising_and_falling() + _dearer_lines(),
        versions=[version for product in PRODUCTS[:12] for version in _versions(product, chance)] + _dearer_versions(),
        inventory=[record for product in PRODUCTS[2:14] for record in _stock(product, chance)],
        events=[event for number in range(250) for event in _session(number, chance)],
    )


def _line(number: int, chance: Random) -> dict[str, Any]:
    product = chance.choice(PRODUCTS)
    return {
        "transaction_id": f"line-{number}",
        "timestamp": OPENED + chance.randrange(DAYS) * _DAY + _within_a_day(chance),
        "product_id": product,
        "product_name": chance.choice((None, f"{product} as sold", f"{product}, sold")),
        "product_category": None if product == PRODUCTS[-1] else chance.choice(CATEGORIES),
        "quantity": chance.choice((1, 2, 3, 0.3333, -1, -2)),
        "unit_price": chance.choice((9.99, 0.1, 1250, "18.123456")),
        "discount": chance.choice((0, 0, 0.05, 1.234567)),
        "tax": chance.choice((None, 1.9, 0.070001)),
        "shipping": chance.choice((None, 0, 4.9)),
        "unit_cost": chance.choice((None, None, None, 3.5, "0.123457")) if product < PRODUCTS[12] else 4,
        "currency": chance.choice(("USD", "USD", "USD", "EUR", LATE, RATELESS)),
        "status": chance.choice(("completed", "completed", "completed", "completed", "pending", "cancelled")),
    }


def _rising_and_falling() -> list[Row]:
    """Two products whose revenue has a trend, and one that was sold in a currency without a rate only."""
    line: Row = {"quantity": 1, "discount": 0, "currency": "USD", "status": "completed"}
    rows: list[Row] = []
    for day in range(DAYS):
        moment = OPENED + day * _DAY + _NOON
        for name, price, currency in (("up", 10 + day, "USD"), ("down", 90 - day, "USD"), ("abroad", 5, RATELESS)):
            told = {"transaction_id": f"{name}-{day}", "timestamp": moment, "product_id": name}
            rows.append({**line, **told, "unit_price": price, "currency": currency})
    return rows


_DEARER = "dearer"
"""A product that costs more from one noon on, and is sold before and after it."""


def _dearer_lines() -> list[Row]:
    line: Row = {"product_id": _DEARER, "quantity": 1, "unit_price": 9, "currency": "USD", "status": "completed"}
    return [
        {**line, "transaction_id": f"{_DEARER}-{hour}", "timestamp": OPENED + 20 * _DAY + timedelta(hours=hour)}
        for hour in (6, 18)
    ]


def _dearer_versions() -> list[Row]:
    version: Row = {"product_id": _DEARER, "name": "Dearer", "category": "tea", "currency": "USD"}
    return [
        {**version, "cost": cost, "updated_at": OPENED + days * _DAY + _NOON} for cost, days in ((2, -100), (3, 20))
    ]


def _versions(product: str, chance: Random) -> list[Row]:
    """Most products are known before the shop opens; costs change at midnight, within a day, and not at all."""
    place = PRODUCTS.index(product)
    known = OPENED + (5 * _DAY + _NOON if place in (0, 1) else -100 * _DAY)
    days = sorted(chance.sample(range(6, DAYS), place % 4))
    moments = [known, *(OPENED + day * _DAY + chance.choice((timedelta(), _NOON)) for day in days)]
    costs = (None,) if place == 2 else (1.5, 1.5, "2.000001", 7)
    currency = {3: RATELESS, 4: LATE, 5: "EUR", 6: "EUR"}.get(place, "USD")
    return [
        {
            "product_id": product,
            "updated_at": moment,
            "name": f"{product} of the catalogue",
            "category": chance.choice(CATEGORIES),
            "cost": chance.choice(costs),
            "currency": currency,
        }
        for moment in moments
    ]


def _stock(product: str, chance: Random) -> list[Row]:
    """Levels at one to three locations: some days several, some days none, some from long before."""
    rows: dict[Any, Row] = {}
    for location in chance.sample(LOCATIONS, chance.randrange(1, 4)):
        for _ in range(chance.randrange(1, 25)):
            day = chance.choice((-400, -1, *range(DAYS), *range(DAYS)))
            moment = OPENED + day * _DAY + _within_a_day(chance)
            rows[product, location, moment] = {
                "product_id": product,
                "location": location,
                "timestamp": moment,
                "quantity_on_hand": chance.choice((0, 5, 17.5, 120, -3)),
                "unit_cost": chance.choice((None, 2.25)) if product < PRODUCTS[6] else 3,
            }
    return list(rows.values())


def _session(number: int, chance: Random) -> list[Row]:
    """Steps of a visit, now and then over midnight."""
    moment = OPENED + chance.randrange(DAYS) * _DAY + _within_a_day(chance)
    rows: list[Row] = []
    for step in range(chance.randrange(1, 8)):
        kind = chance.choice(("page_view", "product_view", "product_view", "add_to_cart", "purchase"))
        rows.append(
            {
                "event_id": f"event-{number}-{step}",
                "timestamp": moment,
                "session_id": f"session-{number}",
                "event_type": kind,
                "product_id": chance.choice((None, *PRODUCTS[1:9])),
            }
        )
        moment += timedelta(minutes=chance.randrange(1, 40))
    return rows


def _within_a_day(chance: Random) -> timedelta:
    return chance.choice(_EDGES) if chance.random() < 0.1 else timedelta(milliseconds=chance.randrange(86_400_000))


def days_with_changes(versions: Sequence[Row]) -> set[str]:
    """The days within which some product begins to cost something else, by the versions alone."""
    found = set()
    cost: dict[str, Any] = {}
    for each in sorted(versions, key=lambda each: (each["product_id"], each["updated_at"])):
        now = (str(each["cost"]), each["currency"])
        if cost.get(each["product_id"]) != now and each["updated_at"].time() != datetime.min.time():
            found.add(date.isoformat(each["updated_at"]))
        cost[each["product_id"]] = now
    return found
