"""Applies a source's mapping to whole columns of text, for files; `map_rows` is the equivalent for rows."""

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from shared.records.mapping import LONGEST_FILLED, ROW, SourceMapping, UnfitForMapping, in_form, parts_of
from shared.records.validation import Form
from shared.records.written_times import BLANKS, WrittenTimes, time_in_utc

_Columns = dict[str, pa.ChunkedArray]


def mapped_table(table: pa.Table, mapping: SourceMapping, places: Sequence[int]) -> pa.Table:
    """Convert a source's text columns to those of a data type.

    Args:
        table: the table as read, all columns text; null means absent.
        mapping: the source's mapping for the data type.
        places: the position of each row in the file.

    Raises:
        UnfitForMapping: the mapping may not apply to some row; `map_rows` finds which.
    """
    given: _Columns = {name: table[name] for name in table.column_names}
    taken = mapping.columns.keys() | set(mapping.drop)
    columns = {name: values for name, values in given.items() if name not in taken}
    for name, field in mapping.columns.items():
        if name in given:
            _put(columns, field, pc.if_else(_blank(given[name]), pa.scalar(None, pa.string()), given[name]))
    rows = pa.array(places, pa.int64()).cast(pa.string())
    for field, template in mapping.templates.items():
        _put(columns, field, _filled(template, {ROW: rows, **given}, len(table)))
    for field, suffix in mapping.suffixes.items():
        if field in columns:
            columns[field] = _without_suffix(columns[field], suffix)
    for field, written in mapping.date_formats.items():
        if field in columns:
            columns[field] = _in_utc(columns[field], written)
    columns |= {field: _repeated(value, len(table)) for field, value in mapping.constants.items()}
    for field, value in mapping.defaults.items():
        found = columns.get(field, pa.nulls(len(table), pa.string()))
        columns[field] = pc.if_else(_blank(found), _repeated(value, len(table)), found)
    return pa.table(columns) if columns else table.select([])


def _put(columns: _Columns, field: str, values: pa.ChunkedArray) -> None:
    columns[field] = pc.coalesce(values, columns[field]) if field in columns else values


def _blank(values: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.fill_null(pc.equal(pc.utf8_trim(values, characters=BLANKS), ""), fill_value=True)


def _filled(template: str, given: Mapping[str, pa.ChunkedArray], size: int) -> pa.ChunkedArray:
    pieces, longest = [], 0
    for fixed, column in parts_of(template):
        longest += len(fixed)
        pieces.append(pa.scalar(fixed))
        if column is not None:
            values = given.get(column, pa.nulls(size, pa.string()))
            trimmed = pc.utf8_trim(values, characters=BLANKS)
            pieces.append(pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed))
            longest += pc.max(pc.utf8_length(trimmed)).as_py() or 0
    if longest > LONGEST_FILLED:  # checked before joining, because the sizes multiply
        raise UnfitForMapping(f"a template may make more than {LONGEST_FILLED} characters of a row")
    return pc.binary_join_element_wise(*pieces, "")


def _without_suffix(values: pa.ChunkedArray, suffix: str) -> pa.ChunkedArray:
    trimmed = pc.utf8_trim(values, characters=BLANKS)
    cut = pc.utf8_slice_codeunits(trimmed, 0, -len(suffix))
    return pc.if_else(pc.ends_with(trimmed, suffix), cut, trimmed)


def _in_utc(values: pa.ChunkedArray, written: WrittenTimes) -> pa.ChunkedArray:
    """Parse each distinct text only once, because times repeat within a file."""
    encoded = pc.dictionary_encode(pa.chunked_array(values, pa.string()).combine_chunks())
    formats = tuple(written.formats)
    read = [time_in_utc(text, formats, written.timezone) or text for text in encoded.dictionary.to_pylist()]
    return pa.array(read, pa.string()).take(encoded.indices)


def _repeated(value: object, size: int) -> pa.Array:
    return pa.repeat(pa.scalar(in_form(value, Form.TEXT), pa.string()), size)
