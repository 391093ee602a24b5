"""Parses the cells of a reference rate file: days, currencies and rates."""

import re
from datetime import date, datetime
from decimal import Decimal

from shared.records.currencies import CURRENCIES

MOST_DIGITS = 9
"""Maximum number of digits before the decimal point; up to 12 may follow it."""
_RATE = re.compile(rf"[0-9]{{1,{MOST_DIGITS}}}(\.[0-9]{{1,12}})?")
_NUMBER = re.compile(r"[-+]?[0-9]*[.,]?[0-9]+(e[-+]?[0-9]+)?", re.IGNORECASE)
_IN_WORDS = "%d %B %Y"
_CODES = frozenset(CURRENCIES)


def day_in(text: str) -> str:
    """Parse a day, as `2026-10-30` or, as in the ECB's file of a single day, `30 October 2026`.

    Raises:
        ValueError: the text is not a day; the message states the expected form.
    """
    try:
        return _day(text).isoformat()
    except ValueError:
        raise ValueError(f"{_quote(text)} is not a date; write it as 2026-10-30") from None


def _day(text: str) -> date:
    if text[:4].isdecimal():
        return date.fromisoformat(text)
    return datetime.strptime(text, _IN_WORDS).date()  # noqa: DTZ007 - a day has no zone


def currency_in(text: str) -> str:
    """Parse a currency code, including withdrawn ones.

    Raises:
        ValueError: the text is not a currency; the message states the expected form.
    """
    if text not in _CODES:
        raise ValueError(f"{_quote(text)} is not a currency; write its ISO 4217 code, such as USD")
    return text


def rate_in(text: str) -> Decimal:
    """Parse a rate: a decimal above zero, with a decimal point.

    Raises:
        ValueError: the text is not a rate; the message states the expected form.
    """
    if not _RATE.fullmatch(text):
        why = "is out of range" if _NUMBER.fullmatch(text) else "is not a rate"
        raise ValueError(
            f"{_quote(text)} {why}; write a decimal such as 1.0389, with at most 9 digits before the point"
        )
    rate = Decimal(text)
    if not rate:
        raise ValueError("a rate must be greater than zero")
    return rate


def _quote(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:40]}...")  # noqa: PLR2004 - what a reader can take in
