"""Turns the columns of unloaded decisions into the texts of an export's cells."""

from collections.abc import Iterator

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from shared.exports.cells import json_texts
from shared.exports.columns import CellKind
from shared.exports.decision_columns import COLUMNS
from shared.records.features import decode

_PLAIN_SCALAR = r'^(true|false|-?(0|[1-9]\d{0,14})(\.\d{1,17})?|"[^"\\\x00-\x1f]*")$'
"""A stored feature that is JSON as it is; others are read one by one."""

ROWS_AT_ONCE = 20_000
"""Rows that become texts together: what that takes beside them is in the cache of a processor, and small."""

_MILLISECONDS = pa.timestamp("ms")
_WITHOUT_MILLISECONDS = r"\.000$"


def decision_cells(stored: pa.Table) -> Iterator[pa.Table]:
    """Yield stored decisions as texts, some at a time, in their order by time and then by id.

    Args:
        stored: the columns of `shared.exports.queries.decisions`: times in milliseconds since 1970, amounts as text.
    """
    order = pc.sort_indices(stored, sort_keys=[("timestamp", "ascending"), ("decision_id", "ascending")])
    for start in range(0, len(stored), ROWS_AT_ONCE):
        some = stored.take(order.slice(start, ROWS_AT_ONCE)).combine_chunks()
        cells = [_cells(column.kind, some.column(place).chunk(0)) for place, column in enumerate(COLUMNS)]
        yield pa.table(cells, names=[each.name for each in COLUMNS])


def _cells(kind: CellKind, values: pa.Array) -> pa.StringArray:
    match kind:
        case CellKind.TIME:
            return _times(values)
        case CellKind.NUMBER:
            return _numbers(values)
        case CellKind.JSON if pa.types.is_map(values.type):
            return _objects(values)
        case _:
            return values.cast(pa.string())


def _times(values: pa.Array) -> pa.StringArray:
    """Return milliseconds since 1970 as RFC 3339, with milliseconds only if they are not zero."""
    texts = pc.replace_substring(values.cast(pa.int64()).cast(_MILLISECONDS).cast(pa.string()), " ", "T")
    return pc.binary_join_element_wise(pc.replace_substring_regex(texts, _WITHOUT_MILLISECONDS, ""), "Z", "")


def _numbers(values: pa.Array) -> pa.StringArray:
    """Return numbers as JSON has them; decimals arrive as text, with zeros at the end."""
    if not pa.types.is_string(values.type):
        return values.cast(pa.string())
    has_point = pc.match_substring(values, ".")
    return pc.if_else(has_point, pc.ascii_rtrim(pc.ascii_rtrim(values, "0"), "."), values)


def _objects(maps: pa.MapArray) -> pa.StringArray:
    """Return maps as JSON objects; null stays null. Few keys are different, so each of these is written once."""
    keys, items = maps.keys, maps.items
    if not pa.types.is_dictionary(keys.type):
        keys = keys.dictionary_encode()
    names = pc.binary_join_element_wise(json_texts(keys.dictionary), ":", "").take(keys.indices)
    values = _scalars(items) if pa.types.is_string(items.type) else pc.fill_null(items.cast(pa.string()), "null")
    lists = pa.ListArray.from_arrays(maps.offsets, pc.binary_join_element_wise(names, values, ""))
    joined = pc.binary_join_element_wise("{", pc.binary_join(lists, ","), "}", "")
    return pc.if_else(maps.is_valid(), joined, pa.scalar(None, pa.string()))


def _scalars(stored: pa.StringArray) -> pa.StringArray:
    """Return stored features as JSON scalars of their types."""
    plain = pc.fill_null(pc.match_substring_regex(stored, _PLAIN_SCALAR), fill_value=False)
    if not pc.all(plain, min_count=0).as_py():
        others = pc.invert(plain)
        read = [None if each is None else decode(each) for each in stored.filter(others).to_pylist()]
        stored = pc.replace_with_mask(
            stored, others, pa.array([orjson.dumps(each).decode() for each in read], pa.string())
        )
    return stored
