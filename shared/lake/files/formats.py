"""Which format a file is in, by how it begins."""

import codecs
import re

from shared.lake.files.options import FileFormat
from shared.lake.files.parquet_files import MAGIC
from shared.lake.files.unreadable import UnreadableFile

_MARKS = re.compile(b"|".join((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)))
_SURELY_JSON = re.compile(rb'\[\s*(\{|\])|\{\s*["}]')
_SURELY_XML = re.compile(rb"<(\?xml|!DOCTYPE|!--)")


def format_of(head: bytes, declared: FileFormat | None) -> FileFormat:
    """Tell the format from the first bytes, and hold a declared one against it.

    CSV may begin with nearly anything; only what is surely something else is not taken for it.

    Raises:
        UnreadableFile: the file is in another format than declared.
    """
    found = _found(head)
    text = _text(head)
    may_be_csv = found is not FileFormat.PARQUET and not _SURELY_JSON.match(text) and not _SURELY_XML.match(text)
    if declared in (None, found) or (declared is FileFormat.CSV and may_be_csv):
        return declared or found
    raise UnreadableFile("wrong_format", f"the declared format is {declared}, but the file is {found}")


def _found(head: bytes) -> FileFormat:
    if head.startswith(MAGIC):
        return FileFormat.PARQUET
    first = _text(head)[:1]
    if first == b"<":
        return FileFormat.XML
    return FileFormat.JSON if first in (b"{", b"[") else FileFormat.CSV


def _text(head: bytes) -> bytes:
    mark = _MARKS.match(head)
    return head[mark.end() if mark else 0 :].replace(b"\0", b"").lstrip()
