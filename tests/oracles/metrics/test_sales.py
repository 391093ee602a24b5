"""Metrics of a real year of sales: every number is the one that pandas makes of the file."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import pandas as pd
import pytest

from tests.online_retail import needs_online_retail
from tests.oracles.metrics import sales_oracle
from tests.oracles.metrics.asked import Asked, answer, numbers
from tests.oracles.metrics.conftest import Ask
from tests.tiers import one_in

pytestmark = needs_online_retail

RANGES = {
    "hourly": [("2011-03-10", "2011-03-15T09:41"), ("2011-03-25T12:30", "2011-03-29"), ("2011-10-27", "2011-11-08")],
    "daily": [("2011-03-05", "2011-04-02"), ("2011-10-10", "2011-11-12"), ("2011-02-16T10:17", "2011-02-25T15:02")],
    "weekly": [("2011-02-07", "2011-05-02"), ("2011-09-13T11:00", "2011-11-29T12:00")],
    "monthly": [("2011-02-01", "2011-07-01"), ("2011-06-15", "2011-12-10")],
    "quarterly": [("2011-04-01", "2011-12-10"), ("2011-01-10T08:00", "2011-06-20T13:34")],
}
"""Clocks change in each of the first two kinds: in America, Europe and Brazil, forward and back."""
ZONES = (
    "UTC",
    "Europe/London",
    "Asia/Kolkata",
    "America/Sao_Paulo",  # no midnight on 2011-10-16, and 2011-02-19 has 25 hours
    "Australia/Adelaide",  # half an hour off, and changes its clocks
    "America/New_York",
    "Atlantic/Azores",  # two midnights on 2011-10-30
    "America/St_Johns",  # half an hour off, and changes its clocks at a minute past midnight
)
FILTERS: Sequence[Mapping[str, Sequence[str]]] = (
    {},
    {"region": ["Germany", "France", "EIRE"]},
    {"product_category": ["home"]},
    {"customer_segment": ["loyal & large", "new"], "channel": ["web", "unheard of"]},
    {"region": ["United Kingdom"], "channel": ["app", "shop"], "product_category": ["gifts", "garden"]},
)
VIEWS = 2


def _questions() -> Iterator[Asked]:
    """Every metric, aggregation and granularity, each through some of the zones and filters and ranges in turn."""
    for place, (metric, aggregation) in enumerate(sales_oracle.METRICS):
        for turn, (granularity, _) in enumerate(product(RANGES, range(VIEWS)), start=len(RANGES) * VIEWS * place):
            start, end = RANGES[granularity][turn % len(RANGES[granularity])]
            yield Asked(
                metric=metric,
                aggregation=aggregation,
                granularity=granularity,
                start=pd.Timestamp(start, tz="UTC"),
                end=pd.Timestamp(end, tz="UTC"),
                zone=ZONES[turn % len(ZONES)],
                filters=FILTERS[(turn + place) % len(FILTERS)],
                currency="GBP",
            )


def _name(asked: Asked) -> str:
    filters = "+".join(asked.filters) or "all"
    return f"{asked.metric}-{asked.aggregation}-{asked.granularity}-{asked.zone}-{filters}-{asked.start:%m-%d}"


@pytest.mark.parametrize("asked", one_in(3, _questions()), ids=_name)
def test_every_sales_figure_equals_pandas(ask: Ask, sales: Any, asked: Asked) -> None:
    data = ask(asked)

    current, previous = sales_oracle.told(sales, asked), sales_oracle.told(sales, asked.previous)
    assert numbers(data) == answer(current, previous)
    assert data["metadata"]["excluded_records"] == 0
