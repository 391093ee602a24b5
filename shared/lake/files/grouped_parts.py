"""Splits a file's records into parts without cutting a group: consecutive rows with one value in a column."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from shared.lake.files.errors import UnreadableFile
from shared.lake.files.part import LARGEST_PART, Chunk, Part, PartBuffer
from shared.mapping.paths import Path, value_at

MOST_IN_GROUP = 50_000
_LARGEST_GROUP = 4 * LARGEST_PART
_MOST_REMEMBERED = 1_000_000
"""Groups of earlier parts, 8 bytes of a hash each (about 80 MB in all); those of later parts are not remembered."""
_HASH_BYTES = 8


@dataclass(frozen=True)
class GroupColumn:
    """The column whose value tells groups apart, or the paths at which nested records have it."""

    name: str
    paths: Sequence[Path] = ()

    def values(self, chunk: Chunk) -> Sequence[str]:
        """Return the value of each row; an empty text if it has none."""
        if isinstance(chunk.rows, list):
            return [_text(self._value(row)) for row in chunk.rows]
        if self.name not in chunk.rows.column_names:
            return [""] * len(chunk.rows)
        return list(map(_text, chunk.rows[self.name].to_pylist()))

    def _value(self, row: Any) -> Any:
        if not isinstance(row, dict):
            return None
        values = (value_at(row, path) for path in self.paths)
        return next((each for each in values if each is not None), row.get(self.name))


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def split_between_groups(chunks: Iterable[Chunk], rows_per_part: int, column: GroupColumn) -> Iterator[Part]:
    """Split chunks into parts of about so many records, each with whole groups.

    A part is cut before the last group that begins within the limit; if none does, after the group that exceeds it.

    Raises:
        UnreadableFile: after all records before the error were yielded; a group is too large for one part, or has
            rows in several parts because they do not follow each other; or there is not one record.
    """
    pile, failure = _Pile(column, rows_per_part), None
    try:
        for chunk in chunks:
            pile.add(chunk)
            yield from pile.full_parts()
            if pile.failure is not None:
                raise pile.failure
    except UnreadableFile as error:
        failure = error
    yield from pile.rest()
    failure = failure or pile.failure
    if failure is not None:
        raise failure
    if pile.buffer.number == 0:
        raise UnreadableFile("no_records", "the file has no records")


@dataclass
class _Pile:
    """Records that wait to become a part, the positions among them where a group begins, and earlier groups."""

    column: GroupColumn
    rows_per_part: int
    buffer: PartBuffer = field(default_factory=PartBuffer)
    starts: list[tuple[int, str, int]] = field(default_factory=list)
    """Position in the pile, value, and place in the file."""
    last: str = ""
    ends_malformed: bool = False
    remembered: set[bytes] = field(default_factory=set)
    failure: UnreadableFile | None = None
    """Why no further part can be read: a group of an earlier part has rows in the last one."""

    def add(self, chunk: Chunk) -> None:
        """Add records. No cut is possible next to a malformed one, because its group is unknown."""
        if not len(chunk):
            return
        offset, malformed = self.buffer.records, chunk.malformed_positions()
        after_malformed = {position + 1 for position in malformed} | ({0} if self.ends_malformed else set())
        position = 0
        gaps = set(malformed)
        for value, place in zip(self.column.values(chunk), chunk.places, strict=True):
            while position in gaps:
                position += 1
            if (value != self.last or not value) and position not in after_malformed:
                self.starts.append((offset + position, value, place))
            self.last = value
            position += 1
        self.ends_malformed = len(chunk) - 1 in gaps
        self.buffer.chunks.append(chunk)

    def full_parts(self) -> Iterator[Part]:
        """Yield parts while there are enough records."""
        while not self.failure and (self.buffer.records >= self.rows_per_part or self.buffer.size >= LARGEST_PART):
            cut = self._cut()
            if cut is None:
                self._check_size()
                return
            yield self._take(cut)

    def _cut(self) -> int | None:
        positions = [position for position, _, _ in self.starts if position > 0]
        within = [position for position in positions if position <= self.rows_per_part]
        return within[-1] if within else next(iter(positions), None)

    def _check_size(self) -> None:
        first = self.starts[0][2] if self.starts else 1
        if self.buffer.records > MOST_IN_GROUP + self.rows_per_part or self.buffer.size > _LARGEST_GROUP:
            most = MOST_IN_GROUP + self.rows_per_part
            message = f"More than {most} rows, or {_LARGEST_GROUP} bytes, belong to one {self.column.name!r}"
            raise UnreadableFile("group_too_large", message, row=first)

    def _take(self, records: int) -> Part:
        values = {value for position, value, _ in self.starts if position < records}
        self._check_new(records)
        self.starts = [(at - records, value, place) for at, value, place in self.starts if at >= records]
        part = self.buffer.take_first(records)
        if len(self.remembered) < _MOST_REMEMBERED:
            self.remembered.update(map(_hash, values - {""}))
        return part

    def _check_new(self, records: int) -> None:
        if not self.remembered:
            return
        for position, value, place in self.starts:
            if position < records and value and _hash(value) in self.remembered:
                name = f"{self.column.name} {value[:100]!r}"
                message = f"row {place}: rows of {name} do not follow each other; sort the file by {self.column.name}"
                self.failure = self.failure or UnreadableFile("group_reappears", message, row=place)
                return

    def rest(self) -> Iterator[Part]:
        """Yield the last part."""
        if self.buffer.records:
            yield self._take(self.buffer.records)


def _hash(value: str) -> bytes:
    return blake2b(value.encode("utf-8", "surrogatepass"), digest_size=_HASH_BYTES).digest()
