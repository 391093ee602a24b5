"""Rows as received to the columns of their data type: straight where nothing is in doubt, else row by row.

The straight way looks at whole columns and takes a delivery only when every value is beyond doubt: right type,
nothing to trim, times fully written, all bounds kept. One doubt, and the rules of `records.validation` decide, row by
row and with every reason. So the straight way never says no; it only saves time when the answer is yes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.parquet.columns import MOMENT, Stamp, attributes, column, completed, to_table
from shared.lake.validation.bounds import surely_within
from shared.lake.validation.tables import judged
from shared.records.catalogue import SCHEMAS
from shared.records.currencies import ISO_4217
from shared.records.schema import DataType, Field, Kind, RecordSchema
from shared.records.validation import (
    EARLIEST,
    FUTURE_TOLERANCE,
    LONGEST_ID,
    LONGEST_TEXT,
    MONEY_BOUND,
    QUANTITY_BOUND,
    Form,
    RowError,
    validate,
)

_AS_TEXT = {Kind.ID, Kind.TEXT, Kind.CHOICE, Kind.CURRENCY, Kind.TIMESTAMP}
_IN_DOUBT = {Kind.TEXT_MAP, Kind.NUMBER_MAP}
_NUMBERS = {int, float, type(None)}
_TYPES: dict[Kind, set[type]] = {
    Kind.MONEY: _NUMBERS,
    Kind.QUANTITY: _NUMBERS,
    Kind.NUMBER: _NUMBERS,
    Kind.INTEGER: {int, type(None)},
    Kind.BOOLEAN: {bool, type(None)},
}
_FIRST_MS, _LAST_MS = -62_135_596_800_000, 253_402_300_799_999  # the years 1 to 9999
_FULL_TIME = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$"


@dataclass(frozen=True)
class Taken:
    """What was taken in as columns, and every reason against the rest."""

    table: pa.Table
    errors: Sequence[RowError] = ()

    @property
    def rejected(self) -> int:
        """How many rows were not taken."""
        return len({error.row for error in self.errors})

    def within(self, places: Sequence[int], others: Sequence[RowError]) -> "Taken":
        """The same as part of a delivery: its rows have these places there, and the others are not taken either."""
        errors = [replace(each, row=None if each.row is None else places[each.row]) for each in self.errors]
        return Taken(self.table, [*errors, *others])


def take(data_type: DataType, rows: Sequence[Any], *, form: Form, at: datetime, stamp: Stamp) -> Taken:
    """Check rows and turn the good ones into columns.

    Args:
        data_type: what the rows are.
        rows: as received.
        form: how values are written.
        at: the present moment; a record may lie at most 5 minutes after it.
        stamp: what the platform adds, with one `ingested_at` for all rows or one for each.
    """
    table = _straight(data_type, rows, at, stamp) if form is Form.TYPED else None
    if table is not None:
        return Taken(table)
    checked = validate(data_type, rows, form=form, at=at)
    return Taken(to_table(data_type, checked.rows, _stamp_of(stamp, checked.places)), checked.errors)


def take_table(data_type: DataType, table: pa.Table, *, form: Form, at: datetime, stamp: Stamp) -> Taken:
    """Check the rows of a table and turn the good ones into columns: what `take` would, much sooner.

    Columns are judged as wholes; only rows with a value in doubt go through the rules one by one. In a typed table
    null means absent, and a column of another type than its field's is cast where nothing is lost by it.

    Args:
        data_type: what the rows are.
        table: as received; in the form `TEXT` each column is text.
        form: how values are written.
        at: the present moment; a record may lie at most 5 minutes after it.
        stamp: what the platform adds, with one `ingested_at` for all rows or one for each.
    """
    found = judged(SCHEMAS[data_type], table, form=form, at=at)
    straight, doubtful = found.straight, found.doubtful
    stored = found.stored(_stamp_of(stamp, straight))
    if not doubtful:
        return Taken(stored)
    checked = take(data_type, found.records(doubtful), form=form, at=at, stamp=_stamp_of(stamp, doubtful))
    rejected = {error.row for error in checked.errors}
    places = [*straight, *(place for row, place in enumerate(doubtful) if row not in rejected)]
    order = pc.sort_indices(pa.array(places, pa.int64()))
    merged = Taken(pa.concat_tables([stored, checked.table]).take(order), checked.errors)
    return merged.within(doubtful, ())


def _stamp_of(stamp: Stamp, places: Sequence[int]) -> Stamp:
    """What the platform adds to some of the rows."""
    if isinstance(stamp.ingested_at, datetime):
        return stamp
    return replace(stamp, ingested_at=[stamp.ingested_at[place] for place in places])


def _straight(data_type: DataType, rows: Sequence[Any], at: datetime, stamp: Stamp) -> pa.Table | None:
    schema = SCHEMAS[data_type]
    if any(each.kind in _IN_DOUBT for each in schema.fields) or set(map(type, rows)) != {dict}:
        return None
    try:
        columns = _texts(schema, rows) | _numbers(schema, rows)
        moments = {each.name: _moments(columns[each.name]) for each in schema.fields if each.kind is Kind.TIMESTAMP}
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError, _Doubt):
        return None
    if not all(_beyond_doubt(each, columns[each.name]) for each in schema.fields):
        return None
    dated = [name for name in (schema.event_time, schema.version) if name is not None and name in moments]
    if schema.event_time is not None and moments[schema.event_time].null_count:
        return None
    found = columns | moments
    unknown = attributes(schema, rows, found)
    is_within = pc.all(surely_within(schema, found, unknown), min_count=0).as_py()
    if not (is_within and all(_in_time(moments[name], at) for name in dated)):
        return None
    return completed(schema, found, unknown, stamp)


class _Doubt(Exception):
    """Some value is not of the type that goes straight."""


@cache
def _text_struct(data_type: DataType) -> pa.StructType:
    return pa.struct([(each.name, pa.string()) for each in SCHEMAS[data_type].fields if each.kind in _AS_TEXT])


def _texts(schema: RecordSchema, rows: Sequence[Mapping[str, Any]]) -> dict[str, pa.Array]:
    struct = _text_struct(schema.data_type)
    found = pa.array(rows, type=struct)
    return {each.name: found.field(each.name) for each in struct}


def _numbers(schema: RecordSchema, rows: Sequence[Mapping[str, Any]]) -> dict[str, pa.Array]:
    found = {}
    for each in schema.fields:
        if each.kind in _TYPES:
            values = [row.get(each.name) for row in rows]
            if not set(map(type, values)) <= _TYPES[each.kind]:
                raise _Doubt(each.name)
            if each.kind is not Kind.BOOLEAN and not _within(each, values):
                raise _Doubt(each.name)
            found[each.name] = column(each, values)
    return found


def _moments(texts: pa.Array) -> pa.Array:
    if not pc.all(pc.match_substring_regex(texts, _FULL_TIME), min_count=0).as_py():
        raise _Doubt("a time that is not fully written")
    moments = texts.cast(pa.timestamp("us", "UTC")).cast(MOMENT, safe=False)
    found = pc.min_max(moments.cast(pa.int64())).as_py()
    if found["min"] is not None and not _FIRST_MS <= found["min"] <= found["max"] <= _LAST_MS:
        raise _Doubt("a time that Python cannot tell")
    return moments


def all_fully_written(times: Sequence[str]) -> bool:
    """Whether each text is a time with date, time of day to the second and zone, such as 2025-01-31T12:00:00Z."""
    try:
        _moments(pa.array(times, pa.string()))
    except (pa.ArrowInvalid, _Doubt):
        return False
    return True


def _beyond_doubt(each: Field, values: pa.Array) -> bool:
    if each.required and values.null_count:
        return False
    match each.kind:
        case Kind.ID:
            return _trimmed(values) and _have_lengths(values, 1, LONGEST_ID)
        case Kind.TEXT:
            return _trimmed(values) and _have_lengths(values, 0, LONGEST_TEXT)
        case Kind.CHOICE | Kind.CURRENCY:
            allowed = pa.array([None, *(each.choices or ISO_4217)], pa.string())
            return bool(pc.all(pc.is_in(values, value_set=allowed), min_count=0).as_py())
        case _:
            return True


def _have_lengths(values: pa.Array, low: int, high: int) -> bool:
    lengths = pc.min_max(pc.utf8_length(values)).as_py()
    return lengths["min"] is None or low <= lengths["min"] <= lengths["max"] <= high


def _trimmed(values: pa.Array) -> bool:
    return bool(pc.utf8_trim_whitespace(values).equals(values))


_BOUNDS = {Kind.MONEY: MONEY_BOUND, Kind.QUANTITY: QUANTITY_BOUND}


def _within(each: Field, values: Sequence[float | None]) -> bool:
    """Whether numbers keep their bounds as they were written, before any rounding."""
    numbers = pa.array(values, pa.int64() if each.kind is Kind.INTEGER else pa.float64())
    found, bound = pc.min_max(numbers).as_py(), _BOUNDS.get(each.kind)
    low = each.minimum if each.minimum is not None else None if bound is None else -bound
    high = each.maximum if each.maximum is not None else bound
    if found["min"] is None:
        return True
    return (low is None or found["min"] >= low) and (high is None or found["max"] <= high)


def _in_time(moments: pa.Array, at: datetime) -> bool:
    found = pc.min_max(moments.cast(pa.timestamp("ms", "UTC"))).as_py()
    if found["min"] is None:
        return True
    return bool(found["min"] >= EARLIEST and found["max"] < at + FUTURE_TOLERANCE)
