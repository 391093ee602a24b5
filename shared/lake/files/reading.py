"""A file of any format and size, part by part."""

from collections.abc import Iterator

from shared.lake.files.content import BinaryStream, Content, content_of
from shared.lake.files.csv_files import csv_chunks
from shared.lake.files.formats import format_of
from shared.lake.files.json_files import json_chunks
from shared.lake.files.options import FileFormat, FileOptions
from shared.lake.files.parquet_files import parquet_chunks
from shared.lake.files.part import Chunk, Part, in_parts
from shared.lake.files.unreadable import UnreadableFile
from shared.lake.files.xml_files import xml_chunks

_HEAD = 1024


def read_parts(
    stream: BinaryStream, options: FileOptions, *, rows_per_part: int = 50_000, skip: int = 0
) -> Iterator[Part]:
    """Read a file as parts, always cut alike: by the same number of records, or of bytes where records are large.

    All records before a place from which the file cannot be read come as parts; then the error is raised. A record
    that is malformed by itself is in its part's `malformed` and stops nothing.

    Args:
        stream: the bytes; read once, from its beginning.
        options: what is known of the file.
        rows_per_part: how many records make a part; the last part has fewer, and parts of large records have, too.
        skip: how many parts to leave out, because they are done: the others keep their numbers.

    Raises:
        UnreadableFile: the file is empty, not what it is declared to be, damaged, or has no records.
    """
    for part in in_parts(_chunks(content_of(stream, options.compression), options), rows_per_part):
        if part.number >= skip:
            yield part


def _chunks(content: Content, options: FileOptions) -> Iterator[Chunk]:
    head = content.peek(_HEAD)
    if not head:
        content.check()
        raise UnreadableFile("empty_file", "the file is empty")
    match format_of(head, options.format):
        case FileFormat.CSV:
            yield from csv_chunks(content, options)
        case FileFormat.JSON:
            yield from json_chunks(content, options)
        case FileFormat.XML:
            yield from xml_chunks(content, options)
        case FileFormat.PARQUET:
            yield from parquet_chunks(content)
