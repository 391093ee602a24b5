"""Real sales converted at the European Central Bank's real rates, against whole numbers added up without SQL."""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from typing import Any

import boto3
import pytest

from shared.athena.client import Athena
from shared.athena.literals import DayText
from shared.athena.sql import sql
from shared.currency.conversion import Days, convert, with_rates
from shared.currency.rates import ReferenceRates
from shared.events.provider import platform_events
from shared.lake.storage.object_store import LAKE_BUCKET, LakeStore
from shared.runtime.models import now
from tests.datasets import DATASETS, needs
from tests.functions.metrics.lake import TestLake
from tests.online_retail import lines, needs_online_retail

SERIES = DATASETS / "ecb_eurofxref_hist.csv.gz"
pytestmark = [needs_online_retail, needs(SERIES)]

MOST = 30_000
CURRENCY_OF = {
    "United Kingdom": "GBP",
    "Japan": "JPY",
    "Australia": "AUD",
    "Norway": "NOK",
    "Denmark": "DKK",
    "Switzerland": "CHF",
    "Iceland": "ISK",
    "Poland": "PLN",
    "EIRE": "USD",
    "Portugal": "SAR",
    "Cyprus": "BHD",
}
"""The currency of a country's lines, the euro elsewhere; the bank publishes no rate of riyals and dinars."""

BY_DAY = """
    WITH sold AS (
        SELECT currency, CAST(CAST("timestamp" AS date) AS varchar) AS dt, COUNT(*) AS lines,
            SUM(quantity * unit_price - discount) AS net_amount
        FROM transactions
        WHERE status = 'completed' AND CAST(CAST("timestamp" AS date) AS varchar) BETWEEN :first AND :last
        GROUP BY currency, CAST("timestamp" AS date)
    ), rated AS ({rated})
    SELECT currency, dt, {converted} AS amount, lines FROM rated
"""


def sold() -> list[dict[str, Any]]:
    return [
        {
            **line,
            "currency": CURRENCY_OF.get(line["region"], "EUR"),
            "timestamp": datetime.fromisoformat(line["timestamp"]),
        }
        for line in islice(lines(), MOST)
    ]


@pytest.fixture(scope="module")
def sales(lake: TestLake) -> list[dict[str, Any]]:
    """The lines, in the lake, and the bank's series loaded."""
    store = LakeStore(boto3.client("s3"), lake.settings.name_of(LAKE_BUCKET))
    rates = ReferenceRates(
        store, lake.tables, lake.states, now, reporting_currency="USD", events=platform_events(lake.deployment)
    )
    rates.load(SERIES.name, SERIES.read_bytes())
    sales = sold()
    lake.sell(sales)
    return sales


def dollars(days: set[str]) -> Mapping[tuple[str, str], Fraction]:
    """The rate of every currency in dollars: the last quotes of both up to the day, not rounded."""
    with gzip.open(SERIES, "rt") as file:
        published = {row["Date"]: row for row in csv.DictReader(file)}
    known: dict[str, Fraction] = {}
    found: dict[tuple[str, str], Fraction] = {}
    for day in sorted(days | published.keys()):
        quotes = published.get(day, {})
        known |= {
            name: Fraction(text) for name, text in quotes.items() if text and text[0].isdigit() and name != "Date"
        }
        if day in days:
            found |= {(name, day): known["USD"] / units for name, units in known.items()} | {("EUR", day): known["USD"]}
    return found


def day_of(line: Mapping[str, Any]) -> str:
    return f"{line['timestamp']:%Y-%m-%d}"


def cents(amount: Fraction) -> int:
    return round(amount * 100)


def expected(sales: list[dict[str, Any]]) -> Iterator[tuple[tuple[str, str], Fraction, int]]:
    """The sales by currency and day, with the number of lines."""
    amounts: defaultdict[tuple[str, str], Fraction] = defaultdict(Fraction)
    numbers: defaultdict[tuple[str, str], int] = defaultdict(int)
    for line in sales:
        key = (line["currency"], day_of(line))
        amounts[key] += Fraction(line["quantity"]) * Fraction(str(line["unit_price"]))
        numbers[key] += 1
    for key, amount in amounts.items():
        yield key, amount, numbers[key]


def test_every_currency_and_day_is_converted_to_the_cent(athena: Athena, sales: list[dict[str, Any]]) -> None:
    texts = sorted(map(day_of, sales))
    days = Days(*(DayText(date.fromisoformat(each)) for each in (texts[0], texts[-1])))

    rated, amount = with_rates("sold", "USD", days=days), convert("net_amount")
    rows = athena.run(sql(BY_DAY, first=days.first, last=days.last, rated=rated, converted=amount))

    rates = dollars({day_of(line) for line in sales})
    told = {(row["currency"], row["dt"]): (row["amount"], row["lines"]) for row in rows}
    wanted = {
        key: (amount if key[0] == "USD" else amount * rates[key] if key in rates else None, number)
        for key, amount, number in expected(sales)
    }
    assert told.keys() == wanted.keys()
    assert {key for key, (amount, _) in told.items() if amount is None} == {
        key for key in wanted if key[0] in {"SAR", "BHD"}
    }
    assert {key: (_cents(amount), number) for key, (amount, number) in told.items()} == {
        key: (None if amount is None else cents(amount), number) for key, (amount, number) in wanted.items()
    }
    assert {"GBP", "EUR", "JPY", "AUD", "NOK", "USD"} <= {currency for currency, _ in told}


def _cents(amount: Decimal | None) -> int | None:
    return None if amount is None else cents(Fraction(amount))
