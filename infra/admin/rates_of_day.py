"""The rates of a day with the quotes that they are derived from, as rows of a table and as a JSON document."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.currency.quotes import HeldQuote
from shared.currency.rate_intervals import RateInterval


@dataclass(frozen=True, kw_only=True)
class RatesOfDay:
    """What each of some currencies is worth on a day, in the reporting currency."""

    day: str
    reporting_currency: str
    spans: Sequence[RateInterval]
    quotes: Sequence[HeldQuote]

    def rates(self) -> Iterator[tuple[str, str, str]]:
        """Format each rate as a row."""
        for span in self.spans:
            yield span.currency, f"{span.rate.normalize():f}", self.reporting_currency

    def origins(self, currency: str) -> Iterator[Sequence[str]]:
        """Format every quote that a rate is derived from as a row, along the bases of both currencies."""
        known = self._latest_quotes()
        path = _path(currency, known)
        ends = () if self.reporting_currency in path else _path(self.reporting_currency, known)
        upto = path.index(self.reporting_currency) if self.reporting_currency in path else len(path)
        for held in (known[name] for name in (*path[:upto], *ends) if name in known):
            quote, origin = held.quote, held.origin
            units = f"{quote.rate.normalize():f}"
            yield quote.day, units, quote.currency, quote.base, origin.file, f"{origin.loaded_at:%Y-%m-%d %H:%M}"

    def document(self) -> dict[str, Any]:
        """Return the rates and their quotes for programs; numbers are strings, which lose no digit."""
        rates = [
            {"currency": currency, "rate": rate, "quotes": list(map(_quote, self.origins(currency)))}
            for currency, rate, _ in self.rates()
        ]
        return {"day": self.day, "reporting_currency": self.reporting_currency, "rates": rates}

    def _latest_quotes(self) -> dict[str, HeldQuote]:
        """Return the latest quote of each currency; quotes are in the order of their days."""
        return {each.quote.currency: each for each in self.quotes if each.quote.day <= self.day}


def _quote(row: Sequence[str]) -> dict[str, str]:
    return dict(zip(("day", "rate", "currency", "base", "file", "loaded_at"), row, strict=True))


def _path(currency: str, known: Mapping[str, HeldQuote]) -> Sequence[str]:
    path = [currency]
    while held := known.get(path[-1]):
        path.append(held.quote.base)
    return path
