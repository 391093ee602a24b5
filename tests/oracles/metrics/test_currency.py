"""A year of sales in pounds reported in dollars, at the rate of each line's day, against pandas to the cent."""

import gzip
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pandas as pd
import pytest

from shared.app.wiring import Wiring
from shared.currency.rates import ReferenceRates
from tests.online_retail import needs_online_retail
from tests.oracles.metrics import sales_oracle
from tests.oracles.metrics.asked import Asked, answer, numbers
from tests.oracles.metrics.conftest import Ask
from tests.oracles.metrics.reference_rates import FILE, in_dollars, needs_rates
from tests.tiers import one_in

pytestmark = [needs_online_retail, needs_rates]

CENT = 0.005
KNOWN_FROM = "2010-12-06"
"""Earlier rates are not loaded, so that some days have no rate."""
RANGES = {
    "hourly": ("2011-03-25T12:30", "2011-03-29"),
    "daily": ("2011-10-10", "2011-11-12"),
    "weekly": ("2011-02-07", "2011-05-02T09:30"),
    "monthly": ("2011-06-15", "2011-12-10"),
    "quarterly": ("2011-06-10", "2011-12-10"),
}
FILTERS: Sequence[dict[str, list[str]]] = (
    {},
    {"region": ["France", "United Kingdom"]},
    {"region": ["France", "Germany"], "channel": ["web", "shop"]},
)
ZONES = ("Europe/London", "UTC", "Asia/Kolkata", "America/New_York")


@pytest.fixture(scope="module")
def dollars(wired: Wiring, sales: Any) -> Any:
    """The lines of which a rate is known, in dollars; and rates of that year in the lake."""
    text = gzip.decompress(FILE.read_bytes()).decode()
    head, *days = text.splitlines()
    told = [day for day in days if KNOWN_FROM <= day[:10] < "2012"]
    now = datetime(2026, 11, 1, tzinfo=UTC)
    rates = ReferenceRates(
        wired.lake,
        wired.lake_tables,
        wired.table_states,
        lambda: now,
        reporting_currency="USD",
        events=wired.platform_events,
    )
    rates.load("eurofxref-hist.csv", "\n".join([head, *told]).encode())
    return in_dollars(sales[sales.timestamp >= pd.Timestamp(KNOWN_FROM, tz="UTC")])


def asked(metric: str, aggregation: str, granularity: str, **changes: Any) -> Asked:
    start, end = (pd.Timestamp(edge, tz="UTC") for edge in RANGES[granularity])
    return Asked(metric=metric, aggregation=aggregation, granularity=granularity, start=start, end=end, **changes)


def figures(told: dict[str, Any]) -> tuple[list[str], list[float]]:
    """The buckets of an answer, and all its numbers in one order."""
    points = [*told["data"], *told["comparison"]["previous_period"]]
    return [moment for moment, _ in points], [*(value for _, value in points), *told["summary"].values()]


def _questions() -> Iterator[Asked]:
    amounts = [each for each in sales_oracle.METRICS if each[1] != "count"]
    for turn, ((metric, aggregation), granularity) in enumerate(product(amounts, RANGES)):
        filters, zone = FILTERS[turn % len(FILTERS)], ZONES[turn % len(ZONES)]
        yield asked(metric, aggregation, granularity, filters=filters, zone=zone)


def _name(asked: Asked) -> str:
    return f"{asked.metric}-{asked.aggregation}-{asked.granularity}-{asked.zone}-{len(asked.filters)}"


@pytest.mark.parametrize("question", one_in(3, _questions()), ids=_name)
def test_amounts_are_converted_at_the_rate_of_their_day(ask: Ask, dollars: Any, question: Asked) -> None:
    data = ask(question)

    expected = answer(sales_oracle.told(dollars, question), sales_oracle.told(dollars, question.previous))
    buckets, values = figures(numbers(data))
    assert (buckets, data["metadata"]["excluded_records"]) == (figures(expected)[0], 0)
    assert values == pytest.approx(figures(expected)[1], abs=CENT)


@pytest.mark.parametrize("metric", ["revenue", "average_order_value"])
def test_lines_before_the_first_rate_are_omitted_and_counted(ask: Ask, sales: Any, dollars: Any, metric: str) -> None:
    first, end = (pd.Timestamp(day, tz="UTC") for day in ("2010-12-01", "2010-12-12"))
    aggregation = {"revenue": "sum", "average_order_value": "avg"}[metric]
    question = Asked(metric=metric, aggregation=aggregation, granularity="weekly", start=first, end=end)

    data = ask(question)

    counted, in_range = (len(sales_oracle.lines_of(lines, question)) for lines in (dollars, sales))
    assert data["summary"]["total"] == pytest.approx(float(sales_oracle.told(dollars, question).total), abs=CENT)
    assert data["metadata"]["total_records"] == counted > 0
    assert data["metadata"]["excluded_records"] == in_range - counted > 0


@pytest.mark.usefixtures("dollars")
def test_customers_are_counted_in_any_currency(ask: Ask, sales: Any) -> None:
    first, end = (pd.Timestamp(day, tz="UTC") for day in ("2010-12-01", KNOWN_FROM))
    question = Asked(metric="customers", aggregation="count", granularity="daily", start=first, end=end)

    data = ask(question)

    assert data["summary"]["total"] == float(sales_oracle.told(sales, question).total) > 0
    assert data["metadata"]["excluded_records"] == 0
