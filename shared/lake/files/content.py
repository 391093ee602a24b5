"""The decompressed content of a file; errors are deferred until the readable part is processed."""

import gzip
import io
import zlib
from collections.abc import Callable
from typing import Protocol

import pyarrow as pa

from shared.lake.files.errors import UnreadableFile
from shared.lake.files.options import Compression

BLOCK = 1024 * 1024
"""Bytes per read."""

LONGEST_RECORD = BLOCK
"""Maximum size of a record of a text file in bytes; it bounds memory use."""

_BY_MAGIC = {b"\x1f\x8b": Compression.GZIP, b"\x28\xb5\x2f\xfd": Compression.ZSTD}


class BinaryStream(Protocol):
    """A source of bytes: the body of an S3 object, an open file."""

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes; none at the end."""


class Content:
    """The bytes of a file, read in blocks of one size.

    An error of the file ends the content and is stored in `failure`, so that the bytes before it can be used.
    """

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._ahead = b""
        self.failure: UnreadableFile | None = None

    def peek(self, size: int) -> bytes:
        """Return the next bytes without consuming them."""
        while len(self._ahead) < size and (more := self._more()):
            self._ahead += more
        return self._ahead[:size]

    def read(self, size: int = BLOCK) -> bytes:
        """Return exactly so many bytes; fewer only at the end."""
        pieces, missing = [self._ahead], size - len(self._ahead)
        while missing > 0 and (more := self._more()):
            pieces.append(more)
            missing -= len(more)
        data = b"".join(pieces)
        self._ahead = data[size:]
        return data[:size]

    def unread(self, data: bytes) -> None:
        """Put bytes back, to be read again next."""
        self._ahead = data + self._ahead

    def check(self) -> None:
        """Raise the error that ended the content, if any."""
        if self.failure is not None:
            raise self.failure

    def _more(self) -> bytes:
        if self.failure is not None:
            return b""
        try:
            return self._read(BLOCK)
        except UnreadableFile as error:
            self.failure = error
            return b""


class ReadableFile(io.RawIOBase):
    """Adapts a read function to a file object, for Arrow."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        super().__init__()
        self._read = read

    def readable(self) -> bool:
        """Return true."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """Return exactly so many bytes; fewer only at the end."""
        return self._read(size)


def open_content(stream: BinaryStream, declared: Compression | None) -> Content:
    """Decompress a stream; the compression is detected if none is declared.

    Raises:
        UnreadableFile: the stream is empty or not compressed as declared.
    """
    raw = Content(stream.read)
    head = raw.peek(4)
    if not head:
        raise UnreadableFile("empty_file", "the file is empty")
    found = next((kind for magic, kind in _BY_MAGIC.items() if head.startswith(magic)), Compression.NONE)
    if declared not in (None, found):
        raise UnreadableFile("wrong_compression", f"the declared compression is {declared}, but the file is {found}")
    if found is Compression.GZIP:
        return Content(_gunzip(raw))
    return Content(_decompress_zstd(raw)) if found is Compression.ZSTD else raw


def _gunzip(raw: Content) -> Callable[[int], bytes]:
    file = gzip.GzipFile(fileobj=ReadableFile(raw.read), mode="rb")

    def read(size: int) -> bytes:
        try:
            data: bytes = file.read1(size)
        except EOFError:
            raise UnreadableFile("truncated", "the gzip file is truncated") from None
        except (gzip.BadGzipFile, zlib.error) as error:
            raise UnreadableFile("corrupt", f"the gzip file is damaged: {error}") from None
        return data

    return read


def _decompress_zstd(raw: Content) -> Callable[[int], bytes]:
    file = pa.CompressedInputStream(pa.PythonFile(ReadableFile(raw.read), "r"), "zstd")

    def read(size: int) -> bytes:
        try:
            data: bytes = file.read(size)
        except OSError as error:
            if type(error) is not OSError or error.errno is not None:  # an error of the underlying stream
                raise
            if "Truncated" in str(error):
                raise UnreadableFile("truncated", "the zstd file is truncated") from None
            raise UnreadableFile("corrupt", f"the zstd file is damaged: {error}") from None
        return data

    return read
