"""Declared tables in the words of Iceberg and of Arrow: schema, partitions and sort order."""

import re
from functools import cache

import pyarrow as pa
from pyiceberg.partitioning import UNPARTITIONED_PARTITION_SPEC, PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import MonthTransform, TruncateTransform
from pyiceberg.types import (
    BooleanType,
    DecimalType,
    DoubleType,
    IcebergType,
    LongType,
    MapType,
    NestedField,
    StringType,
    TimestampType,
)

from shared.lake.catalog.table import LakeTable

MONTH = len("yyyy-MM")
MOMENT = pa.timestamp("ms")
"""Times in memory; the tables have microseconds, as Iceberg does."""

_STORED_MOMENT = pa.timestamp("us")
_FIRST_PARTITION_FIELD = 1000
_SIMPLE = {
    "string": (StringType(), pa.string()),
    "bigint": (LongType(), pa.int64()),
    "double": (DoubleType(), pa.float64()),
    "boolean": (BooleanType(), pa.bool_()),
    "timestamp": (TimestampType(), MOMENT),
}
_DECIMAL = re.compile(r"decimal\((?P<digits>\d+),(?P<places>\d+)\)")
_MAP = re.compile(r"map<(?P<key>\w+),(?P<value>\w+)>")


@cache
def iceberg_schema(table: LakeTable) -> Schema:
    """Return the schema of a new table; field ids count from 1, those inside maps after all columns."""
    inner = iter(range(len(table.columns) + 1, 3 * len(table.columns) + 1))

    def type_of(glue_type: str) -> IcebergType:
        if found := _MAP.fullmatch(glue_type):
            return MapType(
                key_id=next(inner),
                key_type=type_of(found["key"]),
                value_id=next(inner),
                value_type=type_of(found["value"]),
                value_required=False,
            )
        if found := _DECIMAL.fullmatch(glue_type):
            return DecimalType(int(found["digits"]), int(found["places"]))
        return _SIMPLE[glue_type][0]

    return Schema(
        *(
            NestedField(
                field_id=number,
                name=column.name,
                field_type=type_of(column.glue_type),
                required=False,
                doc=column.comment or None,
            )
            for number, column in enumerate(table.columns, start=1)
        )
    )


class UnchangeableColumn(Exception):
    """The type of a stored column cannot become the declared one: rows would have to be written again."""


def column_changes(stored: Schema, declared: Schema) -> tuple[list[NestedField], list[NestedField]]:
    """Return the declared columns that a stored table lacks, and those that it has with fewer digits.

    Raises:
        UnchangeableColumn: a column has another type.
    """
    known = {field.name: field.field_type for field in stored.fields}
    added = [field for field in declared.fields if field.name not in known]
    changed = [
        field for field in declared.fields if field.name in known and str(known[field.name]) != str(field.field_type)
    ]
    for field in changed:
        if not _has_more_digits(known[field.name], field.field_type):
            raise UnchangeableColumn(f"column {field.name} is {known[field.name]} and cannot become {field.field_type}")
    return added, changed


def _has_more_digits(stored: IcebergType, declared: IcebergType) -> bool:
    """Whether a decimal has as many decimal places and more digits; the library itself would change the places too."""
    if not isinstance(stored, DecimalType) or not isinstance(declared, DecimalType):
        return False
    return stored.scale == declared.scale and stored.precision < declared.precision


@cache
def arrow_schema_of(table: LakeTable) -> pa.Schema:
    """Return the schema of a table's rows in memory."""
    return pa.schema([(column.name, _arrow_type(column.glue_type)) for column in table.columns])


def _arrow_type(glue_type: str) -> pa.DataType:
    if found := _MAP.fullmatch(glue_type):
        return pa.map_(_arrow_type(found["key"]), _arrow_type(found["value"]))
    if found := _DECIMAL.fullmatch(glue_type):
        return pa.decimal128(int(found["digits"]), int(found["places"]))
    return _SIMPLE[glue_type][1]


def partition_spec(table: LakeTable, schema: Schema) -> PartitionSpec:
    """Return the partitions of a table: by month, or none."""
    if table.time_column is None:
        return UNPARTITIONED_PARTITION_SPEC
    source = schema.find_field(table.time_column)
    by_text = isinstance(source.field_type, StringType)
    return PartitionSpec(
        PartitionField(
            source_id=source.field_id,
            field_id=_FIRST_PARTITION_FIELD,
            transform=TruncateTransform(width=MONTH) if by_text else MonthTransform(),
            name=f"{table.time_column}_month",
        )
    )


def stored_schema(rows: pa.Schema, schema: Schema) -> pa.Schema:
    """Return the Parquet schema of rows in memory: with Iceberg's field ids, by which all its readers find columns."""
    return pa.schema([_stored_field(each, schema) for each in rows])


def _stored_field(each: pa.Field, schema: Schema) -> pa.Field:
    declared = schema.find_field(each.name)
    kind, found = each.type, declared.field_type
    if isinstance(found, MapType):
        key = pa.field("key", kind.key_type, nullable=False, metadata=_id(found.key_id))
        value = pa.field("value", kind.item_type, metadata=_id(found.value_id))
        return pa.field(each.name, pa.map_(key, value), metadata=_id(declared.field_id))
    stored = _STORED_MOMENT if pa.types.is_timestamp(kind) else kind
    return pa.field(each.name, stored, metadata=_id(declared.field_id))


def _id(number: int) -> dict[str, str]:
    return {"PARQUET:field_id": str(number)}
