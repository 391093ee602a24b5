"""Detects the format of a file from its first bytes."""

import codecs
import re

from shared.lake.files.errors import UnreadableFile
from shared.lake.files.options import FileFormat
from shared.lake.files.parquet_files import MAGIC

_MARKS = re.compile(b"|".join((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)))
_SURELY_JSON = re.compile(rb'\[\s*(\{|\])|\{\s*["}]')
_SURELY_XML = re.compile(rb"<(\?xml|!DOCTYPE|!--)")


def detect_format(head: bytes, declared: FileFormat | None) -> FileFormat:
    """Detect the format, and verify a declared one.

    CSV may start with nearly anything; it is accepted unless the bytes are surely another format.

    Raises:
        UnreadableFile: the file is in another format than declared.
    """
    found = _detect(head)
    text = _text(head)
    may_be_csv = found is not FileFormat.PARQUET and not _SURELY_JSON.match(text) and not _SURELY_XML.match(text)
    if declared in (None, found) or (declared is FileFormat.CSV and may_be_csv):
        return declared or found
    raise UnreadableFile("wrong_format", f"the declared format is {declared}, but the file is {found}")


def _detect(head: bytes) -> FileFormat:
    if head.startswith(MAGIC):
        return FileFormat.PARQUET
    first = _text(head)[:1]
    if first == b"<":
        return FileFormat.XML
    return FileFormat.JSON if first in (b"{", b"[") else FileFormat.CSV


def _text(head: bytes) -> bytes:
    mark = _MARKS.match(head)
    return head[mark.end() if mark else 0 :].replace(b"\0", b"").lstrip()
