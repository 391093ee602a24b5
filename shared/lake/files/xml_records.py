"""Elements of an XML file as records, made while the parser goes through it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.lake.files.content import LONGEST_RECORD
from shared.lake.files.part import Chunk
from shared.lake.files.unreadable import UnreadableFile

_DEEPEST = 100


@dataclass
class _Element:
    """An element of a record that is not closed yet."""

    fields: dict[str, Any]
    text: list[str] = field(default_factory=list)

    def put(self, name: str, value: Any) -> None:
        """Add a child; the second of a name makes a list."""
        if name not in self.fields:
            self.fields[name] = value
        elif isinstance(self.fields[name], list):
            self.fields[name].append(value)
        else:
            self.fields[name] = [self.fields[name], value]

    def value(self) -> Any:
        """Its text, or where there is more to it, an object."""
        text = "".join(self.text).strip()
        if not self.fields:
            return text
        return {**self.fields, "#text": text} if text else self.fields


@dataclass
class XmlRecords:
    """What a parser calls (`start`, `data`, `end`); elements become records as soon as they are closed.

    Without the name of the record's element, each child of the root is one. Namespaces fall away.
    """

    name: str | None
    number: int = 1
    depth: int = 0
    size: int = 0
    taken_in: int = 0
    open: list[_Element] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        self.depth += 1
        is_record = self.depth == 2 if self.name is None else _local(tag) == self.name  # noqa: PLR2004 # below the root
        if self.open or is_record:
            self._grow(len(tag) + sum(len(name) + len(value) for name, value in attributes.items()))
            if len(self.open) == _DEEPEST:
                raise UnreadableFile("nested_too_deep", f"record {self.number} is nested too deep", row=self.number)
            self.open.append(_Element({_local(name): value for name, value in attributes.items()}))

    def data(self, text: str) -> None:
        """Text of the innermost element."""
        if self.open:
            self._grow(len(text))
            self.open[-1].text.append(text)

    def end(self, tag: str) -> None:
        """An element ends; with the outermost of a record, the record."""
        self.depth -= 1
        if not self.open:
            return
        value = self.open.pop().value()
        if self.open:
            self.open[-1].put(_local(tag), value)
            return
        self.rows.append(value if isinstance(value, dict) else {_local(tag): value} if value else {})
        self.number += 1
        self.taken_in, self.size = self.taken_in + self.size, 0

    def close(self) -> None:
        """The parser is through."""

    def taken(self) -> Chunk:
        """The records since the last time."""
        rows, size = self.rows, self.taken_in
        self.rows, self.taken_in = [], 0
        return Chunk(rows=rows, places=range(self.number - len(rows), self.number), size=size)

    def _grow(self, size: int) -> None:
        self.size += size
        if self.size > LONGEST_RECORD:
            message = f"record {self.number} has more than {LONGEST_RECORD} characters"
            raise UnreadableFile("record_too_long", message, row=self.number)


def _local(name: str) -> str:
    return name.rpartition("}")[2]
