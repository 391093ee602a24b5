"""An object of the lake as a seekable file, read in ranges, so that its size does not matter."""

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.lake.storage.object_store import LakeStore

PIECE = 8 * 1024 * 1024


class RangedFile(io.RawIOBase):
    """Reads ranges of an object on demand and keeps only the last one."""

    def __init__(self, fetch: "Callable[[int, int], bytes]", size: int) -> None:
        super().__init__()
        self._fetch = fetch
        self._size = size
        self._position = 0
        self._piece_at, self._piece = 0, b""
        self.consumed = 0
        """How many bytes were read so far, some perhaps more than once."""

    def readable(self) -> bool:
        """Return true."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Return the position of the next byte."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a position."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, start + offset)
        return self._position

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override] # all that io ever passes
        """Read some bytes, none at the end."""
        if self._position >= self._size:
            return 0
        if not self._piece_at <= self._position < self._piece_at + len(self._piece):
            self._piece = self._fetch(self._position, min(PIECE, self._size - self._position))
            self._piece_at = self._position
        start = self._position - self._piece_at
        found = self._piece[start : start + len(buffer)]
        buffer[: len(found)] = found
        self._position += len(found)
        self.consumed += len(found)
        return len(found)


def open_object(lake: "LakeStore", key: str, *, etag: str, size: int) -> RangedFile:
    """Open an object with this ETag; if it is replaced meanwhile, the next read fails."""
    return RangedFile(lambda first, length: lake.read_range(key, etag, first, length), size)
