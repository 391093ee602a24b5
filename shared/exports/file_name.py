"""Names of exported files, and the header that carries them (RFC 6266)."""

import re
from datetime import datetime
from urllib.parse import quote

from shared.exports.models import ExportRequest
from shared.runtime.models import utc

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_UNRESERVED = "!#$&+-.^_`|~"
"""What RFC 5987 lets stand beside letters and digits."""
_LONGEST = 150


def file_name(request: ExportRequest, start: datetime, end: datetime, *about: str) -> str:
    """Return a name that says what a file contains: `tally-cohorts-merchant-2025-11-01-2025-11-08.csv`.

    Args:
        request: the export.
        start: the start of its range.
        end: the end of its range.
        about: what else distinguishes it, such as the dimension or an investigation; any text.
    """
    parts = ("tally", request.data_type, *about, _moment(start), _moment(end))
    stem = "-".join(" ".join(part.split()) for part in parts)
    return f"{stem[:_LONGEST]}.{request.format}"


def content_disposition(name: str) -> str:
    """Return the header for a download: an ASCII name for every client, and the exact one for those that can read it.

    Quotes, line ends and other characters with a meaning in headers or paths are replaced in the former and encoded in
    the latter.
    """
    plain = _UNSAFE.sub("_", name)
    exact = quote(name, safe=_UNRESERVED)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}"


def _moment(moment: datetime) -> str:
    """Return a day, with the time of day if it is not midnight."""
    text = utc(moment).strftime("%Y-%m-%dT%H%M%SZ")
    return text.removesuffix("T000000Z")
