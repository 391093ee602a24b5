"""Builds records from the elements of an XML file while it is parsed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.lake.files.content import LONGEST_RECORD
from shared.lake.files.errors import UnreadableFile
from shared.lake.files.part import Chunk

_DEEPEST = 100


@dataclass
class _Element:
    """An open element of a record."""

    fields: dict[str, Any]
    text: list[str] = field(default_factory=list)

    def put(self, name: str, value: Any) -> None:
        """Add a child; repeated names make a list."""
        if name not in self.fields:
            self.fields[name] = value
        elif isinstance(self.fields[name], list):
            self.fields[name].append(value)
        else:
            self.fields[name] = [self.fields[name], value]

    def value(self) -> Any:
        """Return the text, or an object if there are children or attributes."""
        text = "".join(self.text).strip()
        if not self.fields:
            return text
        return {**self.fields, "#text": text} if text else self.fields


@dataclass
class XmlRecords:
    """The parser's target (`start`, `data`, `end`); an element becomes a record when it is closed.

    Records are the elements at the end of these names, each within the one before it. Without names, each child of the
    root is a record. Namespaces are removed.
    """

    names: list[str] = field(default_factory=list)
    number: int = 1
    around: list[str] = field(default_factory=list)
    size: int = 0
    taken_in: int = 0
    open: list[_Element] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Handle the start of an element."""
        self.around.append(_local(tag))
        if len(self.open) == _DEEPEST or len(self.around) > 2 * _DEEPEST:
            raise UnreadableFile("nested_too_deep", f"record {self.number} is nested too deep", row=self.number)
        if self.open or self._is_record():
            self._grow(len(tag) + sum(len(name) + len(value) for name, value in attributes.items()))
            self.open.append(_Element({_local(name): value for name, value in attributes.items()}))

    def data(self, text: str) -> None:
        """Handle text of the innermost element."""
        if self.open:
            self._grow(len(text))
            self.open[-1].text.append(text)

    def end(self, tag: str) -> None:
        """Handle the end of an element; the end of the outermost one completes the record."""
        self.around.pop()
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
        """Handle the end of the file."""

    def take(self) -> Chunk:
        """Return the records since the last call."""
        rows, size = self.rows, self.taken_in
        self.rows, self.taken_in = [], 0
        return Chunk(rows=rows, places=range(self.number - len(rows), self.number), size=size)

    def _is_record(self) -> bool:
        if not self.names:
            return len(self.around) == 2  # noqa: PLR2004 # below the root
        return self.around[-len(self.names) :] == self.names

    def _grow(self, size: int) -> None:
        self.size += size
        if self.size > LONGEST_RECORD:
            message = f"record {self.number} has more than {LONGEST_RECORD} characters"
            raise UnreadableFile("record_too_long", message, row=self.number)


def _local(name: str) -> str:
    return name.rpartition("}")[2]
