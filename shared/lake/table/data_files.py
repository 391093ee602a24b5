"""The Parquet files of a table: rows by month, and positions of deleted rows by file."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, cast
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyiceberg.conversions import to_bytes
from pyiceberg.io import FileIO
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
from pyiceberg.schema import Schema
from pyiceberg.table import Table
from pyiceberg.transforms import MonthTransform
from pyiceberg.typedef import Record
from pyiceberg.types import PrimitiveType, StringType

from shared.lake.catalog.table import LakeTable
from shared.lake.table.schema import MONTH, stored_schema
from shared.records.schema import INGESTED_AT

MOST_ROWS = 1_000_000
"""Most rows of one file; a file is rewritten as a whole when it is compacted."""

_ROW_GROUP = 131_072
_FIRST_YEAR = 1970
_MONTHS = 12
# Reserved by the Iceberg specification for the columns of position delete files.
FILE_PATH_ID, POSITION_ID = 2147483546, 2147483545
_DELETES = pa.schema(
    [
        pa.field("file_path", pa.string(), nullable=False, metadata={"PARQUET:field_id": str(FILE_PATH_ID)}),
        pa.field("pos", pa.int64(), nullable=False, metadata={"PARQUET:field_id": str(POSITION_ID)}),
    ]
)


def divide(target: Table, declared: LakeTable, rows: pa.Table) -> Iterator[tuple[Record, pa.Table]]:
    """Divide rows into those of a file each, in their order: of one month, one value kept apart, and not too many."""
    for partition, month in _by_month(target, declared, rows):
        for part in _apart(declared, month):
            for start in range(0, len(part), MOST_ROWS):
                yield partition, part.slice(start, MOST_ROWS)


def write_rows(target: Table, declared: LakeTable, partition: Record, rows: pa.Table) -> DataFile:
    """Write rows of one month as a file, and describe it."""
    schema = target.schema()
    location = f"{target.location()}/data/{uuid4()}.parquet"
    stored = rows.cast(stored_schema(rows.schema, schema))
    statistics = [each.name for each in rows.schema if _has_statistics(each, declared)]
    unique = [each.name for each in rows.schema if each.name.startswith("_") and pa.types.is_int64(each.type)]
    size = _put(target.io, location, stored, statistics=statistics, unique=unique)
    bounds = _bounds(declared, schema, rows)
    described = DataFile.from_args(
        content=DataFileContent.DATA,
        file_path=location,
        file_format=FileFormat.PARQUET,
        partition=partition,
        record_count=len(rows),
        file_size_in_bytes=size,
        lower_bounds={number: low for number, (low, _) in bounds.items()},
        upper_bounds={number: high for number, (_, high) in bounds.items()},
    )
    described.spec_id = target.spec().spec_id
    return described


def write_deletes(target: Table, file: DataFile, positions: pa.Array) -> DataFile:
    """Write the positions of deleted rows of one file, and describe the file in which they are."""
    columns = [
        pa.repeat(pa.scalar(file.file_path), len(positions)),
        pc.array_take(positions, pc.sort_indices(positions)),
    ]
    location = f"{target.location()}/data/{uuid4()}-deletes.parquet"
    size = _put(target.io, location, pa.table(columns, schema=_DELETES), statistics=["file_path"], unique=["pos"])
    path = file.file_path.encode()
    described = DataFile.from_args(
        content=DataFileContent.POSITION_DELETES,
        file_path=location,
        file_format=FileFormat.PARQUET,
        partition=file.partition,
        record_count=len(positions),
        file_size_in_bytes=size,
        lower_bounds={FILE_PATH_ID: path},
        upper_bounds={FILE_PATH_ID: path},
    )
    described.spec_id = file.spec_id
    return described


def _has_statistics(each: pa.Field, declared: LakeTable) -> bool:
    """Whether queries select ranges or single values of a column that its order in the file makes rare."""
    return bool(pa.types.is_timestamp(each.type) or each.name == declared.time_column)


def _put(io: FileIO, location: str, rows: pa.Table, *, statistics: list[str], unique: list[str]) -> int:
    sink = pa.BufferOutputStream()
    pq.write_table(
        rows,
        sink,
        compression="zstd",
        compression_level=1,
        row_group_size=_ROW_GROUP,
        use_dictionary=[name for name in rows.column_names if name not in unique],
        write_statistics=statistics,
    )
    body = sink.getvalue().to_pybytes()
    with io.new_output(location).create() as file:
        file.write(body)
    return len(body)


def _bounds(declared: LakeTable, schema: Schema, rows: pa.Table) -> dict[int, tuple[bytes, bytes]]:
    """Return the bounds of the columns by which files are found, by field id, as Iceberg serializes them."""
    found = dict[int, tuple[bytes, bytes]]()
    for name in (declared.time_column, declared.kept_apart, INGESTED_AT):
        ends = pc.min_max(rows[name]) if name in rows.column_names else None
        if name is None or ends is None or not ends["min"].is_valid:
            continue
        field = schema.find_field(name)
        kind = cast("PrimitiveType", field.field_type)
        low, high = (to_bytes(kind, _stored_value(ends[end].as_py())) for end in ("min", "max"))
        found[field.field_id] = (low, high)
    return found


def _stored_value(value: datetime | str) -> Any:
    """Return a moment as microseconds since 1970; whole milliseconds, so exactly."""
    if isinstance(value, str):
        return value
    return round((value - datetime(1970, 1, 1)).total_seconds() * 1000) * 1000  # noqa: DTZ001 # UTC without saying so


def _by_month(target: Table, declared: LakeTable, rows: pa.Table) -> Iterator[tuple[Record, pa.Table]]:
    if declared.time_column is None or not target.spec().fields:
        yield Record(), rows
        return
    months = _months(target, rows[declared.time_column])
    for month in pc.unique(months).sort():
        yield Record(month.as_py()), rows.filter(pc.equal(months, month))


def _apart(declared: LakeTable, rows: pa.Table) -> Iterator[pa.Table]:
    if declared.kept_apart is None:
        yield rows
        return
    values = rows[declared.kept_apart]
    for value in pc.unique(values).sort():
        yield rows.filter(pc.equal(values, value))


def _months(target: Table, times: pa.ChunkedArray) -> pa.ChunkedArray:
    [field] = target.spec().fields
    source = target.schema().find_field(field.source_id)
    if isinstance(source.field_type, StringType):
        return pc.utf8_slice_codeunits(times, 0, MONTH)
    if not isinstance(field.transform, MonthTransform):
        raise NotImplementedError(f"partitions by {field.transform}")
    years = pc.subtract(pc.year(times), _FIRST_YEAR)
    return pc.add(pc.multiply(years, _MONTHS), pc.subtract(pc.month(times), 1)).cast(pa.int32())
