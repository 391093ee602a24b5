"""Parquet read row group by row group, and of these a few rows at a time; nested columns stay as they are."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from shared.lake.files.content import BLOCK, Content
from shared.lake.files.part import Chunk
from shared.lake.files.unreadable import UnreadableFile

MAGIC = b"PAR1"
_BATCH_BYTES = 4 * BLOCK
_BATCH_ROWS = 10_000
_SAMPLE = 100


def parquet_chunks(raw: Content) -> Iterator[Chunk]:
    """Read typed columns; places count the records.

    What Parquet's end tells must be known before its beginning can be read: the file is laid on the disk first.
    """
    with tempfile.TemporaryFile() as file:
        _copy(raw, file)
        try:
            yield from _batches(pq.ParquetFile(file, pre_buffer=False, buffer_size=BLOCK))
        except pa.ArrowInvalid as error:
            code = "truncated" if "magic bytes not found in footer" in str(error) else "corrupt"
            raise UnreadableFile(code, f"not a complete Parquet file: {error}") from None


def _copy(raw: Content, file: IO[bytes]) -> None:
    while block := raw.read():
        file.write(block)
    raw.check()
    file.seek(0)


def _batches(file: pq.ParquetFile) -> Iterator[Chunk]:
    twice = [name for name, count in Counter(file.schema_arrow.names).items() if count > 1]
    if twice:
        raise UnreadableFile("columns", f"duplicate column {twice[0][:100]!r} in the schema")
    number, batches = 1, _by_group(file)
    while True:
        try:
            batch = next(batches, None)
            if batch is None:
                return
            batch.validate(full=True)
        except (pa.ArrowException, OSError) as error:
            raise UnreadableFile("corrupt", f"after record {number - 1}: {error}", row=number) from None
        places = range(number, number + len(batch))
        yield Chunk(rows=pa.Table.from_batches([batch]), places=places, size=batch.get_total_buffer_size())
        number += len(batch)


def _by_group(file: pq.ParquetFile) -> Iterator[pa.RecordBatch]:
    """What rows take up in memory is told by the first of each group: in the file a repeated text takes up nothing."""
    for group in range(file.num_row_groups):
        for first in file.iter_batches(_SAMPLE, row_groups=[group], use_threads=False):
            rows = max(1, min(_BATCH_ROWS, _BATCH_BYTES * len(first) // max(first.nbytes, 1)))
            yield from file.iter_batches(rows, row_groups=[group], use_threads=False)
            break
