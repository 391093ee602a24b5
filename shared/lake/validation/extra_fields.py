"""Serializes the fields that are not in the schema as JSON text."""

import re
from collections.abc import Collection

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.validation.casts import to_json_rows

_ESCAPED = re.compile(rb'["\\\\\x00-\x1f]')


def texts_as_json(table: pa.Table, known: Collection[str]) -> pa.Array:
    """Serialize unknown text columns; blank text counts as absent."""
    unknown = [name for name in table.column_names if name not in known]
    members = [_member(name, table[name].combine_chunks()) for name in unknown]
    if not members:
        return pa.nulls(len(table), pa.string())
    joined = pc.binary_join_element_wise(*members, "")
    written = _around("{", pc.utf8_slice_codeunits(joined, 1), "}")
    return pc.if_else(pc.equal(joined, ""), pa.scalar(None, pa.string()), written)


def values_as_json(table: pa.Table, known: Collection[str]) -> pa.Array:
    """Serialize unknown columns of any type, including nested ones; null counts as absent."""
    unknown = [name for name in table.column_names if name not in known]
    if not unknown:
        return pa.nulls(len(table), pa.string())
    rows = to_json_rows(table.select(unknown))
    return pa.array([orjson.dumps(row, default=str).decode() if row else None for row in rows], pa.string())


def _member(name: str, values: pa.StringArray) -> pa.StringArray:
    """Return a comma, the name and the value; empty if there is no value."""
    blank = pc.equal(pc.utf8_trim_whitespace(values), "")
    filled = pc.if_else(blank, pa.scalar(None, pa.string()), values)
    return pc.fill_null(_around(f",{orjson.dumps(name).decode()}:", _quoted(filled), ""), "")


def _quoted(values: pa.StringArray) -> pa.StringArray:
    data = values.buffers()[2]
    if data is None or not _ESCAPED.search(data):
        return _around('"', values, '"')
    written = [None if value is None else orjson.dumps(value).decode() for value in values.to_pylist()]
    return pa.array(written, pa.string())


def _around(before: str, values: pa.StringArray, after: str) -> pa.StringArray:
    return pc.binary_join_element_wise(before, values, after, "")
