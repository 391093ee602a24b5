"""Converts rows to the Arrow columns of their schema, and reads and writes Parquet."""

import decimal
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from shared.records.bounds import attributes_of
from shared.records.features import encode
from shared.records.schema import INGESTED_AT, DataType, Field, Kind, RecordSchema
from shared.records.schemas import PLATFORM_CURRENCY, SCHEMAS

MOMENT = pa.timestamp("ms")
AMOUNT = pa.decimal128(38, 10)
_ARROW_TYPES = {
    Kind.ID: pa.string(),
    Kind.TEXT: pa.string(),
    Kind.CHOICE: pa.string(),
    Kind.CURRENCY: pa.string(),
    Kind.TIMESTAMP: MOMENT,
    Kind.MONEY: pa.decimal128(18, 6),
    Kind.QUANTITY: pa.decimal128(18, 4),
    Kind.INTEGER: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.BOOLEAN: pa.bool_(),
    Kind.TEXT_MAP: pa.map_(pa.string(), pa.string()),
    Kind.NUMBER_MAP: pa.map_(pa.string(), pa.float64()),
}
_EXACT_AS_FLOAT = 1e9


UnreadableObject = (pa.lib.ArrowException, OSError)
"""The exceptions of Arrow for an object that is not Parquet, is damaged, or does not fit the schema."""


@dataclass(frozen=True, kw_only=True)
class IngestMetadata:
    """The values of the columns that the platform adds to the rows of a delivery.

    `ingested_at` is one moment for all rows, or one for each, in milliseconds since 1970.
    """

    source_id: str
    ingested_at: datetime | Sequence[int]
    origin: str
    reporting_currency: str


@cache
def arrow_schema(data_type: DataType) -> pa.Schema:
    """Return the Parquet schema of a data type's base and incoming objects."""
    return pa.schema([(each.name, _ARROW_TYPES[each.kind]) for each in SCHEMAS[data_type].stored])


def to_table(data_type: DataType, rows: Sequence[Mapping[str, Any]], stamp: IngestMetadata) -> pa.Table:
    """Convert valid rows to the columns of their data type, with defaults filled in and unknown fields as JSON."""
    schema = SCHEMAS[data_type]
    columns = {each.name: column(each, [row.get(each.name) for row in rows]) for each in schema.fields}
    return add_platform_columns(schema, columns, extra_fields_json(schema, rows, columns), stamp)


def add_platform_columns(
    schema: RecordSchema, columns: Mapping[str, pa.Array], unknown: pa.Array, stamp: IngestMetadata
) -> pa.Table:
    """Add defaults, unknown fields as JSON, and the columns of the platform to the client's columns."""
    size = len(unknown)
    stamped = {
        **columns,
        "attributes": unknown,
        "source_id": pa.repeat(pa.scalar(stamp.source_id), size),
        INGESTED_AT: _ingested_at(stamp.ingested_at, size),
        "_origin": pa.repeat(pa.scalar(stamp.origin), size),
    }
    for each in schema.fields:
        stamped[each.name] = _with_default(each, stamped, stamp.reporting_currency)
    target = arrow_schema(schema.data_type)
    return pa.table([stamped[name] for name in target.names], schema=target)


def _ingested_at(moments: datetime | Sequence[int], size: int) -> pa.Array:
    if isinstance(moments, datetime):
        return pa.repeat(pa.scalar(moments, pa.timestamp("us", "UTC")).cast(MOMENT, safe=False), size)
    return pa.array(moments, pa.int64()).cast(MOMENT)


def extra_fields_json(
    schema: RecordSchema, rows: Sequence[Mapping[str, Any]], columns: Mapping[str, pa.Array]
) -> pa.Array:
    """Serialize the fields that are not in the schema; all null if the columns account for every value."""
    known = schema.by_name.keys()
    if sum(map(len, rows)) == sum(len(rows) - columns[name].null_count for name in known):
        return pa.nulls(len(rows), pa.string())
    return pa.array([attributes_of(row, known) for row in rows], pa.binary()).cast(pa.string())


def arrow_type(each: Field) -> pa.DataType:
    """Return the type of a field's column."""
    return _ARROW_TYPES[each.kind]


def column(each: Field, values: list[Any]) -> pa.Array:
    """Convert the validated values of a field to a column."""
    match each.kind:
        case Kind.MONEY | Kind.QUANTITY:
            return _decimals(values, _ARROW_TYPES[each.kind])
        case Kind.TIMESTAMP:
            return pa.array(values, pa.timestamp("us", "UTC")).cast(MOMENT, safe=False)
        case Kind.TEXT_MAP:
            texts = [None if value is None else [(k, encode(v)) for k, v in value.items()] for value in values]
            return pa.array(texts, _ARROW_TYPES[each.kind])
        case _:
            return pa.array(values, _ARROW_TYPES[each.kind])


def _decimals(values: list[Any], kind: pa.Decimal128Type) -> pa.Array:
    """Cast to decimals; numbers that Arrow would not cast exactly are rounded half-even from their text.

    Validated amounts are decimals. Arrow casts floats below 10^9 exactly if they have no more places than the type.
    """
    if all(value is None or isinstance(value, decimal.Decimal) for value in values):
        return pa.array(values, kind)
    try:
        numbers = pa.array(values, pa.float64())
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return _decimals_by_text(values, kind)
    return numbers.cast(kind) if _needs_no_rounding(numbers, kind.scale) else _decimals_by_text(values, kind)


def _needs_no_rounding(numbers: pa.DoubleArray, places: int) -> bool:
    """Whether each number is the float nearest to a decimal with this many places, and so equals it as written."""
    if (pc.max(pc.abs(numbers)).as_py() or 0) >= _EXACT_AS_FLOAT:
        return False
    nearest = pc.divide(pc.round(pc.multiply(numbers, 10.0**places)), 10.0**places)
    return bool(pc.all(pc.equal(nearest, numbers), min_count=0).as_py())


def _decimals_by_text(values: list[Any], kind: pa.Decimal128Type) -> pa.Array:
    place = decimal.Decimal(1).scaleb(-kind.scale)
    exact = [
        None if value is None else decimal.Decimal(str(value)).quantize(place, decimal.ROUND_HALF_EVEN)
        for value in values
    ]
    return pa.array(exact, kind)


def _with_default(each: Field, columns: Mapping[str, pa.Array], reporting_currency: str) -> pa.Array:
    column = columns[each.name]
    if column.null_count == 0:
        return column
    if each.default_from is not None:
        return pc.coalesce(column, columns[each.default_from])
    if each.default is None:
        return column
    default = reporting_currency if each.default == PLATFORM_CURRENCY else each.default
    exact = decimal.Decimal(default) if each.kind in (Kind.MONEY, Kind.QUANTITY) else default
    return pc.fill_null(column, pa.scalar(exact, column.type))


def rows_of_day(data_type: DataType, table: pa.Table, day: str) -> pa.Table:
    """Return the rows of a UTC day, in order; `day` is as in `yyyy-MM-dd`."""
    days = table[SCHEMAS[data_type].event_time].cast(pa.date32(), safe=False)
    return table.filter(pc.equal(days, pa.scalar(date.fromisoformat(day))))


def event_range(data_type: DataType, table: pa.Table) -> tuple[datetime, datetime] | None:
    """Return the earliest and the latest event time of the rows, in UTC; None without rows or event times."""
    name = SCHEMAS[data_type].event_time
    if name is None or not len(table):
        return None
    found = pc.min_max(table[name]).as_py()
    return None if found["min"] is None else (found["min"].replace(tzinfo=UTC), found["max"].replace(tzinfo=UTC))


def write_parquet(table: pa.Table, *, unique: Sequence[str] = ()) -> bytes:
    """Serialize a table as a zstd-compressed Parquet object.

    Dictionaries are omitted for columns with unique values, where they save nothing. Statistics are written for times
    only, because queries select ranges of no other columns.
    """
    times = [each.name for each in table.schema if pa.types.is_timestamp(each.type)]
    repeating = [each.name for each in table.schema if each.name not in {*unique, *times}]
    sink = pa.BufferOutputStream()
    pq.write_table(
        table, sink, compression="zstd", compression_level=1, use_dictionary=repeating, write_statistics=times
    )
    data: bytes = sink.getvalue().to_pybytes()
    return data


def read_parquet(data: bytes, schema: pa.Schema) -> pa.Table:
    """Read a Parquet object in the current schema: missing columns are null, narrower types are widened.

    Raises:
        UnreadableObject: the object is not Parquet or is damaged, or has columns that the schema does not have, as
            written by a newer version of this code; rewriting it would lose them.
    """
    return _conform(pq.read_table(pa.BufferReader(data)), schema)


def read_parquet_parts(data: bytes, schema: pa.Schema, most_rows: int) -> Iterator[pa.Table]:
    """Read a Parquet object as `read_parquet` does, at most so many rows at a time."""
    for batch in pq.ParquetFile(pa.BufferReader(data)).iter_batches(most_rows):
        yield _conform(pa.Table.from_batches([batch]), schema)


def parquet_metadata(data: bytes) -> Mapping[bytes, bytes]:
    """Return the metadata of a Parquet object, without reading its rows.

    Raises:
        UnreadableObject: the object is not Parquet.
    """
    return pq.read_schema(pa.BufferReader(data)).metadata or {}


def _conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    if table.schema.equals(schema):
        return table
    present = set(table.schema.names)
    if unknown := present - set(schema.names):
        raise pa.ArrowInvalid(f"columns unknown to this version: {sorted(unknown)}")
    columns = [
        table[each.name].cast(each.type) if each.name in present else pa.nulls(len(table), each.type) for each in schema
    ]
    return pa.table(columns, schema=schema.with_metadata(table.schema.metadata))
