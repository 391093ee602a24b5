"""Rejects Parquet files whose metadata declares widths, lists or pages beyond any memory."""

from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

from shared.lake.files.content import LONGEST_RECORD
from shared.lake.files.errors import UnreadableFile

if TYPE_CHECKING:
    import pyarrow.parquet as pq

_MOST_NESTED = 20_000_000
_LARGEST_PAGE = 64 * 1024 * 1024
_HEADER = 32
_I32_AFTER_ONE = 0x15
"""Of Thrift's compact protocol: the next field, a 32-bit number."""


def check_layout(file: "pq.ParquetFile", raw: IO[bytes]) -> None:
    """Check the footer and the first page of every column; nothing is decompressed.

    Raises:
        UnreadableFile: a value is wider than a record may be, a row group has too many values in lists, or a page
            decompresses to more than any writer makes one.
    """
    leaves = [file.schema.column(place) for place in range(len(file.schema))]
    for leaf in leaves:
        if leaf.length > LONGEST_RECORD:
            raise UnreadableFile("columns", f"values of {leaf.path[:100]!r} have {leaf.length} bytes each", row=1)
    for group in range(file.num_row_groups):
        for place, leaf in enumerate(leaves):
            chunk = file.metadata.row_group(group).column(place)
            if leaf.max_repetition_level and chunk.num_values > _MOST_NESTED:
                message = f"{leaf.path[:100]!r} has {chunk.num_values} values in one row group; {_MOST_NESTED} at most"
                raise UnreadableFile("columns", message)
            if _first_page_size(chunk, raw) > _LARGEST_PAGE:
                message = f"a page of {leaf.path[:100]!r} unpacks to more than {_LARGEST_PAGE} bytes"
                raise UnreadableFile("page_too_large", message)
    raw.seek(0)


def _first_page_size(chunk: "pq.ColumnChunkMetaData", raw: IO[bytes]) -> int:
    """Return the decompressed size of the dictionary, or else of the first page; 0 if it cannot be read."""
    raw.seek(max(chunk.dictionary_page_offset or chunk.data_page_offset, 0))
    header = iter(raw.read(_HEADER))
    kind, size = _number(header), _number(header)
    return 0 if kind is None or size is None else size


def _number(header: Iterator[int]) -> int | None:
    """Return the next field if it is a 32-bit number: a zigzag varint, seven bits per byte."""
    if next(header, None) != _I32_AFTER_ONE:
        return None
    value = shift = 0
    for byte in header:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:  # noqa: PLR2004 # the last byte of a number
            break
    return value >> 1 ^ -(value & 1)
