"""Files of results: what is not quoted is NULL, and everything else is text as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.athena.output import csv_line
from shared.athena.result_file import parse

CELLS = st.none() | st.text()


@given(st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1)))
def test_rows_are_read_as_they_were_written(rows: list[list[str | None]]) -> None:
    width = len(rows[0])
    header: list[str | None] = ["name"] * width
    text = b"".join(csv_line(row) for row in (header, *rows)).decode()

    assert list(map(list, parse(text, width))) == rows


def test_the_last_line_may_have_no_end() -> None:
    assert list(parse('"n","m"\n"1",\n,"2"', 2)) == [("1", None), (None, "2")]


def test_lines_may_end_as_on_windows() -> None:
    assert list(parse('"n"\r\n"1"\r\n', 1)) == [("1",)]


def test_a_line_that_is_cut_is_an_error() -> None:
    with pytest.raises(ValueError, match="zip"):
        list(parse('"n","m"\n"1"\n', 2))
