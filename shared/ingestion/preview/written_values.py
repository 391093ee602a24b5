"""Finds out from values how a source writes numbers and times; what several readings fit is a question."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product
from typing import Any

SYMBOLS = ("R$", "A$", "CA$", "US$", "$", "€", "£", "¥", "₹", "₺", "₩", "zł", "kr", "CHF", "USD", "EUR", "GBP")
_CURRENCIES = {
    "€": "EUR",
    "£": "GBP",
    "₹": "INR",
    "₺": "TRY",
    "₩": "KRW",
    "zł": "PLN",
    "R$": "BRL",
    "A$": "AUD",
    "CA$": "CAD",
    "US$": "USD",
    "CHF": "CHF",
    "USD": "USD",
    "EUR": "EUR",
    "GBP": "GBP",
}
_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_WRITTEN = re.compile(r"[+-]?\d[\d.,' \u00a0\u202f]*", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?P<sign>[.,' \u00a0\u202f])\d{3}((?P=sign)\d{3})*")
_ISO_TIME = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?( ?(Z|[+-]\d\d:?\d\d))?)?", re.ASCII)
_DAYS = (
    ("%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y", "%m/%d/%y"),
    ("%d.%m.%Y", "%d.%m.%y"),
    ("%d-%m-%Y", "%m-%d-%Y"),
    ("%Y/%m/%d",),
    ("%d %b %Y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y", "%d-%b-%Y"),
)
_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", " %H:%M:%S.%f")
_ZONES = ("", " %z")
_NAMED_ZONE = re.compile(r"\b[A-Z]{2,5}$")
_MOST_TRIED = 200
_LIKE_A_TIME = re.compile(r"(?=.*\d.*\d.*\d)[\w,:/.+-][\w ,:/.+-]+")
_LONGEST_TIME = 40
_EPOCHS = {10: "epoch_s", 13: "epoch_ms"}


@dataclass
class WrittenNumbers:
    """How numbers are written: the entry for `numbers`, empty if they are plain; or why it is not certain."""

    format: dict[str, Any] = field(default_factory=dict)
    currencies: set[str] = field(default_factory=set)
    has_symbol: bool = False
    question: str = ""


def numbers_of(values: Collection[str]) -> WrittenNumbers | None:
    """Return how numbers are written; None if the values are not numbers."""
    found = WrittenNumbers()
    stripped = [_stripped(value, found) for value in values]
    if not values or not all(_WRITTEN.fullmatch(each) or _PLAIN.fullmatch(each) for each in stripped):
        return None
    if not all(_PLAIN.fullmatch(each) for each in stripped):
        _find_separators([each.strip("+-") for each in stripped], found)
    return found


def _stripped(value: str, found: WrittenNumbers) -> str:
    text = value.strip()
    if text.startswith("(") and text.endswith(")"):
        found.format["negative_in_parentheses"] = True
        text = text[1:-1].strip()
    if text.endswith("%"):
        found.format["percent"] = True
        text = text[:-1].strip()
    symbol = next((each for each in SYMBOLS if each in text), None)
    if symbol is not None:
        symbols = found.format.setdefault("symbols", [])
        if symbol not in symbols:
            symbols.append(symbol)
        found.has_symbol = True
        found.currencies |= {_CURRENCIES[symbol]} if symbol in _CURRENCIES else set()
        text = text.replace(symbol, "", 1).strip()
    return text.replace("- ", "-", 1)


def _find_separators(texts: Sequence[str], found: WrittenNumbers) -> None:
    both = [each for each in texts if "." in each and "," in each]
    decimals = {each[max(each.rfind("."), each.rfind(","))] for each in both}
    alone = [each for each in texts if each not in both and not _GROUPED.fullmatch(each)]
    decimals |= {sign for each in alone for sign in ".," if each.count(sign) == 1}
    grouped = {match["sign"] for each in texts if (match := _GROUPED.fullmatch(each)) and each.count(match["sign"]) > 1}
    decimals -= grouped
    used = {sign for each in texts for sign in ".,' \u00a0\u202f" if sign in each}
    if len(decimals) > 1 or len(grouped) > 1:
        found.question = "its numbers are written in several ways"
        return
    if not decimals and not grouped and used == {","}:
        found.question = f"is {_example(texts)} one thousand and more, or has it decimal places? Set `numbers`"
        return
    decimal = next(iter(decimals), "." if "," in used else ",")
    thousands = next(iter(used - {decimal}), "")
    found.format |= {"decimal": decimal} if decimal != "." else {}
    found.format |= {"thousands": " " if thousands in "\u00a0\u202f" and thousands else thousands} if thousands else {}


def _example(texts: Sequence[str]) -> str:
    return next(each for each in texts if "," in each)


@dataclass(frozen=True)
class WrittenMoments:
    """How times are written: formats for `date_formats`, none if they need none; or why it is not certain."""

    formats: tuple[str, ...] = ()
    has_zone: bool = True
    question: str = ""


def times_of(values: Collection[str]) -> WrittenMoments | None:
    """Return how times are written; None if the values are not times."""
    tried = list(dict.fromkeys(value.strip() for value in values))[:_MOST_TRIED]
    if not tried or not all(len(each) <= _LONGEST_TIME and _LIKE_A_TIME.fullmatch(each) for each in tried):
        return None
    if all(_ISO_TIME.fullmatch(each) for each in tried):
        return WrittenMoments(has_zone=all(re.search(r"(Z|[+-]\d\d:?\d\d)$", each[10:]) for each in tried))
    fitting = [each for each in _formats() if _reads_all(each, tried)]
    if not fitting:
        return _with_named_zones(tried)
    has_zone = fitting[0].endswith("%z")
    if len(fitting) > 1 and len({_moments(each, tried) for each in fitting}) > 1:
        return WrittenMoments(has_zone=has_zone, question=f"is {tried[0]} written as {' or '.join(fitting)}?")
    return WrittenMoments((fitting[0],), has_zone)


def epoch_of(values: Collection[str]) -> str | None:
    """Return the format of times that are written as numbers of seconds or milliseconds since 1970."""
    widths = {len(each) for each in values}
    if len(widths) == 1 and all(_INTEGER.fullmatch(each) for each in values):
        return _EPOCHS.get(widths.pop())
    return None


def _formats() -> Iterable[str]:
    return ("".join(parts) for days in _DAYS for parts in product(days, _CLOCKS, _ZONES))


def _reads_all(written: str, values: Sequence[str]) -> bool:
    return all(_moment(written, each) is not None for each in values)


def _moments(written: str, values: Sequence[str]) -> tuple[datetime | None, ...]:
    return tuple(_moment(written, each) for each in values)


def _moment(written: str, value: str) -> datetime | None:
    try:
        return datetime.strptime(value, written)  # noqa: DTZ007 # only whether and how it is read is of interest
    except ValueError:
        return None


def _with_named_zones(values: Sequence[str]) -> WrittenMoments | None:
    names = {match[0] for each in values if (match := _NAMED_ZONE.search(each))} - {"AM", "PM"}
    if not names or times_of([_NAMED_ZONE.sub("", each).strip() for each in values]) is None:
        return None
    example = ", ".join(sorted(names))
    return WrittenMoments(question=f"which zones are {example}? Write %Z in `date_formats`, with their `timezone`")
