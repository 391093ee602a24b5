"""Parquet read row group by row group, and of these a few rows at a time; nested columns stay as they are.

A text that repeats is in the file once. So texts are read as numbers of a dictionary first, and unpacked only in as
many rows as fit into memory: a file of some kilobytes may otherwise unpack to more than any machine has.
"""

import io
import tempfile
from collections.abc import Iterator
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from shared.lake.files.content import BLOCK, Content
from shared.lake.files.csv_shape import check_names
from shared.lake.files.packed_texts import is_packed_text, unpacked_size, unpacked_type
from shared.lake.files.parquet_bounds import check_layout
from shared.lake.files.part import Chunk
from shared.lake.files.unreadable import UnreadableFile

MAGIC = b"PAR1"
_BATCH_BYTES = 4 * BLOCK
_BATCH_ROWS = 10_000
_HARMLESS = 128 * BLOCK
_HIGHEST_RATIO = 1000
"""What unpacks to more than this many times the file's own size, and is no trifle, was made to burst."""


def parquet_chunks(raw: Content) -> Iterator[Chunk]:
    """Read typed columns; places count the records.

    What Parquet's end tells must be known before its beginning can be read: the file is laid on the disk first.
    """
    with tempfile.TemporaryFile() as file:
        _copy(raw, file)
        most = max(_HARMLESS, _HIGHEST_RATIO * file.seek(0, io.SEEK_END))
        try:
            opened = _opened(file)
        except (pa.ArrowException, OSError) as error:
            code = "truncated" if "magic bytes not found in footer" in str(error) else "corrupt"
            raise UnreadableFile(code, f"not a complete Parquet file: {error}") from None
        yield from _chunks(opened, most)


def _copy(raw: Content, file: IO[bytes]) -> None:
    while block := raw.read():
        file.write(block)
    raw.check()
    file.seek(0)


def _opened(file: IO[bytes]) -> pq.ParquetFile:
    seen = pq.ParquetFile(file, pre_buffer=False, buffer_size=BLOCK)
    check_names(seen.schema_arrow.names)
    check_layout(seen, file)
    leaves = [seen.schema.column(place) for place in range(len(seen.schema))]
    texts = [leaf.path for leaf in leaves if is_packed_text(leaf)]
    return pq.ParquetFile(file, pre_buffer=False, buffer_size=BLOCK, read_dictionary=texts)


def _chunks(file: pq.ParquetFile, most: int) -> Iterator[Chunk]:
    number, batches, unpacked = 1, _batches(file), 0
    while True:
        try:
            batch = next(batches, None)
            if batch is None:
                return
            batch.validate(full=True)
            unpacked += sum(map(unpacked_size, batch.columns))
        except (pa.ArrowException, OSError) as error:
            raise UnreadableFile("corrupt", f"after record {number - 1}: {error}", row=number) from None
        if unpacked > most:
            message = f"from record {number} on it unpacks to over {most} bytes"
            raise UnreadableFile("too_compressed", message, row=number)
        for rows in _unpacked(batch, number):
            places = range(number, number + len(rows))
            yield Chunk(rows=pa.Table.from_batches([rows]), places=places, size=rows.get_total_buffer_size())
            number += len(rows)


def _batches(file: pq.ParquetFile) -> Iterator[pa.RecordBatch]:
    for group in range(file.num_row_groups):
        yield from file.iter_batches(_BATCH_ROWS, row_groups=[group], use_threads=False)


def _unpacked(batch: pa.RecordBatch, number: int) -> Iterator[pa.RecordBatch]:
    """Unpack rows, by halves where they would take too much together."""
    size = sum(map(unpacked_size, batch.columns))
    if size > _BATCH_BYTES and len(batch) == 1:
        raise UnreadableFile("record_too_long", f"record {number} has more than {_BATCH_BYTES} bytes", row=number)
    if size > _BATCH_BYTES:
        half = len(batch) // 2
        yield from _unpacked(batch.slice(0, half), number)
        yield from _unpacked(batch.slice(half), number + half)
        return
    columns = [column.cast(unpacked_type(column.type)) for column in batch.columns]
    yield pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
