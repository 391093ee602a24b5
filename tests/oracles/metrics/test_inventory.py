"""Levels of stock that a year of real sales implies: every number is the one found by looking each level up."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import pandas as pd
import pytest

from tests.online_retail import needs_online_retail
from tests.oracles.metrics import stock
from tests.oracles.metrics.asked import Asked, answer, numbers
from tests.oracles.metrics.conftest import Ask
from tests.tiers import one_in

pytestmark = needs_online_retail

RANGES = {
    "hourly": [("2011-03-25", "2011-03-29"), ("2011-10-27T10:20", "2011-11-02")],
    "daily": [("2011-03-05", "2011-04-02"), ("2010-12-11T09:12", "2010-12-20T15:02"), ("2011-10-10", "2011-11-12")],
    "weekly": [("2011-02-07", "2011-05-02"), ("2011-09-13T11:00", "2011-12-30T12:00")],
    "monthly": [("2010-11-01", "2011-07-01"), ("2011-06-15", "2011-12-10")],
    "quarterly": [("2011-04-01", "2011-12-10"), ("2011-01-10T08:00", "2011-06-20T13:34")],
}
"""Some begin before anything was known, or end after the last that is."""
ZONES = ("UTC", "Europe/London", "Asia/Kolkata", "America/Sao_Paulo", "Australia/Adelaide")
CATEGORIES: Sequence[list[str]] = ([], ["home"], ["gifts", "garden"])
VIEWS = 2


def _questions() -> Iterator[Asked]:
    for place, aggregation in enumerate(("sum", "avg", "min", "max")):
        for turn, (granularity, _) in enumerate(product(RANGES, range(VIEWS)), start=len(RANGES) * VIEWS * place):
            start, end = RANGES[granularity][turn % len(RANGES[granularity])]
            categories = CATEGORIES[turn % len(CATEGORIES)]
            yield Asked(
                metric="inventory",
                aggregation=aggregation,
                granularity=granularity,
                start=pd.Timestamp(start, tz="UTC"),
                end=pd.Timestamp(end, tz="UTC"),
                zone=ZONES[(turn + place) % len(ZONES)],
                filters={"product_category": categories} if categories else {},
            )


def _name(asked: Asked) -> str:
    return f"{asked.aggregation}-{asked.granularity}-{asked.zone}-{len(asked.filters)}-{asked.start:%m-%d}"


@pytest.mark.parametrize("asked", one_in(3, _questions()), ids=_name)
def test_every_level_sums_the_last_count_of_product_and_location(ask: Ask, levels: Any, asked: Asked) -> None:
    data = ask(asked)

    assert numbers(data) == answer(stock.told(levels, asked), stock.told(levels, asked.previous))
