"""Reads Parquet by row groups, a few rows at a time; nested columns remain nested.

A repeated text is in the file once. So texts are read dictionary-encoded, and decoded only for as many rows as fit into
memory; otherwise a file of some kilobytes may decode to more than any machine has.
"""

import io
import tempfile
from collections.abc import Iterator
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from shared.lake.files.content import BLOCK, Content
from shared.lake.files.csv_dialect import check_names
from shared.lake.files.errors import UnreadableFile
from shared.lake.files.packed_texts import is_dictionary_text, size_when_decoded, type_when_decoded
from shared.lake.files.parquet_bounds import check_layout
from shared.lake.files.part import Chunk

MAGIC = b"PAR1"
_BATCH_BYTES = 4 * BLOCK
_BATCH_ROWS = 10_000
_HARMLESS = 128 * BLOCK
_HIGHEST_RATIO = 1000
"""A file that decodes to more than this multiple of its size is a decompression bomb, unless it is small."""


def parquet_chunks(raw: Content) -> Iterator[Chunk]:
    """Read typed columns; positions count the records.

    The metadata is at the end of a Parquet file, so the file is copied to the disk first.
    """
    with tempfile.TemporaryFile() as file:
        _copy(raw, file)
        most = max(_HARMLESS, _HIGHEST_RATIO * file.seek(0, io.SEEK_END))
        try:
            file_opened = _open(file)
        except (pa.ArrowException, OSError) as error:
            code = "truncated" if "magic bytes not found in footer" in str(error) else "corrupt"
            raise UnreadableFile(code, f"not a complete Parquet file: {error}") from None
        yield from _chunks(file_opened, most)


def _copy(raw: Content, file: IO[bytes]) -> None:
    while block := raw.read():
        file.write(block)
    raw.check()
    file.seek(0)


def _open(file: IO[bytes]) -> pq.ParquetFile:
    seen = pq.ParquetFile(file, pre_buffer=False, buffer_size=BLOCK)
    check_names(seen.schema_arrow.names)
    check_layout(seen, file)
    leaves = [seen.schema.column(place) for place in range(len(seen.schema))]
    texts = [leaf.path for leaf in leaves if is_dictionary_text(leaf)]
    return pq.ParquetFile(file, pre_buffer=False, buffer_size=BLOCK, read_dictionary=texts)


def _chunks(file: pq.ParquetFile, most: int) -> Iterator[Chunk]:
    number, batches, unpacked = 1, _batches(file), 0
    while True:
        try:
            batch = next(batches, None)
            if batch is None:
                return
            batch.validate(full=True)
            unpacked += sum(map(size_when_decoded, batch.columns))
        except (pa.ArrowException, OSError) as error:
            raise UnreadableFile("corrupt", f"after record {number - 1}: {error}", row=number) from None
        if unpacked > most:
            message = f"from record {number} on it unpacks to over {most} bytes"
            raise UnreadableFile("too_compressed", message, row=number)
        for rows in _decode(batch, number):
            places = range(number, number + len(rows))
            yield Chunk(rows=pa.Table.from_batches([rows]), places=places, size=rows.get_total_buffer_size())
            number += len(rows)


def _batches(file: pq.ParquetFile) -> Iterator[pa.RecordBatch]:
    for group in range(file.num_row_groups):
        yield from file.iter_batches(_BATCH_ROWS, row_groups=[group], use_threads=False)


def _decode(batch: pa.RecordBatch, number: int) -> Iterator[pa.RecordBatch]:
    """Decode rows; too large batches are halved."""
    size = sum(map(size_when_decoded, batch.columns))
    if size > _BATCH_BYTES and len(batch) == 1:
        raise UnreadableFile("record_too_long", f"record {number} has more than {_BATCH_BYTES} bytes", row=number)
    if size > _BATCH_BYTES:
        half = len(batch) // 2
        yield from _decode(batch.slice(0, half), number)
        yield from _decode(batch.slice(half), number + half)
        return
    columns = [column.cast(type_when_decoded(column.type)) for column in batch.columns]
    yield pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
