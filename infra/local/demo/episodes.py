"""What befalls the shop in the window, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from infra.local.demo.window import DemoWindow


@dataclass(frozen=True, slots=True)
class Episode:
    """Some days in a row, the first at a share (0 to 1) of the window."""

    start: float
    days: int

    def covers(self, window: DemoWindow, day: date) -> bool:
        """Return whether it lasts on a day."""
        return 0 <= self._days_since(window, day) < self.days

    def passed(self, window: DemoWindow, day: date) -> float:
        """Return how much of it is over: 0 until its first day, growing evenly to 1 on the day after its last."""
        return min(1.0, max(0.0, self._days_since(window, day) / self.days))

    def _days_since(self, window: DemoWindow, day: date) -> int:
        return (day - window.day_at(self.start)) // timedelta(days=1)


CAMPAIGN = Episode(0.62, 7)
"""Everything is cheaper; it lasts whole weeks, so it lifts every weekday alike."""

SLOW_FEATURE_STORE = Episode(0.72, 2)
"""The fraud engine waits for the features of its new model."""

NEW_PHONES = Episode(0.73, 22)
"""A network sells phones cheaply: week by week, more shoppers order from new ones."""

ATTACK = Episode(0.80, 4)
"""Thieves with stolen cards order from the merchant `ATTACKED`."""

ATTACKED = "play-yard"
