"""Features of an order for the fraud engine; they separate fraudsters from shoppers, but not perfectly."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from infra.local.demo.episodes import NEW_PHONES
from infra.local.demo.rng import count_near

if TYPE_CHECKING:
    import random

    from infra.local.demo.sales import Order
    from infra.local.demo.scoring import Features
    from infra.local.demo.window import DemoWindow

_NIGHT_ENDS_AT = 6
_CAREFUL_THIEVES = 0.06
_METHODS = {
    "web": ("card", "card", "wallet", "invoice"),
    "app": ("wallet", "wallet", "card"),
    "store": ("card", "cash"),
}
_CARDLESS = ("cash", "invoice")
_AMOUNT_HIDDEN = 0.05
"""The share of wallet payments whose amount is unknown when the engine decides."""

_DAYS_WITH_OLD_PHONE, _DAYS_WITH_NEW_PHONE = 240, 70


def observe(rng: random.Random, order: Order, window: DemoWindow) -> Features:
    """Observe an order; late in the window more and more shoppers carry new phones (drift)."""
    suspicious = order.fraudulent and rng.random() >= _CAREFUL_THIEVES
    observed = _fraudster(rng) if suspicious else _shopper(rng, NEW_PHONES.passed(window, order.placed_at.date()))
    method = rng.choice(_METHODS[order.channel])
    hidden = method == "wallet" and rng.random() < _AMOUNT_HIDDEN
    country = _card_country(rng, order, suspicious=suspicious)
    return {
        **({} if hidden else {"amount": order.total / 100}),
        "account_age_days": _account_age(rng, order, suspicious=suspicious),
        "is_night": order.placed_at.hour < _NIGHT_ENDS_AT,
        **observed,
        **({} if method in _CARDLESS else {"card_country": country}),
        "payment_method": method,
    }


def _shopper(rng: random.Random, new_phones: float) -> Features:
    days = _DAYS_WITH_NEW_PHONE if rng.random() < new_phones else _DAYS_WITH_OLD_PHONE
    return {
        "amount_to_usual": round(math.exp(rng.gauss(0, 0.5)), 3),
        "device_age_days": round(rng.expovariate(1 / days)),
        "orders_last_24h": count_near(rng, 0.2),
        "failed_payments_1h": int(rng.random() < 0.08),  # noqa: PLR2004 (a share of the story)
        "shipping_distance_km": round(math.exp(rng.gauss(2.9, 1.1)), 1),
        "address_matches": rng.random() < 0.93,  # noqa: PLR2004 (likewise)
    }


def _fraudster(rng: random.Random) -> Features:
    return {
        "amount_to_usual": round(math.exp(rng.gauss(0.8, 0.55)), 3),
        "device_age_days": round(rng.expovariate(1 / 25)),
        "orders_last_24h": count_near(rng, 1.6),
        "failed_payments_1h": count_near(rng, 1.0),
        "shipping_distance_km": round(math.exp(rng.gauss(5.1, 1.3)), 1),
        "address_matches": rng.random() < 0.55,  # noqa: PLR2004 (a share of the story)
    }


def _account_age(rng: random.Random, order: Order, *, suspicious: bool) -> int:
    age = (order.placed_at.date() - order.shopper.registered_on).days
    taken_over = rng.random() < 0.5  # noqa: PLR2004 (a share of the story)
    return age if taken_over or not suspicious else min(age, rng.randrange(10))


def _card_country(rng: random.Random, order: Order, *, suspicious: bool) -> str:
    foreign = rng.random() < (0.4 if suspicious else 0.03)
    return rng.choice(("BR", "NG", "RO", "CA")) if foreign else order.shopper.country
