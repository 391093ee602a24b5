"""Reads rows and columns of data files from S3, with as few bytes as they need."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from botocore.exceptions import BotoCoreError

from shared.lake.table.file_io import bucket_and_key
from shared.lake.table.port import FILE, POSITION, Bound, DataFile, TableUnreadable
from shared.runtime.s3 import unless_absent

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

SMALL = 8 * 1024 * 1024
"""Files up to this size, in bytes, are read whole, with one request."""


class DataFileReader:
    """Opens data files."""

    def __init__(self, s3: "S3Client") -> None:
        self._s3 = s3

    def open(self, file: DataFile) -> "OpenFile":
        """Open a file and read its footer.

        Raises:
            TableUnreadable: it is missing or not Parquet.
        """
        with _decoding(file.path):
            if file.size <= SMALL:
                return OpenFile(file, pq.ParquetFile(pa.BufferReader(self._whole(file.path))))
            ranged = pa.PythonFile(_RangedObject(self._s3, file), mode="r")
            return OpenFile(file, pq.ParquetFile(ranged, pre_buffer=True))

    def _whole(self, path: str) -> bytes:
        bucket, key = bucket_and_key(path)
        answer = unless_absent(self._s3, bucket, key, lambda: self._s3.get_object(Bucket=bucket, Key=key))
        if answer is None:
            raise TableUnreadable(f"{path} is missing")
        return answer["Body"].read()


@contextmanager
def _decoding(path: str) -> Iterator[None]:
    """Turn the errors of Arrow into one that names the file; those of S3 stay as they are, because a retry helps."""
    try:
        yield
    except BotoCoreError:
        raise
    except (pa.ArrowInvalid, OSError) as error:
        raise TableUnreadable(f"{path} is not readable: {error}") from error


class OpenFile:
    """A data file whose footer was read."""

    def __init__(self, file: DataFile, parquet: pq.ParquetFile) -> None:
        self._file = file
        self._parquet = parquet

    def column(self, name: str, kind: pa.DataType) -> pa.Array:
        """Read a column of all rows."""
        return self._read(range(self._parquet.num_row_groups), pa.schema([(name, kind)]))[name].combine_chunks()

    def rows(
        self, schema: pa.Schema, time_column: str | None, ranges: Sequence[tuple[Bound, Bound]] | None
    ) -> pa.Table:
        """Read the row groups that may have rows in the ranges, with file and position of each row."""
        groups = [
            group
            for group in range(self._parquet.num_row_groups)
            if ranges is None or time_column is None or self._may_have(group, time_column, ranges)
        ]
        return self._located(groups, schema)

    def rows_at(self, schema: pa.Schema, positions: pa.Array) -> pa.Table:
        """Read the rows at sorted positions."""
        groups = [
            group
            for group, (first, last) in enumerate(self._group_bounds())
            if pc.any(pc.and_(pc.greater_equal(positions, first), pc.less(positions, last)), min_count=0).as_py()
        ]

        def read(group: int) -> pa.Table:
            rows = self._located([group], schema)
            return rows.filter(pc.is_in(rows[POSITION], value_set=positions))

        # One after the other: the requests are the same, and only one group is in memory.
        return pa.concat_tables([self._located([], schema), *map(read, groups)])

    def _located(self, groups: Sequence[int], schema: pa.Schema) -> pa.Table:
        bounds = self._group_bounds()
        positions = pa.chunked_array([pa.array(range(*bounds[group]), pa.int64()) for group in groups], pa.int64())
        rows = self._read(groups, schema)
        path = pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), len(rows)), [self._file.path])
        return rows.append_column(FILE, path).append_column(POSITION, positions)

    def _group_bounds(self) -> list[tuple[int, int]]:
        bounds, first = [], 0
        for group in range(self._parquet.num_row_groups):
            last = first + self._parquet.metadata.row_group(group).num_rows
            bounds.append((first, last))
            first = last
        return bounds

    def _may_have(self, group: int, column: str, ranges: Sequence[tuple[Bound, Bound]]) -> bool:
        metadata = self._parquet.metadata.row_group(group)
        statistics = next(
            found.statistics
            for found in (metadata.column(place) for place in range(metadata.num_columns))
            if found.path_in_schema == column
        )
        if statistics is None or not statistics.has_min_max:
            return True
        low: Any = statistics.min
        high: Any = statistics.max
        return any(first <= high and low <= last for first, last in ranges)

    def _read(self, groups: Sequence[int], schema: pa.Schema) -> pa.Table:
        """Read columns in the current schema: columns that the file is older than are null."""
        stored = self._parquet.schema_arrow
        present = [name for name in schema.names if name in stored.names]
        with _decoding(self._file.path):
            found = self._parquet.read_row_groups(list(groups), columns=present)
        size = sum(self._parquet.metadata.row_group(group).num_rows for group in groups)
        columns = [
            _in_memory(found[each.name], each.type) if each.name in present else pa.nulls(size, each.type)
            for each in schema
        ]
        return pa.table(columns, schema=schema)


def _in_memory(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    """Return a column with its type in memory; moments of other engines lose their microseconds."""
    return column.cast(kind, safe=not pa.types.is_timestamp(kind))


class _RangedObject(io.RawIOBase):
    """An object as a file, of which each read is one request for exactly those bytes; Arrow combines its reads."""

    def __init__(self, s3: "S3Client", file: DataFile) -> None:
        super().__init__()
        self._s3 = s3
        self._bucket, self._key = bucket_and_key(file.path)
        self._size = file.size
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = start + offset
        return self._position

    def size(self) -> int:
        return self._size

    def read(self, size: int = -1) -> bytes:
        end = self._size if size < 0 else min(self._size, self._position + size)
        if end <= self._position:
            return b""
        wanted = f"bytes={self._position}-{end - 1}"
        bucket, key = self._bucket, self._key
        answer = unless_absent(self._s3, bucket, key, lambda: self._s3.get_object(Bucket=bucket, Key=key, Range=wanted))
        if answer is None:
            raise TableUnreadable(f"s3://{bucket}/{key} is missing")
        body: bytes = answer["Body"].read()
        self._position = end
        return body
