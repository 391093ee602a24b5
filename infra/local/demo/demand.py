"""When people buy: weekday, hour of day, growth and a campaign."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from infra.local.demo.episodes import CAMPAIGN
from infra.local.demo.rng import WeightedChoice
from infra.local.demo.window import midnight

if TYPE_CHECKING:
    import random
    from datetime import date, datetime

    from infra.local.demo.window import DemoWindow

_WEEKDAYS = (0.90, 0.88, 0.93, 1.00, 1.14, 1.30, 1.12)
_GROWTH = 0.25
_CAMPAIGN_LIFT = 1.7
_ONLINE_HOURS = (2, 1, 1, 1, 1, 2, 3, 5, 6, 7, 7, 8, 9, 8, 7, 7, 8, 10, 12, 14, 14, 11, 7, 4)
_STORE_HOURS = {
    "EU": (0,) * 8 + (4, 6, 8, 9, 10, 9, 8, 9, 11, 10, 5) + (0,) * 5,
    "US": (0,) * 14 + (4, 6, 9, 10, 9, 8, 9, 11, 10, 5),
}
_BY_HOUR_ONLINE = WeightedChoice(range(24), _ONLINE_HOURS)
_BY_HOUR_IN_STORE = {region: WeightedChoice(range(24), hours) for region, hours in _STORE_HOURS.items()}


def demand(window: DemoWindow, day: date) -> float:
    """Weigh a day's demand; an ordinary Thursday at the window's beginning weighs 1."""
    lift = _CAMPAIGN_LIFT if CAMPAIGN.covers(window, day) else 1.0
    return _WEEKDAYS[day.weekday()] * (1 + _GROWTH * window.progress(day)) * lift


def moment_online(rng: random.Random, day: date, preferred_hour: int) -> datetime:
    """Pick when on a day somebody shops online: often near their own hour, else as everybody does."""
    habitual = rng.random() < 0.6  # noqa: PLR2004 (a share of the story)
    hour = round(rng.gauss(preferred_hour, 1.5)) % 24 if habitual else _BY_HOUR_ONLINE(rng)
    return _within(rng, day, hour)


def moment_in_store(rng: random.Random, day: date, region: str) -> datetime:
    """Pick when on a day somebody stands in the store of a region: in its opening hours."""
    return _within(rng, day, _BY_HOUR_IN_STORE[region](rng))


def _within(rng: random.Random, day: date, hour: int) -> datetime:
    return midnight(day) + timedelta(hours=hour, seconds=rng.randrange(3600))
