"""An object read as a file is the same bytes, from any place and in any pieces."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.lake.storage import ranged_file
from shared.lake.storage.ranged_file import RangedFile

CONTENT = bytes(range(256)) * 4


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranged_file, "PIECE", 100)


def _opened(fetched: list[tuple[int, int]]) -> RangedFile:
    def fetch(first: int, length: int) -> bytes:
        fetched.append((first, length))
        return CONTENT[first : first + length]

    return RangedFile(fetch, len(CONTENT))


@given(st.lists(st.tuples(st.integers(0, len(CONTENT) + 10), st.integers(0, 300)), max_size=20))
def test_it_reads_like_a_file_in_memory(reads: list[tuple[int, int]]) -> None:
    ours, theirs = io.BufferedReader(_opened([])), io.BytesIO(CONTENT)

    for place, size in reads:
        assert ours.seek(place) == theirs.seek(place)
        assert ours.read(size) == theirs.read(size)
        assert ours.tell() == theirs.tell()
    assert ours.seek(-5, io.SEEK_END) == theirs.seek(-5, io.SEEK_END)
    assert ours.read() == theirs.read()


def test_a_sequential_read_fetches_each_range_once_and_reports_its_position() -> None:
    fetched: list[tuple[int, int]] = []
    file = _opened(fetched)

    read = b"".join(iter(lambda: file.read(30), b""))

    assert read == CONTENT
    assert sum(length for _, length in fetched) == len(CONTENT) == file.consumed
