"""Customers with a segment, a region, preferences, a purchase frequency, an hour and an end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from infra.local.demo.catalogue import CATEGORIES
from infra.local.demo.rng import WeightedChoice, seeded
from infra.local.demo.window import DemoWindow, Record, format_time, midnight

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence

_PACE = {"new": 0.6, "regular": 1.0, "loyal": 2.2, "vip": 3.5}
_SEGMENT = WeightedChoice(tuple(_PACE), (0.25, 0.45, 0.22, 0.08))
_COUNTRY = WeightedChoice(("US", "DE", "FR", "GB", "AU", "JP"), (0.48, 0.17, 0.09, 0.14, 0.07, 0.05))
_REGION = {"US": "US", "DE": "EU", "FR": "EU", "GB": "UK", "AU": "APAC", "JP": "APAC"}
_HOUR_OFFSET = {"US": 5, "DE": -1, "FR": -1, "GB": 0, "AU": -10, "JP": -9}
_STORE_COUNTRIES = ("US", "DE")
_CHANNEL_NEAR_STORE = WeightedChoice(("web", "app", "store"), (0.36, 0.20, 0.44))
_CHANNEL_ELSEWHERE = WeightedChoice(("web", "app"), (0.65, 0.35))
_CATEGORY = WeightedChoice(
    tuple(category.name for category in CATEGORIES), (category.demand for category in CATEGORIES)
)
_CHURN_SHARE = 0.18
_JOINS_LATE = {"new": 0.7}


@dataclass(frozen=True, slots=True)
class Shopper:
    """A customer and their habits, without personal data."""

    customer_id: str
    segment: str
    country: str
    registered_on: date
    churned_on: date
    birth_year: int
    opted_in: bool
    opt_in_changes_on: date | None
    pace: float
    favourites: tuple[str, ...]
    channel: str
    device: str
    hour: int

    @property
    def region(self) -> str:
        """The sales region the customer's country belongs to."""
        return _REGION[self.country]

    def shops_on(self, day: date) -> bool:
        """Return whether they are a customer on a day: registered and not yet gone."""
        return self.registered_on <= day < self.churned_on


def gather_shoppers(seed: int, size: int, window: DemoWindow) -> list[Shopper]:
    """Make a population of a size."""
    rng = seeded(seed, "shoppers")
    return [_shopper(rng, number, window) for number in range(size)]


def _shopper(rng: random.Random, number: int, window: DemoWindow) -> Shopper:
    segment = _SEGMENT(rng)
    country = _COUNTRY(rng)
    channel = (_CHANNEL_NEAR_STORE if country in _STORE_COUNTRIES else _CHANNEL_ELSEWHERE)(rng)
    churns = rng.random() < _CHURN_SHARE
    return Shopper(
        customer_id=f"C-{number + 1:06d}",
        segment=segment,
        country=country,
        registered_on=_registration(rng, segment, window),
        churned_on=window.day_at(rng.random()) if churns else date.max,
        birth_year=window.last.year - round(min(80, max(18, rng.gauss(40, 13)))),
        opted_in=rng.random() < 0.55,  # noqa: PLR2004 (a share of the story)
        opt_in_changes_on=window.day_at(rng.random()) if rng.random() < 0.05 else None,  # noqa: PLR2004 (likewise)
        pace=_PACE[segment] * rng.gammavariate(2.0, 0.5),
        favourites=tuple(sorted({_CATEGORY(rng) for _ in range(rng.randint(1, 3))})),
        channel=channel,
        device="mobile" if channel == "app" else rng.choice(("desktop", "desktop", "mobile", "tablet")),
        hour=round(rng.gauss(19, 3) + _HOUR_OFFSET[country]) % 24,
    )


def _registration(rng: random.Random, segment: str, window: DemoWindow) -> date:
    if rng.random() < _JOINS_LATE.get(segment, 0):
        return window.day_at(rng.uniform(0, 0.9))
    return window.first - timedelta(days=rng.randint(1, 1400))


def shoppers_of(shoppers: Sequence[Shopper], day: date) -> WeightedChoice[Shopper]:
    """Prepare to draw a day's shoppers, each at their own pace."""
    present = [shopper for shopper in shoppers if shopper.shops_on(day)]
    return WeightedChoice(present, [shopper.pace for shopper in present])


def customer_records(shoppers: Sequence[Shopper], window: DemoWindow) -> Iterator[Record]:
    """Write the customers' records, a changed opt-in as a second version."""
    for shopper in shoppers:
        yield _version(shopper, shopper.registered_on, opted_in=shopper.opted_in)
        changed = shopper.opt_in_changes_on
        if changed and changed > shopper.registered_on and window.holds(midnight(changed)):
            yield _version(shopper, changed, opted_in=not shopper.opted_in)


def _version(shopper: Shopper, updated_on: date, *, opted_in: bool) -> Record:
    return {
        "customer_id": shopper.customer_id,
        "segment": shopper.segment,
        "region": shopper.region,
        "registered_at": format_time(midnight(shopper.registered_on)),
        "birth_year": shopper.birth_year,
        "marketing_opt_in": opted_in,
        "updated_at": format_time(midnight(updated_on)),
    }
