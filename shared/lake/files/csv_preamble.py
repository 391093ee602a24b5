"""Splits off what precedes the header of a CSV file."""

import io
import re
from itertools import islice

_SEPARATOR_LINE = re.compile(r"""\ufeff?"?sep=(?P<delimiter>[\t\x20-\x7e])"?(\r\n|\n|\r)""", re.IGNORECASE)


def split_lines(text: str, count: int) -> str:
    """Return the first lines of a text, with their ends."""
    return "".join(islice(io.StringIO(text, newline=""), count))


def split_separator_line(text: str) -> tuple[str, str, str | None]:
    """Split off a first line such as `sep=;`, which spreadsheets write; return it, the rest, and the delimiter."""
    match = _SEPARATOR_LINE.match(text)
    if match is None:
        return "", text, None
    return match[0], text[match.end() :], match["delimiter"]
