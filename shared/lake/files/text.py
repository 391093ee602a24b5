"""Converts text of any encoding to UTF-8 without a byte order mark, up to the first invalid byte."""

import codecs
import re

from shared.lake.files.content import Content
from shared.lake.files.errors import UnreadableFile

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_LEGACY = "cp1252"
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_UTF8_LETTER = re.compile(rb"\xc3[\x80-\xbf]")  # in windows-1252 a capital A with tilde before a sign: not real text
_WIDEST = 4


def decode_text(raw: Content, declared: str | None) -> Content:
    """Return the content as UTF-8 text.

    Raises:
        UnreadableFile: the byte order mark contradicts the declared encoding, or the content is binary.
    """
    return Content(_transcoder(raw, declared)[1].read)


def _transcoder(raw: Content, declared: str | None) -> "tuple[str | None, _Transcoder]":
    head = raw.peek(1024)
    mark, marked = next(((mark, name) for mark, name in _MARKS if head.startswith(mark)), (b"", None))
    if declared and marked and not marked.startswith(declared.removesuffix("-sig")):
        raise UnreadableFile(
            "encoding", f"the declared encoding is {declared}, but the file starts with the byte order mark of {marked}"
        )
    raw.read(len(mark))
    encoding = marked or declared
    if b"\0" in head and not (encoding or "").startswith(("utf-16", "utf-32")):
        raise UnreadableFile("wrong_format", "the file is binary, not text")
    return marked, _Transcoder(raw, encoding)


def encoding_of(raw: Content, declared: str | None) -> tuple[str, bytes]:
    """Return the encoding of a text that is in memory, and the text as UTF-8 up to the first invalid byte.

    Raises:
        UnreadableFile: the byte order mark contradicts the declared encoding, or the content is binary.
    """
    mark, transcoder = _transcoder(raw, declared)
    content = Content(transcoder.read)
    text = b"".join(iter(content.read, b""))
    return mark or transcoder.encoding or "utf-8", text


class _Transcoder:
    """Converts text to UTF-8 block by block; without a declared encoding, the first non-ASCII character decides."""

    def __init__(self, raw: Content, encoding: str | None) -> None:
        self._raw = raw
        self._is_guess = encoding is None
        self._encoding = encoding
        self._decoder: codecs.IncrementalDecoder | None = None
        self._lines = 0
        self._failure: UnreadableFile | None = None

    @property
    def encoding(self) -> str | None:
        """The encoding of the text; None as long as all of it is ASCII."""
        return self._encoding

    def read(self, size: int) -> bytes:
        """Return the next block, of any length."""
        while self._failure is None:
            block = self._raw.read(size)
            if not block:
                self._raw.check()
            text = self._as_utf8(block)
            self._lines += text.count(b"\n")
            if text or (not block and self._failure is None):
                return text
        raise self._failure

    def _as_utf8(self, block: bytes) -> bytes:
        if self._decoder is None:
            if self._encoding is None:
                if block.isascii():
                    return block
                self._encoding = self._detect_encoding(block)
            self._decoder = codecs.getincrementaldecoder(self._encoding)()
        if block.isascii() and self._encoding in {"utf-8", _LEGACY} and not self._decoder.getstate()[0]:
            return block
        try:
            text: str = self._decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            return self._fail_at(error.object[: error.start].decode(self._encoding or ""))
        if self._is_guess and self._encoding == _LEGACY and (twice := _UTF8_LETTER.search(block)):
            return self._fail_at(block[: twice.start()].decode(_LEGACY))
        return text.encode()

    def _detect_encoding(self, block: bytes) -> str:
        found = _NOT_ASCII.search(block)
        start = found.start() if found else 0
        letter = (block[start : start + _WIDEST] + self._raw.peek(_WIDEST))[:_WIDEST]
        try:
            letter.decode("utf-8")
        except UnicodeDecodeError as error:
            return "utf-8" if error.start else _LEGACY
        return "utf-8"

    def _fail_at(self, text: str) -> bytes:
        """Return the text before an invalid byte, and store an error with its line."""
        data = text.encode()
        row = self._lines + data.count(b"\n") + 1
        known = f"not {self._encoding}" if not self._is_guess else f"no longer {self._encoding}"
        message = f"line {row}: the text is {known}; declare the encoding and use one for the whole file"
        self._failure = UnreadableFile("encoding", message, row=row)
        return data
