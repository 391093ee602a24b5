"""What the shop sells: products with categories, prices, costs and how often they come back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from infra.local.demo.rng import WeightedChoice, seeded
from infra.local.demo.window import DemoWindow, Record, format_time, midnight

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Category:
    """A shelf of the shop: its nouns, price range in dollars, cost share, return rate, demand and seller."""

    name: str
    nouns: tuple[str, ...]
    prices: tuple[float, float]
    cost_share: float
    return_rate: float
    demand: float
    merchant: str


CATEGORIES = (
    Category("electronics", ("Earbuds", "Speaker", "Charger", "Keyboard"), (19, 320), 0.72, 0.05, 1.2, "volt-supply"),
    Category("apparel", ("Jacket", "Shirt", "Trousers", "Scarf"), (15, 140), 0.45, 0.14, 1.5, "loom-street"),
    Category("home", ("Lamp", "Blanket", "Shelf", "Vase"), (12, 180), 0.55, 0.05, 1.1, "harbour-home"),
    Category("kitchen", ("Pan", "Kettle", "Knife", "Mug"), (8, 120), 0.52, 0.03, 1.0, "harbour-home"),
    Category("beauty", ("Soap", "Cream", "Brush", "Oil"), (6, 60), 0.38, 0.02, 1.0, "loom-street"),
    Category("toys", ("Puzzle", "Blocks", "Kite", "Robot"), (9, 80), 0.50, 0.04, 0.7, "play-yard"),
    Category("sports", ("Ball", "Mat", "Bottle", "Rope"), (9, 150), 0.56, 0.05, 0.8, "play-yard"),
    Category("books", ("Novel", "Atlas", "Cookbook", "Guide"), (8, 45), 0.62, 0.01, 0.9, "paper-lane"),
)
_QUALITIES = ("Oak", "Blue", "Compact", "Classic", "Soft", "Nordic", "Bright", "Travel", "Pocket", "Grand")


@dataclass(frozen=True, slots=True)
class Product:
    """A product as the shop knows it; prices and costs are US cents."""

    product_id: str
    name: str
    category: Category
    first_price: int
    later_price: int
    price_changes_on: date
    cost: int
    popularity: float
    withdrawn: bool

    def price_on(self, day: date) -> int:
        """Tell the list price on a day."""
        return self.later_price if day >= self.price_changes_on else self.first_price


class Shelves:
    """The catalogue as shoppers meet it: popular things are picked more often."""

    def __init__(self, products: Sequence[Product]) -> None:
        sold = [product for product in products if not product.withdrawn]
        self._any = WeightedChoice(sold, [product.popularity for product in sold])
        self._of = {category.name: _draw_of(category, sold) for category in CATEGORIES}

    def pick(self, rng: random.Random, favourites: Sequence[str]) -> Product:
        """Pick a product, three times in four from one of the favourite categories."""
        if favourites and rng.random() < 0.75:  # noqa: PLR2004 (a share of the story)
            return self._of[rng.choice(favourites)](rng)
        return self._any(rng)


def _draw_of(category: Category, sold: Sequence[Product]) -> WeightedChoice[Product]:
    members = [product for product in sold if product.category is category]
    return WeightedChoice(members, [product.popularity for product in members])


def stock_catalogue(seed: int, size: int, window: DemoWindow) -> list[Product]:
    """Make a catalogue of a size, every category in it."""
    rng = seeded(seed, "catalogue")
    return [_product(rng, number, window) for number in range(size)]


def _product(rng: random.Random, number: int, window: DemoWindow) -> Product:
    category = CATEGORIES[number % len(CATEGORIES)]
    low, high = category.prices
    price = round((low + (high - low) * rng.random() ** 2.2) * 100) // 100 * 100 + 99
    changed = rng.random() < 0.15  # noqa: PLR2004 (a share of the story)
    later = price + rng.choice((-200, 100, 200, 300)) if changed else price
    quality = _QUALITIES[number // len(CATEGORIES) % len(_QUALITIES)]
    noun = category.nouns[number // (len(CATEGORIES) * len(_QUALITIES)) % len(category.nouns)]
    edition = number // (len(CATEGORIES) * len(_QUALITIES) * len(category.nouns))
    return Product(
        product_id=f"P-{number + 1:04d}",
        name=f"{quality} {noun}" + (f" {edition + 1}" if edition else ""),
        category=category,
        first_price=price,
        later_price=later,
        price_changes_on=window.day_at(rng.uniform(0.2, 0.8)),
        cost=round(price * category.cost_share * rng.uniform(0.9, 1.1)),
        popularity=category.demand * rng.paretovariate(1.6),
        # The first of each category always stays, so no shelf is ever empty.
        withdrawn=number >= len(CATEGORIES) and rng.random() < 0.04,  # noqa: PLR2004 (a share of the story)
    )


def product_records(products: Sequence[Product], window: DemoWindow) -> Iterator[Record]:
    """Write the catalogue's records, a changed price as a second version."""
    opened = midnight(window.first) - timedelta(days=30)
    for product in products:
        yield _version(product, product.first_price, opened)
        changed = midnight(product.price_changes_on)
        if product.later_price != product.first_price and window.holds(changed):
            yield _version(product, product.later_price, changed)


def _version(product: Product, price: int, updated_at: datetime) -> Record:
    return {
        "product_id": product.product_id,
        "name": product.name,
        "category": product.category.name,
        "price": price / 100,
        "cost": product.cost / 100,
        "currency": "USD",
        "active": not product.withdrawn,
        "updated_at": format_time(updated_at),
    }
