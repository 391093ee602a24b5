"""The bytes of a file without its compression, whatever becomes of them on the way."""

import gzip
import io
import zlib
from collections.abc import Callable
from typing import Protocol

import pyarrow as pa

from shared.lake.files.options import Compression
from shared.lake.files.unreadable import UnreadableFile

BLOCK = 1024 * 1024
"""How much is read at once."""

LONGEST_RECORD = BLOCK
"""No record of a text file may have more bytes: so much is in memory, and not the file."""

_BY_MAGIC = {b"\x1f\x8b": Compression.GZIP, b"\x28\xb5\x2f\xfd": Compression.ZSTD}


class BinaryStream(Protocol):
    """What gives bytes until there are none: the body of an S3 object, an open file."""

    def read(self, size: int, /) -> bytes:
        """Give at most so many bytes; none at the end."""


class Content:
    """Bytes of a file, read in blocks of one size however they arrive.

    What is wrong with the file ends the bytes, and `failure` says so: what came before can still be used.
    """

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._ahead = b""
        self.failure: UnreadableFile | None = None

    def peek(self, size: int) -> bytes:
        """Look at the beginning of what is left."""
        while len(self._ahead) < size and (more := self._more()):
            self._ahead += more
        return self._ahead[:size]

    def read(self, size: int = BLOCK) -> bytes:
        """Give exactly so many bytes, fewer only at the end."""
        pieces, missing = [self._ahead], size - len(self._ahead)
        while missing > 0 and (more := self._more()):
            pieces.append(more)
            missing -= len(more)
        data = b"".join(pieces)
        self._ahead = data[size:]
        return data[:size]

    def check(self) -> None:
        """Raise what ended the bytes before their end, if anything did."""
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


class AsFile(io.RawIOBase):
    """What gives bytes, as Arrow takes it."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        super().__init__()
        self._read = read

    def readable(self) -> bool:
        """It can be read."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """Give exactly so many bytes, fewer only at the end."""
        return self._read(size)


def content_of(stream: BinaryStream, declared: Compression | None) -> Content:
    """Read a stream without its compression, which is found out where none is declared.

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
        return Content(_gunzipped(raw))
    return Content(_zstd_decompressed(raw)) if found is Compression.ZSTD else raw


def _gunzipped(raw: Content) -> Callable[[int], bytes]:
    file = gzip.GzipFile(fileobj=AsFile(raw.read), mode="rb")

    def read(size: int) -> bytes:
        try:
            data: bytes = file.read1(size)
        except EOFError:
            raise UnreadableFile("truncated", "the gzip file is truncated") from None
        except (gzip.BadGzipFile, zlib.error) as error:
            raise UnreadableFile("corrupt", f"the gzip file is damaged: {error}") from None
        return data

    return read


def _zstd_decompressed(raw: Content) -> Callable[[int], bytes]:
    file = pa.CompressedInputStream(pa.PythonFile(AsFile(raw.read), "r"), "zstd")

    def read(size: int) -> bytes:
        try:
            data: bytes = file.read(size)
        except OSError as error:
            if type(error) is not OSError or error.errno is not None:  # it is the stream below that failed
                raise
            if "Truncated" in str(error):
                raise UnreadableFile("truncated", "the zstd file is truncated") from None
            raise UnreadableFile("corrupt", f"the zstd file is damaged: {error}") from None
        return data

    return read
