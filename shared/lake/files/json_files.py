"""Reads JSON record by record, strictly: one array of records, or documents that follow each other."""

from collections.abc import Iterator

from shared.lake.files.content import BLOCK, Content
from shared.lake.files.json_array import array_chunks
from shared.lake.files.json_documents import document_chunks
from shared.lake.files.options import FileOptions
from shared.lake.files.part import Chunk
from shared.lake.files.text import decode_text
from shared.lake.files.wrapped_records import Wrapping, unwrapped_chunks


def json_chunks(raw: Content, options: FileOptions) -> Iterator[Chunk]:
    """Read an array or documents, depending on the first character.

    Positions are those of the elements or lines; if documents have several records each, the numbers of the records.
    """
    content = decode_text(raw, options.encoding)
    wrapping = Wrapping(options.records, frozenset(options.expected))
    is_array = content.peek(BLOCK).lstrip().startswith(b"[")
    documents = array_chunks(content) if is_array else document_chunks(content, wrapping)
    return unwrapped_chunks(documents, wrapping)
