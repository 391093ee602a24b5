"""How a CSV file is written, told from its beginning: what separates, what quotes, what the columns are called."""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from shared.lake.files.options import FileOptions
from shared.lake.files.unreadable import UnreadableFile

SAMPLE = 64 * 1024
MOST_COLUMNS = 2000
"""Each is work for every part of a file, whether or not it has a value."""
_DELIMITERS = ",;\t|"
_RECORDS_LOOKED_AT = 50
_DATA = re.compile(r"\s*[-+]?\d[\d.,:/ TZ+-]*\s*$")


@dataclass(frozen=True)
class Shape:
    """What it takes to read a CSV file: each record has one field for each of the names."""

    delimiter: str
    quote: str
    header: bool
    names: Sequence[str]


def shape_of(sample: str, options: FileOptions) -> Shape:
    """Tell the shape of a file from its first characters, as far as it is not told.

    The delimiter is the one by which most of the first records have as many fields as the very first, two or more.

    Raises:
        UnreadableFile: there is no record, it is too long to be a header, or names are missing or stand twice.
    """
    quote = options.quote or ("'" if '"' not in sample and sample.lstrip().startswith("'") else '"')
    delimiter = options.delimiter or max(_DELIMITERS, key=lambda each: _agreement(_records(sample, each, quote)))
    first = next(iter(_records(sample, delimiter, quote)), None)
    if first is None and sample.strip() and len(sample) >= SAMPLE:
        raise UnreadableFile("record_too_long", f"the first line does not end within {SAMPLE} characters", row=1)
    if first is None:
        raise UnreadableFile("no_records", "the file has no records")
    header = not any(map(_DATA.match, first)) if options.header is None else options.header
    if options.columns is not None:
        names = list(options.columns)
    else:
        names = [(header and name.strip()) or f"column_{number}" for number, name in enumerate(first, 1)]
    _check(names, first)
    return Shape(delimiter, quote, header, names)


def _records(sample: str, delimiter: str, quote: str) -> list[list[str]]:
    """The first whole records; the last one only where the file ends with it."""
    whole = sample if len(sample) < SAMPLE else sample[: sample.rfind("\n") + 1]
    found: list[list[str]] = []
    try:
        for record in csv.reader(io.StringIO(whole, newline=""), delimiter=delimiter, quotechar=quote):
            if any(record):
                found.append(record)
            if len(found) == _RECORDS_LOOKED_AT:
                break
    except csv.Error as error:
        raise UnreadableFile("record_too_long", f"the start of the file cannot be read: {error}") from None
    return found


def _agreement(records: Sequence[Sequence[str]]) -> tuple[float, int]:
    if not records or len(records[0]) == 1:
        return 0, 1
    widths = Counter(map(len, records))
    return widths[len(records[0])] / len(records), len(records[0])


def _check(names: Sequence[str], first: Sequence[str]) -> None:
    check_names(names)
    if len(names) != len(first):
        message = f"{len(names)} column names are given, but the first record has {len(first)} fields"
        raise UnreadableFile("columns", message, row=1)


def check_names(names: Sequence[str]) -> None:
    """Refuse columns that are too many or have a name twice.

    Raises:
        UnreadableFile: they are.
    """
    if len(names) > MOST_COLUMNS:
        raise UnreadableFile("columns", f"there are {len(names)} columns; {MOST_COLUMNS} are the most", row=1)
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise UnreadableFile("columns", f"duplicate column {twice[0][:100]!r} in the header", row=1)
