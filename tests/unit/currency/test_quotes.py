"""Quotes of a file meet those that are held."""

from datetime import UTC, datetime
from decimal import Decimal

from shared.currency.quotes import HeldQuote, Origin, Quote, merge

EARLIER = Origin("old.csv", "aa", datetime(2026, 1, 1, tzinfo=UTC))
LATER = Origin("new.csv", "bb", datetime(2026, 2, 1, tzinfo=UTC))
DAY, NEXT = "2025-12-30", "2025-12-31"


def quote(currency: str, day: str, rate: str, base: str = "EUR") -> Quote:
    return Quote(currency, day, base, Decimal(rate))


def test_a_newer_file_replaces_only_its_days_and_currencies() -> None:
    held = [HeldQuote(quote("JPY", DAY, "170"), EARLIER), HeldQuote(quote("USD", DAY, "1.1"), EARLIER)]

    merged = merge(held, [quote("USD", DAY, "1.2"), quote("USD", NEXT, "1.3")], LATER)

    assert merged.quotes == [
        held[0],
        HeldQuote(quote("USD", DAY, "1.2"), LATER),
        HeldQuote(quote("USD", NEXT, "1.3"), LATER),
    ]
    assert (merged.new, merged.changed) == (1, 1)


def test_an_equal_quote_keeps_its_first_origin() -> None:
    held = [HeldQuote(quote("USD", DAY, "1.10"), EARLIER)]

    merged = merge(held, [quote("USD", DAY, "1.1")], LATER)

    assert merged.quotes == held
    assert (merged.new, merged.changed) == (0, 0)


def test_a_quote_in_another_base_replaces_the_first() -> None:
    held = [HeldQuote(quote("AED", DAY, "4.1"), EARLIER)]

    merged = merge(held, [quote("AED", DAY, "3.6725", "USD")], LATER)

    assert merged.quotes == [HeldQuote(quote("AED", DAY, "3.6725", "USD"), LATER)]
