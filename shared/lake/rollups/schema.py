"""Converts a computed table to its declared schema."""

import re

import pyarrow as pa

from shared.lake.catalog.table import LakeTable
from shared.lake.parquet.columns import MOMENT

_TYPES = {"timestamp": MOMENT, "string": pa.string(), "bigint": pa.int64(), "double": pa.float64()}
_DECIMAL = re.compile(r"decimal\((?P<digits>\d+),(?P<places>\d+)\)")


def conform(computed: pa.Table, table: LakeTable) -> pa.Table:
    """Return the declared columns with their types; equal rows in equal order give equal bytes."""
    schema = schema_of(table)
    return computed.select(schema.names).cast(schema)


def schema_of(table: LakeTable) -> pa.Schema:
    """Return the Arrow schema of a declared table."""
    return pa.schema([(column.name, _arrow_type(column.glue_type)) for column in table.columns])


def _arrow_type(glue_type: str) -> pa.DataType:
    decimal = _DECIMAL.fullmatch(glue_type)
    return pa.decimal128(int(decimal["digits"]), int(decimal["places"])) if decimal else _TYPES[glue_type]
