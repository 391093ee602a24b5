"""A file of any format and size, part by part."""

from collections.abc import Iterator

from shared.lake.files.content import BinaryStream, content_of
from shared.lake.files.csv_files import csv_chunks
from shared.lake.files.options import FileOptions
from shared.lake.files.part import Part, in_parts


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
    content = content_of(stream, options.compression)
    for part in in_parts(csv_chunks(content, options), rows_per_part):
        if part.number >= skip:
            yield part
