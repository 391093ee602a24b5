"""Writes whole columns of texts as the lines of CSV and JSON files.

Every cell arrives as the text of its value: numbers and JSON as they are written, times as RFC 3339. Most columns have
nothing to quote, which one pass over their bytes shows; only the others are looked at cell by cell.
"""

from collections.abc import Sequence
from typing import TypeAlias

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from shared.exports.columns import CellKind, Column, DataTable, Value
from shared.runtime.models import rfc3339

Batch: TypeAlias = pa.Table
"""Rows as columns of texts."""

_FORMULA = r"^[=+\-@\t\r]"
"""Spreadsheets run a cell that starts with one of these: https://owasp.org/www-community/attacks/CSV_Injection."""

_STARTS_OF_FORMULAS = b"=+-@\t\r"
_QUOTED_IN_CSV, _SPECIAL_IN_CSV = b'",\r\n', '[",\r\n]'
_ESCAPED_IN_JSON = b'"\\' + bytes(range(0x20))
_SPECIAL_IN_JSON = r'["\\\x00-\x1f]'
_END_OF_LINE = "\r\n"


def batch_of(table: DataTable) -> Batch:
    """Return rows in memory as columns of texts."""
    cells = {
        column.name: pa.array([_text(row[place]) for row in table.rows], pa.string())
        for place, column in enumerate(table.columns)
    }
    return pa.table(cells)


def csv_header(columns: Sequence[Column]) -> bytes:
    """Return the first line of a CSV file."""
    return csv_lines(
        [Column(each.name, CellKind.TEXT) for each in columns],
        pa.table([[c.name] for c in columns], [c.name for c in columns]),
    )


def csv_lines(columns: Sequence[Column], batch: Batch) -> bytes:
    """Return rows as lines of CSV (RFC 4180); a missing value is nothing at all, an empty text is `""`.

    Texts that a spreadsheet would run as a formula have a `'` before them.
    """
    *cells, last = [_csv_cells(each, _whole(batch[each.name])) for each in columns]
    return _joined(pc.binary_join_element_wise(*cells, pc.binary_join_element_wise(last, _END_OF_LINE, ""), ","))


def json_lines(columns: Sequence[Column], batch: Batch) -> bytes:
    """Return rows as JSON objects, each after a comma and a line feed."""
    pieces: list[pa.Array | str] = []
    for place, column in enumerate(columns):
        opening = ",\n{" if place == 0 else ","
        pieces += [f"{opening}{orjson.dumps(column.name).decode()}:", _json_cells(column, _whole(batch[column.name]))]
    return _joined(pc.binary_join_element_wise(*pieces, "}", ""))


def json_texts(cells: pa.StringArray) -> pa.StringArray:
    """Return texts as JSON strings; nulls stay null."""
    if _has(cells, _ESCAPED_IN_JSON):
        special = pc.fill_null(pc.match_substring_regex(cells, _SPECIAL_IN_JSON), fill_value=False)
        escaped = [orjson.dumps(each).decode()[1:-1] for each in cells.filter(special).to_pylist()]
        cells = pc.replace_with_mask(cells, special, pa.array(escaped, pa.string()))
    return pc.binary_join_element_wise('"', cells, '"', "")


def _text(value: Value) -> str | None:
    match value:
        case None | str():
            return value
        case bool() | int() | float():
            return orjson.dumps(value).decode()
        case _:
            return rfc3339(value)


def _csv_cells(column: Column, cells: pa.StringArray) -> pa.StringArray:
    match column.kind:
        case CellKind.TEXT:
            cells = _csv_texts(cells)
        case CellKind.JSON:
            cells = _quoted(cells)  # all but empty objects have quotes
    return cells.fill_null("") if cells.null_count else cells


def _csv_texts(cells: pa.StringArray) -> pa.StringArray:
    if _has(cells, _STARTS_OF_FORMULAS):
        formulas = pc.match_substring_regex(cells, _FORMULA)
        cells = pc.if_else(formulas, pc.binary_join_element_wise("'", cells, ""), cells)
    empty = pc.equal(pc.binary_length(cells), 0)
    if _has(cells, _QUOTED_IN_CSV) or pc.any(empty).as_py():
        special = pc.or_(pc.match_substring_regex(cells, _SPECIAL_IN_CSV), empty)
        cells = pc.if_else(special, _quoted(cells), cells)
    return cells


def _quoted(cells: pa.StringArray) -> pa.StringArray:
    return pc.binary_join_element_wise('"', pc.replace_substring(cells, '"', '""'), '"', "")


def _json_cells(column: Column, cells: pa.StringArray) -> pa.StringArray:
    if column.kind in {CellKind.TEXT, CellKind.TIME}:
        cells = json_texts(cells)
    return pc.fill_null(cells, "null")


def _whole(cells: pa.ChunkedArray) -> pa.StringArray:
    return cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells


def _has(cells: pa.StringArray, characters: bytes) -> bool:
    """Whether any of some ASCII characters occurs in any cell."""
    data = _joined(cells)
    return len(data.translate(None, characters)) < len(data)


def _joined(cells: pa.StringArray) -> bytes:
    """Return all texts one after the other; that is how Arrow stores them."""
    _, offsets, data = cells.buffers()
    if not len(cells) or data is None:
        return b""
    ends = memoryview(offsets).cast("i")
    first, last = ends[cells.offset], ends[cells.offset + len(cells)]
    return bytes(memoryview(data)[first:last])
