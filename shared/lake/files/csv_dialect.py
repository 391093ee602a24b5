"""Detects the dialect of a CSV file from its beginning: delimiter, quote character, header, column names."""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from shared.lake.files.errors import UnreadableFile
from shared.lake.files.options import FileOptions

SAMPLE = 64 * 1024
MOST_COLUMNS = 2000
"""Every column costs time for every part of a file, even without values."""
_DELIMITERS = ",;\t|"
_SAMPLED_RECORDS = 50
_DATA = re.compile(r"\s*[-+]?\d[\d.,:/ TZ+-]*\s*$")


@dataclass(frozen=True)
class CsvDialect:
    """How a CSV file is written; each record has one field per name."""

    delimiter: str
    quote: str
    header: bool
    names: Sequence[str]


def detect_dialect(sample: str, options: FileOptions) -> CsvDialect:
    """Detect the dialect of a file from its first characters, except for given options.

    The delimiter is the one by which most of the first records have as many fields as the very first, two or more.

    Raises:
        UnreadableFile: there is no record, it is too long to be a header, or names are missing or duplicate.
    """
    quote = options.quote or ("'" if '"' not in sample and sample.lstrip().startswith("'") else '"')
    delimiter = options.delimiter or max(_DELIMITERS, key=lambda each: _consistency(_records(sample, each, quote)))
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
    return CsvDialect(delimiter, quote, header, names)


def _records(sample: str, delimiter: str, quote: str) -> list[list[str]]:
    """Return the first complete records; the last one only if the file ends with it."""
    whole = sample if len(sample) < SAMPLE else sample[: sample.rfind("\n") + 1]
    found: list[list[str]] = []
    try:
        for record in csv.reader(io.StringIO(whole, newline=""), delimiter=delimiter, quotechar=quote):
            if any(record):
                found.append(record)
            if len(found) == _SAMPLED_RECORDS:
                break
    except csv.Error as error:
        raise UnreadableFile("record_too_long", f"the start of the file cannot be read: {error}") from None
    return found


def _consistency(records: Sequence[Sequence[str]]) -> tuple[float, int]:
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
    """Reject too many columns and duplicate names.

    Raises:
        UnreadableFile: the names are invalid.
    """
    if len(names) > MOST_COLUMNS:
        raise UnreadableFile("columns", f"there are {len(names)} columns; {MOST_COLUMNS} are the most", row=1)
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise UnreadableFile("columns", f"duplicate column {twice[0][:100]!r} in the header", row=1)
