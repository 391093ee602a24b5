"""Converts rows of JSON values to typed columns.

A value of another type than its field's is omitted from its column, and its row is left to validation by row.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyarrow as pa

from shared.lake.parquet.columns import extra_fields_json
from shared.records.schema import DataType, Field, Kind, RecordSchema
from shared.records.schemas import SCHEMAS

_TEXT = (frozenset({str}), pa.string())
_NUMBER = (frozenset({int, float}), pa.float64())
_ENCODINGS: Mapping[Kind, tuple[tuple[frozenset[type], pa.DataType], ...]] = {
    Kind.ID: (_TEXT,),
    Kind.TEXT: (_TEXT,),
    Kind.CHOICE: (_TEXT,),
    Kind.CURRENCY: (_TEXT,),
    Kind.TIMESTAMP: (_TEXT,),
    Kind.MONEY: (_NUMBER, _TEXT),
    Kind.QUANTITY: (_NUMBER,),
    Kind.NUMBER: (_NUMBER,),
    Kind.INTEGER: ((frozenset({int}), pa.int64()),),
    Kind.BOOLEAN: ((frozenset({bool}), pa.bool_()),),
}
"""The accepted Python types of a field's values and the type of the column; all values must fit one of the entries."""

_MAPS = {Kind.TEXT_MAP, Kind.NUMBER_MAP}
_UNFIT = (ValueError, TypeError, OverflowError)
"""The exceptions of Arrow and orjson for values that do not fit; Arrow's are subclasses of the first two."""


@dataclass(frozen=True)
class TypedRows:
    """The fields of rows as columns, the other fields as JSON text, and the rows that do not fit the columns."""

    values: Mapping[str, pa.Array]
    attributes: pa.Array
    unfit: frozenset[int]


def to_typed_columns(schema: RecordSchema, rows: Sequence[Any]) -> TypedRows | None:
    """Convert rows to columns; None if no row fits."""
    unfit = set(_never_fit(schema, rows))
    if len(unfit) == len(rows):
        return None
    records = [row if type(row) is dict else {} for row in rows]
    values = _texts(schema, records)
    for each in schema.fields:
        if each.kind in _MAPS:
            values[each.name] = pa.nulls(len(rows), pa.string())
        elif each.name not in values:
            values[each.name], others = _column(each, [record.get(each.name) for record in records])
            unfit.update(others)
    try:
        return TypedRows(values, extra_fields_json(schema, records, values), frozenset(unfit))
    except _UNFIT:
        return None


def _never_fit(schema: RecordSchema, rows: Sequence[Any]) -> Iterable[int]:
    """Return the rows that are not objects, or have a map, which columns cannot check."""
    maps = [each.name for each in schema.fields if each.kind in _MAPS]
    if not maps and set(map(type, rows)) == {dict}:
        return ()
    return (
        place
        for place, row in enumerate(rows)
        if type(row) is not dict or any(row.get(name) is not None for name in maps)
    )


@cache
def _text_struct(data_type: DataType) -> pa.StructType:
    fields = SCHEMAS[data_type].fields
    return pa.struct([(each.name, pa.string()) for each in fields if _ENCODINGS.get(each.kind) == (_TEXT,)])


def _texts(schema: RecordSchema, records: Sequence[Mapping[str, Any]]) -> dict[str, pa.Array]:
    """Convert all text fields at once, which is fastest; empty if any of their values is not text."""
    struct = _text_struct(schema.data_type)
    try:
        found = pa.array(records, type=struct)
    except _UNFIT:
        return {}
    return {each.name: found.field(each.name) for each in struct}


def _column(each: Field, values: list[Any]) -> tuple[pa.Array, Iterable[int]]:
    """Convert the values that have the field's type to a column; also return the positions of the others."""
    types = set(map(type, values)) - {type(None)}
    encodings = _ENCODINGS[each.kind]
    allowed, kind = next((each for each in encodings if types <= each[0]), encodings[0])
    others = [] if types <= allowed else [place for place, value in enumerate(values) if _is_other(value, allowed)]
    for place in others:
        values[place] = None
    try:
        return pa.array(values, kind), others
    except _UNFIT:
        return pa.nulls(len(values), kind), [*others, *(n for n, value in enumerate(values) if value is not None)]


def _is_other(value: Any, allowed: frozenset[type]) -> bool:
    return value is not None and type(value) not in allowed
