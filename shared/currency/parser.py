"""Parses reference rate files: the ECB's table with a column per currency, and a long form with a line per rate."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from shared.currency.mistakes import Mistake, WrongRates
from shared.currency.quotes import Quote
from shared.currency.sheet import EURO, Cell, Sheet

_DATE, _CURRENCY, _RATE, _BASE = LONG_FORM = ("date", "currency", "rate", "base")
_UNKNOWN = ("", "N/A")
_FORMS = "start it with the header `Date,USD,JPY,...` (units per EUR, as the ECB does) or `date,currency,rate[,base]`"


@dataclass(frozen=True)
class _Row:
    line: int
    texts: Sequence[str]

    def under(self, header: Sequence[str]) -> Mapping[str, Cell]:
        padded = [*self.texts, *[""] * (len(header) - len(self.texts))]
        return {name: Cell(self.line, name, text) for name, text in zip(header, padded, strict=False)}


def read(text: str) -> Sequence[Quote]:
    """Parse a file in either form; a rate is the number of units of its currency per unit of the base currency.

    Raises:
        WrongRates: the file has errors; the exception contains all of them.
    """
    rows = _rows(text)
    header = next(rows, _Row(1, ()))
    names, sheet = _names(header), Sheet()
    if _CURRENCY in names:
        _read_long(sheet, names, rows)
    else:
        _read_wide(sheet, names, rows, header.line)
    return sheet.quotes()


def _rows(text: str) -> Iterator[_Row]:
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in lines:
            texts = [cell.strip() for cell in cells]
            if any(texts):
                yield _Row(lines.line_num, texts)
    except csv.Error as error:
        raise WrongRates([Mistake(lines.line_num, "file", f"is not valid CSV ({error})")]) from error


def _names(header: _Row) -> Sequence[str]:
    """Return the names in the header, without the empty one after a trailing comma."""
    names = list(header.texts)
    while names and not names[-1]:
        names.pop()
    lower = [name.lower() for name in names]
    if _CURRENCY in lower:
        names = lower
    elif lower[:1] != [_DATE]:
        raise WrongRates([Mistake(header.line, "header", f"this is not a file of rates; {_FORMS}")])
    if wrong := [Mistake(header.line, "header", each) for each in _wrong(names)]:
        raise WrongRates(wrong)
    return names


def _wrong(names: Sequence[str]) -> Iterator[str]:
    yield from (f"{name or 'an unnamed column'} occurs twice" for name in sorted(_duplicates(names)))
    if _CURRENCY not in names:
        return
    yield from (f"{name} is missing" for name in (_DATE, _RATE) if name not in names)
    yield from (f"{name or 'an unnamed column'} is unknown" for name in names if name not in LONG_FORM)


def _duplicates(names: Sequence[str]) -> set[str]:
    return {name for name in names if names.count(name) > 1}


def _read_wide(sheet: Sheet, names: Sequence[str], rows: Iterator[_Row], line: int) -> None:
    first, *currencies = names
    known = [name for name in currencies if sheet.currency(Cell(line, name, name))]
    if EURO in known:
        sheet.note(Cell(line, EURO, ""), "rates are per EUR, so EUR itself must not have one")
    for row in rows:
        if any(row.texts[len(names) :]) or len(row.texts) < len(names):
            sheet.note(Cell(row.line, first, ""), f"has {len(row.texts)} cells, but the header has {len(names)}")
            continue
        cells = row.under(names)
        day = sheet.day(cells[first])
        for name in known if day else ():
            if day and cells[name].text not in _UNKNOWN:
                sheet.quote(day, name, cells[name], EURO)


def _read_long(sheet: Sheet, names: Sequence[str], rows: Iterator[_Row]) -> None:
    for row in rows:
        cells = row.under(names)
        if any(row.texts[len(names) :]):
            sheet.note(Cell(row.line, names[0], ""), f"has more than the {len(names)} cells of the header")
            continue
        day, currency = sheet.day(cells[_DATE]), sheet.currency(cells[_CURRENCY])
        base = EURO if not (_BASE in cells and cells[_BASE].text) else sheet.currency(cells[_BASE])
        if currency and currency == base:
            sheet.note(cells[_CURRENCY], f"{currency} cannot be its own base; name another base")
        elif day and currency and base:
            sheet.quote(day, currency, cells[_RATE], base)
