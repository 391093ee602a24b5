"""Received rows as columns of text, so that records and files are mapped by the same code.

Only the columns that a mapping reads are converted; the others stay with their rows, untouched.
"""

import json
from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.validation.extra_fields import texts_as_json

_NO_TEXT = pa.scalar(None, pa.string())


class _Every:
    """Contains every name."""

    def __contains__(self, name: object) -> bool:
        return True


EVERY: Container[str] = _Every()
"""All columns."""


class Untouched(Protocol):
    """What a mapping does not read: the other fields of each row, or the row itself if it is not an object."""

    def to_json(self) -> pa.StringArray:
        """Return the fields of each row as a JSON object; null for rows that have none."""

    def take(self, rows: Sequence[int]) -> list[Any]:
        """Return these rows, one by one."""


@dataclass(frozen=True)
class SourceColumns:
    """The columns that a mapping reads: texts (null: absent or blank), and lists and objects by row."""

    size: int
    texts: Mapping[str, pa.StringArray]
    nested: Mapping[str, Mapping[int, Any]]
    untouched: Untouched
    malformed: Sequence[int] = ()

    def text(self, name: str) -> pa.StringArray:
        """Return a column; all null if no row has it."""
        found = self.texts.get(name)
        return pa.nulls(self.size, pa.string()) if found is None else found


def columns_of_table(table: pa.Table, read: Collection[str], taken: Container[str]) -> SourceColumns:
    """Return a table of texts as source columns.

    Args:
        table: the table as read, all columns text.
        read: the columns that the mapping reads.
        taken: the columns that are not part of the record under their own names.
    """
    names = [name for name in table.column_names if name in read]
    texts = {name: _trimmed(table[name].combine_chunks()) for name in names}
    others = [name for name in table.column_names if name not in taken]
    return SourceColumns(len(table), texts, {}, _OtherColumns(table.select(others), len(table)))


def columns_of_rows(rows: Sequence[Any], read: Collection[str], taken: Container[str]) -> SourceColumns:
    """Return rows of JSON values as source columns: numbers as plain decimals, `true` and `false` as such."""
    malformed = [place for place, row in enumerate(rows) if not isinstance(row, dict)]
    records = [row if isinstance(row, dict) else {} for row in rows] if malformed else rows
    texts, nested = {}, {}
    for name in set[str]().union(*records) & set(read):
        values = [record.get(name) for record in records]
        texts[name], others = _texts_of(values)
        if others:
            nested[name] = {place: values[place] for place in others}
    return SourceColumns(len(rows), texts, nested, _OtherFields(rows, taken), malformed)


def _trimmed(values: pa.StringArray) -> pa.StringArray:
    trimmed = pc.utf8_trim_whitespace(values)
    blank = pc.equal(trimmed, "")
    return pc.if_else(blank, _NO_TEXT, trimmed) if pc.any(blank).as_py() else trimmed


def _texts_of(values: Sequence[Any]) -> tuple[pa.StringArray, Sequence[int]]:
    """Return values as texts, and the positions of those that are lists or objects."""
    kinds = set(map(type, values)) - {type(None)}
    if kinds == {str}:
        return _trimmed(pa.array(values, pa.string())), ()
    if kinds == {int}:
        return pa.array(list(map(_plain, values)), pa.string()), ()
    others = [place for place, value in enumerate(values) if isinstance(value, list | dict)]
    return _trimmed(pa.array(list(map(_plain, values)), pa.string())), others


def _plain(value: Any) -> str | None:
    if value is None or isinstance(value, list | dict):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _plain_float(value)
    return str(value)


def _plain_float(value: float) -> str:
    return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")


def _as_json(fields: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(fields, default=str)
    except TypeError:  # an integer of more than 64 bits, or half of a surrogate pair
        return json.dumps(fields, default=str).encode()


@dataclass(frozen=True)
class _OtherColumns:
    table: pa.Table
    size: int

    def to_json(self) -> pa.StringArray:
        return texts_as_json(self.table, ()) if self.table.num_columns else pa.nulls(self.size, pa.string())

    def take(self, rows: Sequence[int]) -> list[Any]:
        if not self.table.num_columns:
            return [{} for _ in rows]
        found = self.table.take(pa.array(rows, pa.int64())).to_pylist()
        return [{name: value for name, value in row.items() if value is not None} for row in found]


@dataclass(frozen=True)
class _OtherFields:
    rows: Sequence[Any]
    taken: Container[str]

    def to_json(self) -> pa.StringArray:
        if all(isinstance(row, dict) and all(name in self.taken for name in row) for row in self.rows):
            return pa.nulls(len(self.rows), pa.string())
        return pa.array(map(self._json, range(len(self.rows))), pa.binary()).cast(pa.string())

    def take(self, rows: Sequence[int]) -> list[Any]:
        return [self._of(self.rows[each]) for each in rows]

    def _json(self, place: int) -> bytes | None:
        fields = self._of(self.rows[place])
        return _as_json(fields) if isinstance(fields, dict) and fields else None

    def _of(self, row: Any) -> Any:
        return {name: row[name] for name in row if name not in self.taken} if isinstance(row, dict) else row
