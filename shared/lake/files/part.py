"""A file's records in parts that are always cut alike, so that work on them can go on where it stopped."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, TypeAlias

import pyarrow as pa

from shared.lake.files.unreadable import UnreadableFile

Rows: TypeAlias = "pa.Table | list[Any]"
"""Records as columns (CSV: all text; Parquet: typed) or one by one (JSON, XML)."""

_LARGEST_PART = 16 * 1024 * 1024


@dataclass(frozen=True)
class Malformed:
    """A record that is not even a row: where it stands in the file, its text, and what is wrong with it."""

    place: int
    raw: str
    code: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Part:
    """Some records of a file, one after the other.

    `places` has the file's own number of each row: the line on which it begins (CSV, JSON lines), else its number
    among the records; both count from 1.
    """

    number: int
    rows: Rows
    places: Sequence[int]
    malformed: Sequence[Malformed] = ()

    @property
    def received(self) -> int:
        """How many records it has, good or not."""
        return len(self.rows) + len(self.malformed)


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """What a reader found next in a file: rows with their places, malformed records, and how much text they were."""

    rows: Rows
    places: Sequence[int]
    malformed: Sequence[Malformed] = ()
    size: int = 0

    def __len__(self) -> int:
        return len(self.rows) + len(self.malformed)

    def cut(self, records: int) -> tuple["Chunk", "Chunk"]:
        """Cut after so many records, malformed ones among them where they stand in the file."""
        before = [bisect_left(self.places, each.place) + rank for rank, each in enumerate(self.malformed)]
        bad = bisect_left(before, records)
        good = records - bad
        size = self.size * records // max(len(self), 1)
        head = Chunk(rows=_first(self.rows, good), places=self.places[:good], malformed=self.malformed[:bad], size=size)
        rest = Chunk(
            rows=_after(self.rows, good),
            places=self.places[good:],
            malformed=self.malformed[bad:],
            size=self.size - size,
        )
        return head, rest


def _first(rows: Rows, count: int) -> Rows:
    return rows[:count] if isinstance(rows, list) else rows.slice(0, count)


def _after(rows: Rows, count: int) -> Rows:
    return rows[count:] if isinstance(rows, list) else rows.slice(count)


@dataclass
class _Pile:
    """Chunks that wait to become a part."""

    number: int = 0
    chunks: list[Chunk] = field(default_factory=list)

    @property
    def records(self) -> int:
        return sum(map(len, self.chunks))

    @property
    def size(self) -> int:
        return sum(chunk.size for chunk in self.chunks)

    def taken(self) -> Part:
        chunks, self.chunks = self.chunks, []
        part = Part(
            number=self.number,
            rows=_joined([chunk.rows for chunk in chunks]),
            places=_joined_places([chunk.places for chunk in chunks]),
            malformed=list(chain.from_iterable(chunk.malformed for chunk in chunks)),
        )
        self.number += 1
        return part


def _joined(pieces: Sequence[Rows]) -> Rows:
    if isinstance(pieces[0], list):
        return list(chain.from_iterable(pieces))
    return pa.concat_tables(pieces)


def _joined_places(pieces: Sequence[Sequence[int]]) -> Sequence[int]:
    """One range where that says it all."""
    first, *rest = pieces
    for piece in rest:
        if not (isinstance(first, range) and isinstance(piece, range) and first.stop == piece.start):
            return list(chain.from_iterable(pieces))
        first = range(first.start, piece.stop)
    return first


def in_parts(chunks: Iterable[Chunk], rows_per_part: int) -> Iterator[Part]:
    """Cut chunks into parts of so many records, or of as much text as memory is meant for.

    Raises:
        UnreadableFile: as soon as all that was read before has come as parts; or there was not one record.
    """
    pile, failure = _Pile(), None
    try:
        for found in chunks:
            chunk = found
            while pile.records + len(chunk) >= rows_per_part:
                head, chunk = chunk.cut(rows_per_part - pile.records)
                pile.chunks.append(head)
                yield pile.taken()
            if len(chunk):
                pile.chunks.append(chunk)
            if pile.size >= _LARGEST_PART:
                yield pile.taken()
    except UnreadableFile as error:
        failure = error
    if pile.chunks:
        yield pile.taken()
    if failure is not None:
        raise failure
    if pile.number == 0:
        raise UnreadableFile("no_records", "the file has no records")
