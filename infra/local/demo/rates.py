"""What the demo's euro and pound are worth on its days: made-up series in the form in which the ECB publishes its."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from infra.local.demo.rng import seeded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from infra.local.demo.window import DemoWindow

RATES_FILE = "demo-rates.csv"
_DOLLARS, _LEAST, _MOST = 1.087, 1.02, 1.16
DOLLARS_PER_POUND = 1.27
_DAYS_BEFORE, _SATURDAY = 7, 5


def rates_file(seed: int, window: DemoWindow) -> bytes:
    """Write dollars and pounds per euro for every weekday of the window and of the week before."""
    lines = [f"{day.isoformat()},{rate:.4f},{rate / DOLLARS_PER_POUND:.5f}," for day, rate in _rates(seed, window)]
    return "\n".join(["Date,USD,GBP,", *reversed(lines), ""]).encode()


def _rates(seed: int, window: DemoWindow) -> Iterator[tuple[date, float]]:
    rng, rate = seeded(seed, "rates"), _DOLLARS
    for number in range(-_DAYS_BEFORE, window.length):
        day = window.first + timedelta(days=number)
        rate = min(_MOST, max(_LEAST, rate * (1 + rng.gauss(0, 0.004))))
        if day.weekday() < _SATURDAY:
            yield day, rate
