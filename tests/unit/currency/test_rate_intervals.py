"""Quotes become a step function: the rate of a currency in the reporting currency on every day."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.currency.quotes import Quote
from shared.currency.rate_intervals import FOREVER, RateInterval, RateNotDerivable, derive_intervals

FRIDAY, MONDAY, TUESDAY = "2025-01-31", "2025-02-03", "2025-02-04"


def quote(currency: str, day: str, rate: str, base: str = "EUR") -> Quote:
    return Quote(currency, day, base, Decimal(rate))


def test_the_rate_of_the_base_is_the_quote_of_the_reporting_currency() -> None:
    found = derive_intervals([quote("USD", FRIDAY, "1.0393"), quote("USD", MONDAY, "1.0274")], "USD")

    assert found == [
        RateInterval("EUR", FRIDAY, MONDAY, Decimal("1.0393")),
        RateInterval("EUR", MONDAY, FOREVER, Decimal("1.0274")),
    ]


def test_a_cross_rate_is_the_quotient_to_fifteen_places_half_even() -> None:
    [_, pound] = derive_intervals([quote("GBP", FRIDAY, "0.83608"), quote("USD", FRIDAY, "1.0393")], "USD")

    assert pound == RateInterval("GBP", FRIDAY, FOREVER, Decimal("1.243062864797627"))


@pytest.mark.parametrize(("dollars", "last_place"), [("3", 2), ("5", 2), ("7", 4)])
def test_halves_round_to_even(dollars: str, last_place: int) -> None:
    quotes = [quote("USD", FRIDAY, f"0.00000000000{dollars}"), quote("JPY", FRIDAY, "2000")]

    [yen] = [span for span in derive_intervals(quotes, "USD") if span.currency == "JPY"]

    assert yen.rate == Decimal(last_place).scaleb(-15)


def test_the_last_known_quote_carries_forward_for_the_reporting_currency_too() -> None:
    found = derive_intervals(
        [quote("USD", FRIDAY, "1.04"), quote("JPY", FRIDAY, "160"), quote("JPY", MONDAY, "130")], "USD"
    )

    assert [span for span in found if span.currency == "JPY"] == [
        RateInterval("JPY", FRIDAY, MONDAY, Decimal("0.0065")),
        RateInterval("JPY", MONDAY, FOREVER, Decimal("0.008")),
    ]


def test_days_without_a_change_are_one_interval() -> None:
    found = derive_intervals([quote("USD", day, "1.04") for day in (FRIDAY, MONDAY, TUESDAY)], "USD")

    assert found == [RateInterval("EUR", FRIDAY, FOREVER, Decimal("1.04"))]


def test_there_is_no_rate_before_both_currencies_are_quoted() -> None:
    found = derive_intervals([quote("JPY", FRIDAY, "160"), quote("USD", MONDAY, "1.04")], "USD")

    assert {span.valid_from for span in found} == {MONDAY}


def test_without_a_quote_of_the_reporting_currency_nothing_can_be_converted() -> None:
    assert derive_intervals([quote("JPY", FRIDAY, "160")], "USD") == []
    assert derive_intervals([], "USD") == []


def test_the_base_may_be_the_reporting_currency() -> None:
    assert derive_intervals([quote("USD", FRIDAY, "1.25")], "EUR") == [
        RateInterval("USD", FRIDAY, FOREVER, Decimal("0.8"))
    ]


def test_a_base_may_itself_be_quoted_in_another() -> None:
    quotes = [quote("AED", FRIDAY, "3.6725", "USD"), quote("USD", FRIDAY, "1.04"), quote("GBP", FRIDAY, "0.8")]

    found = {span.currency: span.rate for span in derive_intervals(quotes, "AED")}

    assert found == {"USD": Decimal("3.6725"), "EUR": Decimal("3.8194"), "GBP": Decimal("4.77425")}


def test_currencies_without_a_common_base_are_not_converted() -> None:
    quotes = [quote("XCD", FRIDAY, "2.7", "BBD"), quote("USD", FRIDAY, "1.04")]

    assert {span.currency for span in derive_intervals(quotes, "USD")} == {"EUR"}


def test_a_currency_losing_its_path_to_the_reporting_currency_has_no_rate_from_then() -> None:
    quotes = [quote("USD", FRIDAY, "1.04"), quote("XCD", FRIDAY, "2.8"), quote("XCD", MONDAY, "2.7", "BBD")]

    assert [span.valid_before for span in derive_intervals(quotes, "USD") if span.currency == "XCD"] == [MONDAY]


def test_circular_quotes_are_refused_by_name() -> None:
    quotes = [quote("USD", FRIDAY, "1.04"), quote("EUR", FRIDAY, "0.96", "USD")]

    with pytest.raises(RateNotDerivable, match="EUR, USD"):
        derive_intervals(quotes, "USD")


def test_a_rate_that_rounds_to_zero_is_refused() -> None:
    quotes = [quote("USD", FRIDAY, "0.000000001"), quote("JPY", FRIDAY, "999999999")]

    with pytest.raises(RateNotDerivable, match="JPY"):
        derive_intervals(quotes, "USD")


CURRENCIES = ("USD", "JPY", "GBP", "CHF")
FIRST = date(2025, 1, 1)
DAYS = st.integers(0, 14).map(lambda number: (FIRST + timedelta(days=number)).isoformat())
RATES = st.decimals("0.0001", "9999", places=4)
QUOTES = st.dictionaries(st.tuples(st.sampled_from(CURRENCIES), DAYS), RATES, max_size=30).map(
    lambda found: [Quote(currency, day, "EUR", rate) for (currency, day), rate in found.items()]
)
REPORTED = st.sampled_from((*CURRENCIES, "EUR"))


def rounded(value: Fraction) -> Decimal:
    """Round half to even at fifteen places, in whole numbers only."""
    return Decimal(round(value * 10**15)).scaleb(-15)


def worth(quotes: list[Quote], currency: str, reported: str, day: str) -> Decimal | None:
    """The rate of a currency by definition: the quotient of the last quotes up to a day."""
    if currency == reported:
        return None
    known = {each.currency: each.rate for each in sorted(quotes, key=lambda each: each.day) if each.day <= day}
    per_euro = {"EUR": Decimal(1)} | known
    if not known or currency not in per_euro or reported not in per_euro:
        return None
    return rounded(Fraction(per_euro[reported]) / Fraction(per_euro[currency]))


@given(QUOTES, REPORTED)
def test_intervals_agree_with_the_last_quotes_on_every_day(quotes: list[Quote], reported: str) -> None:
    found = derive_intervals(quotes, reported)

    for day in ((FIRST + timedelta(days=number)).isoformat() for number in range(-2, 20)):
        valid = {span.currency: span.rate for span in found if span.valid_from <= day < span.valid_before}
        expected = {each: worth(quotes, each, reported, day) for each in (*CURRENCIES, "EUR")}
        assert valid == {currency: rate for currency, rate in expected.items() if rate is not None}


@given(QUOTES, REPORTED)
def test_intervals_of_a_currency_are_contiguous_and_the_last_is_open(quotes: list[Quote], reported: str) -> None:
    found = derive_intervals(quotes, reported)

    for currency in {span.currency for span in found}:
        mine = [span for span in found if span.currency == currency]
        assert all(one.valid_before == other.valid_from and one.rate != other.rate for one, other in pairwise(mine))
        assert all(span.valid_from < span.valid_before for span in mine)
        assert mine[-1].valid_before == FOREVER


@given(QUOTES.flatmap(lambda quotes: st.tuples(st.just(quotes), st.permutations(quotes))), REPORTED)
def test_the_order_of_quotes_does_not_matter(quotes: tuple[list[Quote], list[Quote]], reported: str) -> None:
    one, other = quotes

    assert derive_intervals(one, reported) == derive_intervals(other, reported)
