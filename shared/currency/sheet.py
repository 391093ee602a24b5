"""Collects the quotes and the errors of a reference rate file."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.currency.cells import currency_in, day_in, rate_in
from shared.currency.mistakes import Mistake, WrongRates
from shared.currency.quotes import Quote

EURO = "EUR"


@dataclass(frozen=True)
class Cell:
    """A text in a file, with its line and column name."""

    line: int
    field: str
    text: str


@dataclass
class Sheet:
    """Collects cells, one quote at a time."""

    mistakes: list[Mistake] = field(default_factory=list)
    _quotes: dict[tuple[str, str], Quote] = field(default_factory=dict)

    def day(self, cell: Cell) -> str | None:
        """Parse a day; return None and record the error if it is invalid."""
        try:
            return day_in(cell.text)
        except ValueError as error:
            self.note(cell, str(error))
            return None

    def currency(self, cell: Cell) -> str | None:
        """Parse a currency; return None and record the error if it is invalid."""
        try:
            return currency_in(cell.text)
        except ValueError as error:
            self.note(cell, str(error))
            return None

    def quote(self, day: str, currency: str, rate: Cell, base: str) -> None:
        """Add a quote, or record its errors."""
        try:
            read = Quote(currency, day, base, rate_in(rate.text))
        except ValueError as error:
            self.note(rate, str(error))
            return
        if (currency, day) in self._quotes:
            self.note(rate, f"{currency} has two rates on {day}")
        else:
            self._quotes[currency, day] = read

    def note(self, cell: Cell, message: str) -> None:
        """Record an error."""
        self.mistakes.append(Mistake(cell.line, cell.field, message))

    def quotes(self) -> Sequence[Quote]:
        """Return all quotes of a file that has quotes and no errors.

        Raises:
            WrongRates: the file has errors, or no rates.
        """
        if not self.mistakes and not self._quotes:
            self.mistakes.append(Mistake(1, "file", "contains no rate"))
        if self.mistakes:
            raise WrongRates(sorted(self.mistakes, key=lambda each: each.line))
        return list(self._quotes.values())
