"""Reads a JSON document of any size whose records are in one array, element by element."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Self

from shared.lake.files.content import LONGEST_RECORD, Content
from shared.lake.files.errors import UnreadableFile
from shared.lake.files.json_array import array_chunks
from shared.lake.files.part import Chunk
from shared.lake.files.wrapped_records import Wrapping
from shared.mapping.paths import EACH
from shared.runtime import strict_json

_DECODER = json.JSONDecoder()
_UNREADABLE = (ValueError, TypeError, RecursionError)
_BLANKS = re.compile(r"[ \t\r\n]*")


@dataclass
class JsonWrapper:
    """Objects within each other, the innermost of which has the array with the records.

    `before` are the members of each object that precede the next one: records take fields only from these.
    """

    wrapping: Wrapping
    names: list[str] = field(default_factory=list)
    before: list[dict[str, Any]] = field(default_factory=list)
    start: int = 0

    @classmethod
    def find(cls, buffer: bytes, wrapping: Wrapping) -> Self | None:
        """Find the array at the start of a document; None if there is none within the buffer."""
        text = buffer.decode("utf-8", "ignore")
        wrapper = cls(wrapping)
        try:
            at = wrapper._enter(text, _skip(text, 0))
        except _UNREADABLE:
            return None
        wrapper.start = len(text[:at].encode())
        return wrapper

    def chunks(self, content: Content) -> Iterator[Chunk]:
        """Read the elements, each in a copy of the objects around it; then the rest of the document."""
        content.read(self.start)
        for chunk in array_chunks(content, is_whole=False):
            yield replace(chunk, rows=[self._wrap(row) for row in chunk.rows])
        self._leave(content)

    def _wrap(self, row: Any) -> Any:
        inner: Any = [row]
        for name, before in zip(reversed(self.names), reversed(self.before), strict=True):
            inner = {**before, name: inner}
        return inner

    def _wanted(self) -> str | None:
        """Return the name to follow at this depth, if one is configured."""
        steps = self.wrapping.path.steps if self.wrapping.path else ()
        step = steps[len(self.names)] if len(steps) > len(self.names) else None
        return step if isinstance(step, str) else None

    def _enter(self, text: str, at: int) -> int:
        """Follow names from an opening brace to the bracket of the array; return where that is."""
        members = dict[str, Any]()
        at = _expect(text, at, "{")
        while True:
            name, at = _name(text, at)
            opening = text[at : at + 1]
            if name == self._wanted() and opening == "{":
                self._follow(name, members)
                return self._enter(text, at)
            if opening == "[" and self._has_records(name, text, at):
                self._follow(name, members)
                return at
            if name in members:
                raise ValueError("duplicate key")
            members[name], end = _value(text, at)
            at = _expect(text, _skip(text, end), ",")

    def _follow(self, name: str, members: dict[str, Any]) -> None:
        self.names.append(name)
        self.before.append(members)

    def _has_records(self, name: str, text: str, at: int) -> bool:
        if name == self._wanted():
            steps = self.wrapping.path.steps if self.wrapping.path else ()
            return steps[len(self.names) + 1 :][:1] in ((), (EACH,))
        first, _ = _value(text, _skip(text, at + 1))
        return not self.names and self.wrapping.path_in({name: [first]}) not in (None, self.wrapping.path)

    def _leave(self, content: Content) -> None:
        """Read what follows the array; it must not have what records would have taken, or other records."""
        text = content.peek(2 * LONGEST_RECORD).decode("utf-8", "ignore")
        at = 0
        try:
            for depth in reversed(range(len(self.names))):
                at = self._leave_object(text, _skip(text, at), depth)
        except _UNREADABLE:
            content.check()
            message = f"the end of the document after the array {self.names[-1]!r} cannot be read"
            raise UnreadableFile("not_well_formed", message) from None
        content.read(len(text[:at].encode()))

    def _leave_object(self, text: str, at: int, depth: int) -> int:
        while text[at : at + 1] != "}":
            name, at = _name(text, _expect(text, at, ","))
            value, end = _value(text, at)
            self._check_late(name, value, depth)
            at = _skip(text, end)
        return at + 1

    def _check_late(self, name: str, value: Any, depth: int) -> None:
        path, paths = self.wrapping.path, self.wrapping.paths
        if path is None and self.wrapping.path_in({name: value}) is not None:
            message = f"the file has records in both {self.names[-1]!r} and {name!r}; configure the path to them"
            raise UnreadableFile("records", message)
        if path is None or paths is None:
            return
        levels = sum(isinstance(step, str) for step in path.steps) + (0 if path.steps[0] == self.names[0] else 1)
        for column, each in paths.paths_taken:
            if each.parents == levels - depth and each.steps[0] == name:
                message = f"{column!r} is taken from {name!r}, which follows the records; in a document of more than "
                raise UnreadableFile("records", f"{message}{LONGEST_RECORD} bytes it must precede them")


def _skip(text: str, at: int) -> int:
    match = _BLANKS.match(text, at)
    return match.end() if match else at


def _expect(text: str, at: int, sign: str) -> int:
    """Return the position after a sign and the blanks that follow it."""
    if text[at : at + 1] != sign:
        raise ValueError(f"expected {sign}")
    return _skip(text, at + 1)


def _name(text: str, at: int) -> tuple[str, int]:
    """Return the name of a member, and where its value starts."""
    name, end = _value(text, at)
    if not isinstance(name, str):
        raise TypeError("expected the name of a member")
    return name, _expect(text, _skip(text, end), ":")


def _value(text: str, at: int) -> tuple[Any, int]:
    _, end = _DECODER.raw_decode(text, at)
    return strict_json.loads(text[at:end]), end
