"""Detects the dialect of a CSV file from its beginning: delimiter, quote character, header, column names."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from shared.lake.files.csv_preamble import split_lines, split_separator_line
from shared.lake.files.errors import UnreadableFile
from shared.lake.files.options import FileOptions

SAMPLE = 64 * 1024
MOST_COLUMNS = 2000
"""Every column costs time for every part of a file, even without values."""
_DELIMITERS = ",;\t|"
_SAMPLED_RECORDS = 150
_SEARCHED_LINES = 100
"""The header is within so many lines."""

_DATA = re.compile(r"\s*[-+]?\d[\d.,:/ TZ+-]*\s*$")


@dataclass(frozen=True)
class CsvDialect:
    """How a CSV file is written; each record has one field per name. `start` is where records begin, in characters."""

    delimiter: str
    quote: str
    header: bool
    names: Sequence[str]
    escape: str | None = None
    allow_short_rows: bool = False
    allow_trailing_empty: bool = True
    skipped_lines: int = 0
    start: int = 0


@dataclass(frozen=True)
class _Start:
    """The first records as a delimiter cuts them: from the header on, if it has names that are expected."""

    delimiter: str
    records: Sequence[Sequence[str]]
    lines_before: int = 0
    found: int = 0
    """How many expected names the header has."""

    rival: int | None = None
    """The number of lines before an earlier record that may be the header, too, so that those below it are records."""


def detect_dialect(sample: str, options: FileOptions) -> CsvDialect:
    """Detect the dialect of a file from its first characters, except for given options.

    The header is the first record with the most names that are expected. Without any, it is the first record, and the
    delimiter is the one by which most of the first records have as many fields as the very first, two or more.

    Raises:
        UnreadableFile: there is no record, it is too long to be a header, or names are missing or duplicate.
    """
    before, text, written = split_lines(sample, options.skip_lines or 0), sample, None
    if options.skip_lines is not None:
        text = sample[len(before) :]
    else:
        before, text, written = split_separator_line(sample)
    quote = options.quote or ("'" if '"' not in text and text.lstrip().startswith("'") else '"')
    delimiters = options.delimiter or written or _DELIMITERS
    start = max(
        (_start(text, each, quote, options, is_whole=len(sample) < SAMPLE) for each in delimiters), key=_likelihood
    )
    if not start.records:
        _fail_without_records(text, is_whole=len(sample) < SAMPLE)
    preamble = before + split_lines(text, start.lines_before)
    if start.rival is not None:
        lines = [_count_lines(before) + each + 1 for each in (start.rival, start.lines_before)]
        message = f"lines {lines[0]} and {lines[1]} may both be the header; set skip_lines to that before it"
        raise UnreadableFile("columns", message, row=lines[0])
    dialect = CsvDialect(
        delimiter=start.delimiter,
        quote=quote,
        header=False,
        names=(),
        escape=options.escape,
        allow_short_rows=options.allow_short_rows,
        allow_trailing_empty=options.allow_trailing_empty,
        skipped_lines=_count_lines(preamble),
        start=len(preamble),
    )
    return _with_names(dialect, start, options)


def _with_names(dialect: CsvDialect, start: _Start, options: FileOptions) -> CsvDialect:
    first = start.records[0]
    header = bool(start.found) or not any(map(_DATA.match, first)) if options.header is None else options.header
    if options.columns is not None:
        names = list(options.columns)
    else:
        names = [(header and name.strip()) or f"column_{number}" for number, name in enumerate(first, 1)]
    check_names(names)
    if len(names) != len(first):
        message = f"{len(names)} column names are given, but the first record has {len(first)} fields"
        raise UnreadableFile("columns", message, row=dialect.skipped_lines + 1)
    return replace(dialect, header=header, names=names)


def _fail_without_records(text: str, *, is_whole: bool) -> None:
    if text.strip() and not is_whole:
        raise UnreadableFile("record_too_long", f"the first line does not end within {SAMPLE} characters", row=1)
    raise UnreadableFile("no_records", "the file has no records")


def _start(text: str, delimiter: str, quote: str, options: FileOptions, *, is_whole: bool) -> _Start:
    complete = text if is_whole else text[: text.rfind("\n") + 1]
    found = list(_records(complete, delimiter, quote, options.escape))
    searched = [each for each in found if each[0] < _SEARCHED_LINES]
    if options.skip_lines is None and options.columns is None and options.header is not False and searched:
        expected = frozenset(options.expected)
        names = [len(expected.intersection(map(str.strip, record))) for _, record in searched]
        place = names.index(max(names))
        if names[place]:
            rivals = (line for (line, _), named in zip(searched[:place], names, strict=False) if named > 1)
            records = [record for _, record in found[place:]]
            return _Start(delimiter, records, searched[place][0], names[place], next(rivals, None))
    return _Start(delimiter, [record for _, record in found])


def _records(text: str, delimiter: str, quote: str, escape: str | None) -> Iterator[tuple[int, list[str]]]:
    """Yield the first records, each with the number of lines before it."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote, escapechar=escape)
    count, lines = 0, 0
    try:
        for record in reader:
            if any(record):
                yield lines, record
                count += 1
            lines = reader.line_num
            if count == _SAMPLED_RECORDS:
                break
    except csv.Error as error:
        raise UnreadableFile("record_too_long", f"the start of the file cannot be read: {error}") from None


def _likelihood(start: _Start) -> tuple[int, float, int]:
    records = start.records
    if not records or len(records[0]) == 1:
        return start.found, 0, 1
    widths = Counter(map(len, records))
    return start.found, widths[len(records[0])] / len(records), len(records[0])


def _count_lines(text: str) -> int:
    return sum(1 for _ in io.StringIO(text, newline=""))


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
