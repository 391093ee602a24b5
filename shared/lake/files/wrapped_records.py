"""Takes the records out of the documents of a file: along a configured path, or out of the array that wraps them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from shared.lake.files.part import LARGEST_PART, Chunk
from shared.mapping.explosion import NO_RECORDS, Explosion, Misplaced, explode
from shared.mapping.paths import EACH, Path
from shared.mapping.record_paths import RecordPaths
from shared.records.malformed import MalformedRecord

Explode = Callable[[Any], Explosion]


@dataclass(frozen=True)
class Wrapping:
    """What is known of the records in a file: where they are configured to be, and the names that they should have."""

    paths: RecordPaths | None = None
    expected: frozenset[str] = frozenset()

    @property
    def path(self) -> Path | None:
        """The configured path to the records."""
        return self.paths.record_path if self.paths else None

    def path_in(self, document: Any) -> Path | None:
        """Return the path to the records of a document; None if it is a record itself.

        An object is a wrapper if exactly one of its members is an array of objects that have more of the names that
        records should have (or the one that the configured path starts with) than the object itself.
        """
        path = self.path
        expected = self.expected if path is None else frozenset(path.steps[:1])
        if not isinstance(document, dict) or not expected:
            return path
        own = len(expected & document.keys())
        arrays = [name for name, value in document.items() if _names_in_array(value, expected) > own]
        if len(arrays) != 1:
            return path
        return Path((arrays[0], EACH, *(path.steps if path else ())))

    def explode(self, document: Any) -> Explosion:
        """Return the records of a document."""
        path = self.path_in(document)
        if path is None:
            return Explosion([document], 0)
        if self.paths is None or self.path is None:
            return Explosion(document[path.steps[0]])
        return explode(document, self.paths, path=path)


def _names_in_array(value: Any, expected: frozenset[Any]) -> int:
    first = value[0] if isinstance(value, list) and value else None
    return len(expected & first.keys()) if isinstance(first, dict) else 0


def unwrapped_chunks(chunks: Iterable[Chunk], wrapping: Wrapping) -> Iterator[Chunk]:
    """Replace documents by their records if the first document has several, or if a path is configured."""
    remaining = iter(chunks)
    for chunk in remaining:
        first: Any = next(iter(chunk.rows), None)
        if len(chunk) and wrapping.path is None and wrapping.path_in(first) is None:
            yield chunk
            yield from remaining
        elif len(chunk):
            yield from exploded_chunks(_with_first(chunk, remaining), wrapping.explode)


def _with_first(chunk: Chunk, others: Iterator[Chunk]) -> Iterator[Chunk]:
    yield chunk
    yield from others


def exploded_chunks(chunks: Iterable[Chunk], explode_document: Explode) -> Iterator[Chunk]:
    """Replace documents by their records, in chunks of bounded size; positions are the numbers of the records."""
    number = 1
    for chunk in chunks:
        found = _Records(number)
        for document in _in_order(chunk):
            if isinstance(document, MalformedRecord):
                found.add_malformed(document)
            else:
                found.add(explode_document(document))
            if found.size > LARGEST_PART:
                yield found.chunk()
                found = _Records(found.number)
        number, found.size = found.number, found.size + chunk.size
        yield found.chunk()


def _in_order(chunk: Chunk) -> Iterator[Any]:
    malformed = list(chunk.malformed)
    for place, row in zip(chunk.places, chunk.rows, strict=True):
        while malformed and malformed[0].place < place:
            yield malformed.pop(0)
        yield row
    yield from malformed


class _Records:
    """Records of a chunk, numbered."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.rows: list[Mapping[str, Any]] = []
        self.places: list[int] = []
        self.malformed: list[MalformedRecord] = []
        self.size = 0

    def chunk(self) -> Chunk:
        return Chunk(rows=self.rows, places=self.places, malformed=self.malformed, size=self.size)

    def add(self, found: Explosion) -> None:
        self.size += found.size
        for record in found.records:
            if isinstance(record, Misplaced):
                raw = orjson.dumps(record.value).decode()
                self.add_malformed(MalformedRecord(self.number, raw, NO_RECORDS, record.reason))
            else:
                self.rows.append(record)
                self.places.append(self.number)
                self.number += 1

    def add_malformed(self, record: MalformedRecord) -> None:
        self.malformed.append(replace(record, place=self.number))
        self.number += 1
