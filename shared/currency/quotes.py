"""Exchange rate quotes as published, with their origin and load time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Quote:
    """The number of units of a currency per unit of the base currency on a day (`yyyy-MM-dd`)."""

    currency: str
    day: str
    base: str
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Origin:
    """The file that quotes were loaded from: its name, its SHA-256 (its storage key), and its load time."""

    file: str
    digest: str
    loaded_at: datetime


@dataclass(frozen=True, slots=True)
class HeldQuote:
    """A stored quote and its origin."""

    quote: Quote
    origin: Origin


@dataclass(frozen=True, kw_only=True)
class Merged:
    """All stored quotes by currency and day, with the numbers of new and changed quotes."""

    quotes: Sequence[HeldQuote]
    new: int
    changed: int


def merge(held: Iterable[HeldQuote], read: Iterable[Quote], origin: Origin) -> Merged:
    """Replace stored quotes by those of a file with the same currency and day.

    A quote equal to the stored one leaves it unchanged, including its origin, so loading a file twice has no effect.
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
