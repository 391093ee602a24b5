"""Quotes of currencies as they were published, with where each came from and since when it is held."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Quote:
    """On a day, so many units of a currency were worth one unit of the base; the day is `yyyy-MM-dd`."""

    currency: str
    day: str
    base: str
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Origin:
    """The file that quotes were loaded from: its name, the SHA-256 under which it is kept, and when it was loaded."""

    file: str
    digest: str
    loaded_at: datetime


@dataclass(frozen=True, slots=True)
class HeldQuote:
    """A quote and where it is from."""

    quote: Quote
    origin: Origin


@dataclass(frozen=True, kw_only=True)
class Merged:
    """All quotes that are held, by currency and day, and how many of a file were new or other than those before."""

    quotes: Sequence[HeldQuote]
    new: int
    changed: int


def merge(held: Iterable[HeldQuote], read: Iterable[Quote], origin: Origin) -> Merged:
    """Let the quotes of a file take the place of those held of the same currency and day.

    A quote that says the same as the one held leaves it as it is, so that a file loaded twice changes nothing.
    """
    before = {(each.quote.currency, each.quote.day): each for each in held}
    mine = {
        (quote.currency, quote.day): HeldQuote(quote, origin)
        for quote in read
        if (known := before.get((quote.currency, quote.day))) is None or known.quote != quote
    }
    changed = len(mine.keys() & before.keys())
    stands = before | mine
    return Merged(quotes=[stands[key] for key in sorted(stands)], new=len(mine) - changed, changed=changed)
