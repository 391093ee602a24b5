"""The columns of sampled rows: their names, or paths in nested records, and what their values look like."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from shared.ingestion.preview.models import FoundColumn
from shared.ingestion.preview.written_values import WrittenMoments, WrittenNumbers, numbers_of, times_of
from shared.mapping.paths import PARENT

MOST_COLUMNS = 200
_DEEPEST = 3
_SIMPLE = re.compile(r"[\w $-]+")
_LONGEST_EXAMPLE = 100
_EXAMPLES = 3


@dataclass(frozen=True)
class Column:
    """A column with the texts of its values that are not blank.

    `name` is the path to it if it is in the depths of records or in their parents; `last_name` is its own.
    """

    name: str
    values: Sequence[str]
    last_name: str = ""
    is_path: bool = False
    is_nested: bool = False

    def numbers(self) -> WrittenNumbers | None:
        """Return how its numbers are written; None if it has others than numbers."""
        return numbers_of(self.values)

    def times(self) -> WrittenMoments | None:
        """Return how its times are written; None if it has others than times."""
        return times_of(self.values)

    def found(self) -> FoundColumn:
        """Return the column for the response."""
        examples = [each[:_LONGEST_EXAMPLE] for each in dict.fromkeys(self.values)][:_EXAMPLES]
        return FoundColumn(name=self.name, type=self._type(), filled=len(self.values), examples=examples)

    def _type(self) -> str:
        if self.is_nested:
            return "nested"
        if not self.values:
            return "empty"
        if {each.casefold() for each in self.values} <= {"true", "false", "yes", "no"}:
            return "boolean"
        numbers = self.numbers()
        if numbers is not None:
            if numbers.has_symbol:
                return "money"
            return "integer" if all(each.lstrip("+-").isdigit() for each in self.values) else "number"
        return "text" if self.times() is None else "time"


def columns_of(rows: Sequence[Any]) -> list[Column]:
    """Return the columns of rows, in order of appearance."""
    values: dict[tuple[str, str, bool], list[str]] = {}
    nested = set[tuple[str, str, bool]]()
    for row in rows:
        for key, value in _flat(row, "", 0):
            if key not in values and len(values) == MOST_COLUMNS:
                continue
            known = values.setdefault(key, [])
            if isinstance(value, list | dict):
                nested.add(key)
            elif value is not None and (text := _text(value)):
                known.append(text)
    return [Column(key[0], found, key[1], key[2], key in nested) for key, found in values.items()]


def _flat(value: Any, path: str, depth: int) -> Iterator[tuple[tuple[str, str, bool], Any]]:
    """Yield the values of an object with the paths to them."""
    if not isinstance(value, dict):
        return
    for name, each in value.items():
        here = _join(path, name)
        if isinstance(each, dict) and depth < _DEEPEST:
            yield from _flat(each, _join(path, name, is_path=True), depth + 1)
        else:
            yield (here, name, bool(path)), each


def _join(path: str, name: str, *, is_path: bool = False) -> str:
    if name == PARENT and not path.strip(PARENT):
        return path + name
    if not path and not is_path:
        return name
    if not _SIMPLE.fullmatch(name):
        return f'{path}["{name}"]'
    return f"{path}.{name}" if path else name


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip()
