"""Decompresses a reference rate file: plain text, .gz or .zip."""

import io
import zipfile

from shared.currency.mistakes import Mistake, WrongRates
from shared.runtime.errors import InvalidRequest, PayloadTooLarge
from shared.runtime.request import inflate

LARGEST = 64 * 1024 * 1024
"""Maximum decompressed size; the longest series, all days since 1999, has less than 2 MB."""
_GZIP, _ZIP = b"\x1f\x8b", b"PK"


def text_of(data: bytes) -> str:
    """Decompress a file and decode it as UTF-8; the format is detected from the first bytes, not from the name.

    Raises:
        WrongRates: the file cannot be decompressed, contains several files, is too large, or is not text.
    """
    try:
        return _decompress(data).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise _unreadable("is not UTF-8 text; save it as CSV in UTF-8", line=line) from error


def _decompress(data: bytes) -> bytes:
    if data.startswith(_ZIP):
        return _from_zip(data)
    if not data.startswith(_GZIP):
        if len(data) > LARGEST:
            raise _too_large()
        return data
    try:
        return inflate(data, LARGEST)
    except PayloadTooLarge as error:
        raise _too_large() from error
    except InvalidRequest as error:
        raise _unreadable("is damaged gzip; download it again") from error


def _from_zip(data: bytes) -> bytes:
    try:
        members = _members(data)
    except Exception as error:  # zipfile has no common error for damaged, encrypted and unsupported archives
        raise _unreadable(f"is a zip archive that cannot be read ({error}); download it again") from error
    if len(members) != 1:
        raise _unreadable(f"contains {len(members)} files instead of one")
    if len(members[0]) > LARGEST:
        raise _too_large()
    return members[0]


def _members(data: bytes) -> list[bytes]:
    """Read the file of an archive up to the size limit; for an archive of several files, return only their number."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [each for each in archive.infolist() if not each.is_dir()]
        return [archive.open(name).read(LARGEST + 1) if len(names) == 1 else b"" for name in names]


def _too_large() -> WrongRates:
    return _unreadable(f"exceeds {LARGEST // 1024**2} MB; load it in parts")


def _unreadable(why: str, *, line: int = 1) -> WrongRates:
    return WrongRates([Mistake(line, "file", why)])
