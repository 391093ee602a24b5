"""Seeded chance, so that the same demo comes out every time."""

from __future__ import annotations

import random
from itertools import accumulate
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

T = TypeVar("T")


def seeded(*purpose: object) -> random.Random:
    """Open the chance stream of one purpose (seed, noun, day), independent of every other purpose's."""
    return random.Random("/".join(map(str, purpose)))  # noqa: S311 (it must repeat itself; nothing here is secret)


class WeightedChoice(Generic[T]):
    """Draws weighted items from a fixed set, quickly."""

    def __init__(self, items: Sequence[T], weights: Iterable[float]) -> None:
        self._items = items
        self._cumulative = list(accumulate(weights))

    def __call__(self, rng: random.Random) -> T:
        """Draw one item."""
        return rng.choices(self._items, cum_weights=self._cumulative)[0]


def count_near(rng: random.Random, mean: float) -> int:
    """Draw a whole count that spreads around its mean as arrivals do (variance = mean)."""
    return max(0, round(rng.gauss(mean, mean**0.5)))
