"""Splits a file's records into parts, always at the same places, so that work can continue where it stopped."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, TypeAlias

import pyarrow as pa

from shared.lake.files.errors import UnreadableFile
from shared.records.malformed import MalformedRecord

Rows: TypeAlias = "pa.Table | list[Any]"
"""Records as columns (CSV: all text; Parquet: typed) or one by one (JSON, XML)."""

LARGEST_PART = 16 * 1024 * 1024
"""Bytes of text after which a part is cut."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """Consecutive records of a file.

    `places` are the positions of the rows: the first line of the record (CSV, JSON lines), otherwise the number of the
    record; both start at 1.
    """

    number: int
    rows: Rows
    places: Sequence[int]
    malformed: Sequence[MalformedRecord] = ()

    @property
    def received(self) -> int:
        """Number of records, valid or not."""
        return len(self.rows) + len(self.malformed)


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """The next records that a reader found: rows with their positions, malformed records, and the size of the text."""

    rows: Rows
    places: Sequence[int]
    malformed: Sequence[MalformedRecord] = ()
    size: int = 0

    def __len__(self) -> int:
        return len(self.rows) + len(self.malformed)

    def malformed_positions(self) -> Sequence[int]:
        """Return the positions of the malformed records among all."""
        return [bisect_left(self.places, each.place) + rank for rank, each in enumerate(self.malformed)]

    def split(self, records: int) -> tuple["Chunk", "Chunk"]:
        """Split after so many records; malformed ones are counted where they are in the file."""
        bad = bisect_left(self.malformed_positions(), records)
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
class PartBuffer:
    """Chunks that wait to become a part. `number` is that of the next part."""

    number: int = 0
    chunks: list[Chunk] = field(default_factory=list)

    @property
    def records(self) -> int:
        """Number of records."""
        return sum(map(len, self.chunks))

    @property
    def size(self) -> int:
        """Size of their text in bytes."""
        return sum(chunk.size for chunk in self.chunks)

    def take_first(self, records: int) -> Part:
        """Remove the first records and return them as a part."""
        first, rest, missing = list[Chunk](), list[Chunk](), records
        for chunk in self.chunks:
            head, tail = chunk.split(min(missing, len(chunk)))
            missing -= len(head)
            first += [head] if len(head) else []
            rest += [tail] if len(tail) else []
        self.chunks = first
        part = self.take()
        self.chunks = rest
        return part

    def take(self) -> Part:
        """Remove all records and return them as a part."""
        chunks, self.chunks = self.chunks, []
        part = Part(
            number=self.number,
            rows=_concatenate([chunk.rows for chunk in chunks]),
            places=_concatenate_places([chunk.places for chunk in chunks]),
            malformed=list(chain.from_iterable(chunk.malformed for chunk in chunks)),
        )
        self.number += 1
        return part


def _concatenate(pieces: Sequence[Rows]) -> Rows:
    if isinstance(pieces[0], list):
        return list(chain.from_iterable(pieces))
    return pa.concat_tables(pieces)


def _concatenate_places(pieces: Sequence[Sequence[int]]) -> Sequence[int]:
    """Concatenate positions; consecutive ranges remain a range."""
    first, *rest = pieces
    for piece in rest:
        if not (isinstance(first, range) and isinstance(piece, range) and first.stop == piece.start):
            return list(chain.from_iterable(pieces))
        first = range(first.start, piece.stop)
    return first


def split_into_parts(chunks: Iterable[Chunk], rows_per_part: int) -> Iterator[Part]:
    """Split chunks into parts of so many records, or fewer if their text exceeds a memory limit.

    Raises:
        UnreadableFile: after all records before the error were yielded; or there is not one record.
    """
    pile, failure = PartBuffer(), None
    try:
        for found in chunks:
            chunk = found
            while pile.records + len(chunk) >= rows_per_part:
                head, chunk = chunk.split(rows_per_part - pile.records)
                pile.chunks.append(head)
                yield pile.take()
            if len(chunk):
                pile.chunks.append(chunk)
            if pile.size >= LARGEST_PART:
                yield pile.take()
    except UnreadableFile as error:
        failure = error
    if pile.chunks:
        yield pile.take()
    if failure is not None:
        raise failure
    if pile.number == 0:
        raise UnreadableFile("no_records", "the file has no records")
