"""Whatever a file of rates holds, it is read or refused with mistakes by line: never anything else."""

import io
import zipfile
from collections.abc import Sequence

from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.currency.decompression import text_of
from shared.currency.mistakes import Mistake, WrongRates
from shared.currency.parser import read
from shared.currency.quotes import Quote
from shared.records.currencies import CURRENCIES
from tests.tiers import examples

HEADERS = st.sampled_from(
    ["Date,USD,JPY,\n", "date,currency,rate\n", "date,currency,rate,base\n", "Date,USD,HRK\n", "date,base\n", ""]
)
CELLS = st.one_of(
    st.sampled_from(["2026-10-30", "30 October 2026", "USD", "EUR", "HRK", "N/A", "", "1.1172", "0", "-1", "1e9", '"']),
    st.dates().map(str),
    st.text(max_size=5),
)
LINES = st.lists(st.lists(CELLS, max_size=6).map(",".join), max_size=8).map("\n".join)


def packed(content: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("a.csv", content)
    return sink.getvalue()


def outcome(content: str | bytes) -> Sequence[Quote] | str | Sequence[Mistake]:
    """The result of parsing a text or unpacking a file, or its errors."""
    try:
        return read(content) if isinstance(content, str) else text_of(content)
    except WrongRates as wrong:
        return wrong.mistakes


WHOLE = packed(b"Date,USD\n2026-10-30,1.1172\n" * 3)


@given(HEADERS, LINES)
def test_any_text_gives_quotes_of_known_currencies_or_errors_in_existing_lines(header: str, lines: str) -> None:
    text = header + lines

    found = outcome(text)

    quotes = [each for each in found if isinstance(each, Quote)]
    if quotes:
        assert len(quotes) == len(found)
        assert {quote.currency for quote in quotes} <= set(CURRENCIES)
        assert all(quote.rate > 0 and quote.currency != quote.base for quote in quotes)
    else:
        assert found
        assert all(isinstance(each, Mistake) and 1 <= each.line <= len(text) + 1 for each in found)


@given(st.one_of(st.binary(max_size=200), st.binary(max_size=50).map(lambda data: b"\x1f\x8b" + data)))
@example(b"PK")
@example(b"PK\x03\x04")
@example(b"\x1f\x8b")
@example(packed(b"\xff\xfe"))
def test_any_bytes_are_unpacked_into_text_or_refused(data: bytes) -> None:
    found = outcome(data)

    assert isinstance(found, str) or len(found if isinstance(found, tuple) else ()) == 1


@settings(max_examples=examples(500))
@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=4))
def test_a_damaged_archive_is_read_or_refused(place: int, damage: bytes) -> None:
    found = outcome(WHOLE[:place] + damage + WHOLE[place + len(damage) :])

    assert isinstance(found, str) or len(found if isinstance(found, tuple) else ()) == 1
