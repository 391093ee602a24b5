"""Paths into nested documents, such as `orders[*].line_items[*]` or `order/price/@currency`.

There are two notations. With dots: names, `["any name"]`, `[0]` (the element at an index) and `[*]` (each element);
`$` and a leading `[*]` stand for the document itself. With slashes, for XML: names of elements, and `@name` for an
attribute at the end; a repeated element means each of them. `^` at the start is the parent of a record.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal

PARENT = "^"
"""The member of an exploded record that holds its parent."""

TEXT = "#text"
"""The member of an XML element that holds its text beside attributes."""

_PARENTS = re.compile(r"\^*")
_DOTTED = re.compile(
    r"""(?P<name>[^.\[\]/^@"'*$]+) | \["(?P<double>[^"]+)"\] | \['(?P<single>[^']+)'\]
    | \[(?P<index>\d{1,6})\] | (?P<each>\[\*\])""",
    re.VERBOSE,
)
_ELEMENT = re.compile(r"""@?[^.\[\]/^@"'*$\s]+""")


class Each(Enum):
    """The step to each element of a list."""

    EACH = "[*]"


EACH: Literal[Each.EACH] = Each.EACH
Step = str | int | Each


@dataclass(frozen=True)
class Path:
    """A parsed path: the number of parents to go up, then steps down.

    In XML, a repeated element is a list and a single one is not, so steps go into each element of a list.
    """

    steps: tuple[Step, ...]
    parents: int = 0
    is_xml: bool = False

    def __str__(self) -> str:
        text = PARENT * self.parents
        for step in self.steps:
            match step:
                case str() if self.is_xml:
                    text += f"/{step}" if text else step
                case str():
                    text += f".{step}" if text else step
                case int():
                    text += f"[{step}]"
                case _:
                    text += step.value
        return text


def parse_path(text: str) -> Path:
    """Parse a path.

    Raises:
        ValueError: it is malformed; the message says how.
    """
    match = _PARENTS.match(text)
    parents = match.end() if match else 0
    rest = text[parents:]
    if "/" in rest or "@" in rest:
        return Path(tuple(_elements(text, rest, parents)), parents, is_xml=True)
    return Path(tuple(_steps(text, rest, parents)), parents)


def _elements(text: str, rest: str, parents: int) -> Iterator[Step]:
    if parents and not rest.startswith("/"):
        raise ValueError(f"must have / after {text[:parents]}, e.g. ^/date")
    names = (rest[1:] if parents else rest).split("/")
    for number, name in enumerate(names, 1):
        if not _ELEMENT.fullmatch(name) or (name.startswith("@") and number < len(names)):
            raise ValueError("must be names of elements with / between them, and @name of an attribute only at the end")
        yield name.removeprefix("@")


def _steps(text: str, rest: str, parents: int) -> Iterator[Step]:
    at = 0
    if rest.startswith("$") and not parents:
        at = 1
    if not parents and rest[at:].startswith("[*]"):
        at += 3
    is_first = at == 0 and not parents
    if at == len(rest):
        raise ValueError("must name a member, e.g. orders[*].line_items[*]")
    while at < len(rest):
        has_dot = rest[at] == "."
        found = _DOTTED.match(rest, at + has_dot)
        is_name = found is not None and found["name"] is not None
        if found is None or (is_name and not is_first and not has_dot) or (has_dot and (is_first or not is_name)):
            raise ValueError(f'cannot be parsed after {text[: parents + at]!r}: expected .name, [0], [*] or ["a name"]')
        yield _step(found)
        at, is_first = found.end(), False


def _step(found: re.Match[str]) -> Step:
    if found["each"]:
        return EACH
    if found["index"]:
        return int(found["index"])
    return found["name"] or found["double"] or found["single"]


def value_at(row: Any, path: Path) -> Any:
    """Return the value at a path in a record; None if there is none. Parents are where `explode` put them."""
    return next(values_at(row, path), None)


def values_at(row: Any, path: Path) -> Iterator[Any]:
    """Yield the values at a path in a record: one, or one of each element of a list.

    Of an XML element with attributes it is the text.
    """
    value = row
    for _ in range(path.parents):
        value = value.get(PARENT) if isinstance(value, dict) else None
    yield from _values_below(value, path, 0)


def _values_below(value: Any, path: Path, at: int) -> Iterator[Any]:
    if at == len(path.steps):
        yield value.get(TEXT, value) if isinstance(value, dict) else value
        return
    match path.steps[at], value:
        case str() as name, dict():
            yield from _values_below(value.get(name), path, at + 1)
        case int() as index, list() if index < len(value):
            yield from _values_below(value[index], path, at + 1)
        case Each(), list():
            for each in value:
                yield from _values_below(each, path, at + 1)
