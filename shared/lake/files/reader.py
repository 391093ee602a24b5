"""Reads a file of any format and size, part by part."""

from collections.abc import Iterator

from shared.lake.files.content import BinaryStream, Content, open_content
from shared.lake.files.csv_files import csv_chunks
from shared.lake.files.errors import UnreadableFile
from shared.lake.files.formats import detect_format
from shared.lake.files.grouped_parts import GroupColumn, split_between_groups
from shared.lake.files.json_files import json_chunks
from shared.lake.files.options import FileFormat, FileOptions
from shared.lake.files.parquet_files import parquet_chunks
from shared.lake.files.part import Chunk, Part, split_into_parts
from shared.lake.files.xml_files import xml_chunks

_HEAD = 1024


def read_parts(
    stream: BinaryStream, options: FileOptions, *, rows_per_part: int = 50_000, skip: int = 0
) -> Iterator[Part]:
    """Read a file in parts that are always split alike: by number of records, or by bytes if records are large.

    With a column `within`, parts are split between its groups only.

    All records before an error are yielded as parts; then the error is raised. A malformed record is in its part's
    `malformed` and does not stop the reader.

    Args:
        stream: the bytes; read once, from the beginning.
        options: the format and other options, as far as they are known.
        rows_per_part: number of records per part; the last part and parts of large records have fewer.
        skip: number of finished parts to skip; the others keep their numbers.

    Raises:
        UnreadableFile: the file is empty, not what it is declared to be, damaged, or has no records.
    """
    chunks = _chunks(open_content(stream, options.compression), options)
    column = _group_column(options)
    if column is None:
        parts = split_into_parts(chunks, rows_per_part)
    else:
        parts = split_between_groups(chunks, rows_per_part, column)
    for part in parts:
        if part.number >= skip:
            yield part


def _group_column(options: FileOptions) -> GroupColumn | None:
    if options.within is None:
        return None
    paths = options.records.field_paths if options.records else {}
    return GroupColumn(options.within, paths.get(options.within, ()))


def _chunks(content: Content, options: FileOptions) -> Iterator[Chunk]:
    head = content.peek(_HEAD)
    if not head:
        content.check()
        raise UnreadableFile("empty_file", "the file is empty")
    match detect_format(head, options.format):
        case FileFormat.CSV:
            yield from csv_chunks(content, options)
        case FileFormat.JSON:
            yield from json_chunks(content, options)
        case FileFormat.XML:
            yield from xml_chunks(content, options)
        case FileFormat.PARQUET:
            yield from parquet_chunks(content)
