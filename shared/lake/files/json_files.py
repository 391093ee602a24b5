"""Reads JSON record by record, strictly: one array of records, or one record per line."""

from collections.abc import Iterator

from shared.lake.files.content import BLOCK, LONGEST_RECORD, Content
from shared.lake.files.errors import UnreadableFile
from shared.lake.files.json_array import array_chunks
from shared.lake.files.json_records import RecordBatch
from shared.lake.files.options import FileOptions
from shared.lake.files.part import Chunk
from shared.lake.files.text import decode_text


def json_chunks(raw: Content, options: FileOptions) -> Iterator[Chunk]:
    """Read an array or lines, depending on the first character."""
    content = decode_text(raw, options.encoding)
    is_array = content.peek(BLOCK).lstrip().startswith(b"[")
    return array_chunks(content) if is_array else _lines(content)


def _lines(content: Content) -> Iterator[Chunk]:
    """Read one record per line; positions are line numbers, blank lines are skipped."""
    rest, line = b"", 1
    while block := content.read(BLOCK):
        *whole, rest = (rest + block).split(b"\n")
        yield _records(whole, line)
        line += len(whole)
        if len(rest) > LONGEST_RECORD:
            raise UnreadableFile("record_too_long", f"line {line} has more than {LONGEST_RECORD} bytes", row=line)
    content.check()  # before the last line, which may be cut off
    yield _records([rest], line)


def _records(lines: list[bytes], first: int) -> Chunk:
    found = RecordBatch()
    for number, text in enumerate(lines, first):
        if text and not text.isspace():
            found.add(number, text)
    return found.chunk()
