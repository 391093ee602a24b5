"""Amounts converted in SQL, at the rate of their day."""

import random
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from shared.athena.client import Athena
from shared.athena.literals import CurrencyCode, DayText
from shared.athena.sql import sql
from shared.currency.conversion import Days, convert, with_rates
from tests.functions.currency.conftest import Quote

FRIDAY, SATURDAY, SUNDAY, MONDAY = "2025-01-31", "2025-02-01", "2025-02-02", "2025-02-03"
WEEKEND = [("EUR", FRIDAY, MONDAY, "1.04"), ("EUR", MONDAY, "9999-12-31", "1.025")]


def _text(day: str) -> DayText:
    return DayText(date.fromisoformat(day))


def days_of(first: str, last: str) -> Days:
    """The days of a range, by the texts of its ends."""
    return Days(_text(first), _text(last))


ONCE_A_DAY = days_of(FRIDAY, MONDAY)


def worth(athena: Athena, currency: str, day: str, amount: str, *, days: Days | None = None) -> Decimal | None:
    """Convert one amount that was sold on a day."""
    statement = sql(
        """
        WITH sold AS (SELECT :currency AS currency, :day AS dt, CAST(:amount AS decimal(38, 10)) AS amount),
        rated AS ({rated})
        SELECT {converted} AS amount FROM rated
        """,
        currency=CurrencyCode(currency),
        day=_text(day),
        amount=Decimal(amount),
        rated=with_rates("sold", "USD", days=days),
        converted=convert("amount"),
    )
    [row] = athena.run(statement)
    value: Decimal | None = row["amount"]
    return value


@pytest.mark.parametrize("days", [None, ONCE_A_DAY])
def test_amounts_use_the_rate_of_their_day_and_fridays_on_weekends(
    athena: Athena, quote: Quote, days: Days | None
) -> None:
    quote(WEEKEND)

    found = [worth(athena, "EUR", day, "100", days=days) for day in (FRIDAY, SATURDAY, SUNDAY, MONDAY)]

    assert found == [104, 104, 104, Decimal("102.5")]


def test_the_last_known_rate_carries_forward(athena: Athena, quote: Quote) -> None:
    quote(WEEKEND)

    assert worth(athena, "EUR", "2031-07-01", "2") == Decimal("2.05")


def test_there_is_no_rate_before_the_first_one(athena: Athena, quote: Quote) -> None:
    quote(WEEKEND)

    assert worth(athena, "EUR", "2025-01-30", "100") is None


def test_a_currency_without_any_rate_is_not_converted(athena: Athena, quote: Quote) -> None:
    quote(WEEKEND)

    assert worth(athena, "CHF", FRIDAY, "100") is None


def test_the_reporting_currency_needs_no_rates(athena: Athena) -> None:
    amount = "1234567890123456789012345678.0123456789"

    assert worth(athena, "USD", FRIDAY, amount) == Decimal(amount)
    assert worth(athena, "EUR", FRIDAY, "100") is None


def test_an_empty_rate_table_equals_no_table(athena: Athena, quote: Quote) -> None:
    quote([])

    assert worth(athena, "USD", FRIDAY, "100") == 100
    assert worth(athena, "EUR", FRIDAY, "100") is None


@pytest.mark.parametrize(
    ("amount", "rate", "expected"),
    [
        ("1", "0.123456789012345", "0.1234567890"),
        ("1", "0.000000000050000", "0.0000000001"),
        ("-1", "0.000000000050000", "-0.0000000001"),
        ("1", "0.000000000049999", "0"),
        ("0.0000000001", "0.5", "0.0000000001"),
        ("19999.99", "0.000061000000000", "1.21999939"),
        ("-17.35", "1.0372", "-17.99542"),
        ("999999999999", "1.000000000000001", "999999999999.001"),
    ],
)
def test_converted_amounts_have_ten_places_rounded_half_away_from_zero(
    athena: Athena, quote: Quote, amount: str, rate: str, expected: str
) -> None:
    quote([("EUR", FRIDAY, "9999-12-31", rate)])

    assert worth(athena, "EUR", FRIDAY, amount) == Decimal(expected)


@pytest.mark.parametrize(
    ("amount", "rate"), [("1e26", "1.5"), ("-1e26", "1.5"), ("1e16", "0.000061"), ("1", "1e22"), ("123456789012", "30")]
)
def test_a_huge_amount_is_converted_with_double_precision(athena: Athena, quote: Quote, amount: str, rate: str) -> None:
    quote([("EUR", FRIDAY, "9999-12-31", rate)])

    found = worth(athena, "EUR", FRIDAY, f"{Decimal(amount):f}")

    assert found is not None
    assert found == pytest.approx(Decimal(amount) * Decimal(rate), rel=Decimal("1e-15"))


def test_rows_without_a_rate_keep_every_column(athena: Athena, quote: Quote) -> None:
    quote(WEEKEND)
    statement = sql(
        """
        WITH sold AS (SELECT * FROM (VALUES
            ('a', 'EUR', :monday, 2), ('b', 'CHF', :monday, 3), ('c', 'USD', :monday, 4)
        ) AS t (region, currency, dt, lines)), rated AS ({rated})
        SELECT * FROM rated ORDER BY region
        """,
        monday=_text(MONDAY),
        rated=with_rates("sold", "USD", days=ONCE_A_DAY),
    )

    rows = athena.run(statement)

    assert rows == [
        {"region": "a", "currency": "EUR", "dt": MONDAY, "lines": 2, "rate": Decimal("1.025")},
        {"region": "b", "currency": "CHF", "dt": MONDAY, "lines": 3, "rate": None},
        {"region": "c", "currency": "USD", "dt": MONDAY, "lines": 4, "rate": Decimal(1)},
    ]


def test_rates_derived_for_another_reporting_currency_are_ignored(athena: Athena, quote: Quote) -> None:
    quote(WEEKEND)
    template = "WITH sold AS (SELECT 'EUR' AS currency, :friday AS dt) {rated}"

    [row] = athena.run(sql(template, friday=_text(FRIDAY), rated=with_rates("sold", "GBP")))

    assert row["rate"] is None


SINCE, DAYS_KNOWN = date(2021, 12, 20), 800
LEAP_DAY = "2024-02-29"


def any_rates() -> list[tuple[str, str, str, str]]:
    """Rates of three currencies that change after a day, a week or years, the first of each a while after the start."""
    dice, found = random.Random(103), []  # noqa: S311 - the same every time
    for currency, longest in (("EUR", 3), ("GBP", 40), ("JPY", 900)):
        changes = [SINCE + timedelta(days=dice.randint(1, 20))]
        while changes[-1] < SINCE + timedelta(days=DAYS_KNOWN):
            changes.append(changes[-1] + timedelta(days=dice.randint(1, longest)))
        days = [*map(date.isoformat, changes), "9999-12-31"]
        found += [(currency, *span, f"{dice.uniform(0.001, 9):.9f}") for span in pairwise(days)]
    return found


@pytest.mark.parametrize(
    "days",
    [None, days_of("2021-12-20", "2024-03-10"), days_of("2022-01-31", LEAP_DAY), days_of(LEAP_DAY, LEAP_DAY)],
    ids=lambda days: "unknown" if days is None else "..".join(map(str, days)),
)
def test_each_currency_has_exactly_one_valid_rate_per_day(athena: Athena, quote: Quote, days: Days | None) -> None:
    rates = any_rates()
    quote(rates)
    first, last = (each.day for each in days or days_of("2021-12-20", "2024-03-10"))
    statement = sql(
        """
        WITH sold AS (
            SELECT currency, substr(CAST(day AS varchar), 1, 10) AS dt
            FROM UNNEST(sequence(:first, :last, INTERVAL '1' DAY)) AS days (day)
            CROSS JOIN (VALUES 'EUR', 'GBP', 'JPY') AS currencies (currency)
        )
        {rated}
        """,
        first=first,
        last=last,
        rated=with_rates("sold", "USD", days=days),
    )

    rows = athena.run(statement)

    told = {(row["currency"], row["dt"]): row["rate"] for row in rows}
    assert len(rows) == len(told) == 3 * ((last - first).days + 1)
    assert told == {
        (currency, day): next(
            (Decimal(rate) for name, *span, rate in rates if name == currency and span[0] <= day < span[1]), None
        )
        for currency, day in told
    }
