"""Casts typed columns to the few types in which fields are checked, and converts their rows to JSON values."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from shared.records.schema import Field, Kind

_ZONE = "UTC"


def cast_to_field(each: Field, values: pa.Array) -> pa.Array:
    """Cast a column without loss to the type in which its field is checked; return it unchanged if that fails."""
    try:
        return _cast(each, values)
    except pa.ArrowException:
        return values


def _cast(each: Field, values: pa.Array) -> pa.Array:
    kind = values.type
    if pt.is_dictionary(kind):
        return _cast(each, values.cast(kind.value_type))
    if pt.is_large_string(kind) or pt.is_string_view(kind) or _is_binary(kind) or pt.is_null(kind):
        return values.cast(pa.string())
    if pt.is_date(kind) and each.kind is Kind.TIMESTAMP:
        return values.cast(pa.timestamp("ms")).cast(pa.timestamp("ms", _ZONE))
    if pt.is_timestamp(kind):
        return values.cast(pa.timestamp(kind.unit, _ZONE))
    return _number(each, values)


def _number(each: Field, values: pa.Array) -> pa.Array:
    kind = values.type
    if pt.is_integer(kind):
        return values.cast(pa.string() if each.kind is Kind.ID else pa.int64())
    if pt.is_floating(kind):
        return _whole(values) if each.kind is Kind.INTEGER else values.cast(pa.float64())
    if pt.is_decimal(kind):
        return values.cast(pa.string() if each.kind is Kind.MONEY else pa.float64())
    return values


def _is_binary(kind: pa.DataType) -> bool:
    return bool(pt.is_binary(kind) or pt.is_large_binary(kind) or pt.is_binary_view(kind))


def _whole(values: pa.Array) -> pa.Array:
    """Cast back integers that were converted to floats because some values are null."""
    numbers = values.cast(pa.float64())
    return numbers.cast(pa.int64()) if pc.all(pc.equal(pc.floor(numbers), numbers), min_count=0).as_py() else numbers


def to_json_rows(table: pa.Table) -> list[dict[str, Any]]:
    """Return the rows of a typed table as JSON values: times as text, maps as objects, nulls omitted."""
    written = pa.table([_written(column) for column in table.columns], names=table.column_names)
    try:
        rows = written.to_pylist(maps_as_pydicts="strict")
    except KeyError:  # a map with a duplicate key stays a list of pairs
        rows = written.to_pylist()
    return [{name: value for name, value in row.items() if value is not None} for row in rows]


def _written(column: pa.ChunkedArray) -> pa.ChunkedArray:
    try:
        return column.cast(_written_type(column.type, zoned=True)).cast(_written_type(column.type, zoned=False))
    except pa.ArrowException:
        return column


def _written_type(kind: pa.DataType, *, zoned: bool) -> pa.DataType:
    """Return the type to cast to, at any depth: with `zoned` all times are in UTC, otherwise they are text."""
    if pt.is_struct(kind):
        return pa.struct([each.with_type(_written_type(each.type, zoned=zoned)) for each in kind])
    if pt.is_map(kind):
        return pa.map_(kind.key_type, _written_type(kind.item_type, zoned=zoned))
    if pt.is_list(kind) or pt.is_large_list(kind):
        return pa.list_(_written_type(kind.value_type, zoned=zoned))
    if zoned:
        return pa.timestamp(kind.unit, _ZONE) if pt.is_timestamp(kind) else kind
    if pt.is_duration(kind):
        return pa.int64()
    is_text = pt.is_temporal(kind) or pt.is_decimal(kind)
    return pa.string() if is_text else kind
