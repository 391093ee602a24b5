"""Single values of a question, read from text or refused with a sentence."""

import re
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.runtime.models import utc

EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d| (?P<lost_plus>\d\d:\d\d))?)?", re.ASCII
)
_ZONE = re.compile(r"(?!posix|right/|localtime|Factory)[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*", re.ASCII)
_MILLISECOND = 1000
_BARE_DATE = len("yyyy-mm-dd")


class InvalidValue(ValueError):
    """The text is invalid; the message completes the sentence "this field …"."""


def timestamp(text: object, zone: tzinfo = UTC) -> datetime:
    """Parse a time: RFC 3339; a bare date is midnight in the zone, no offset means UTC. Truncated to milliseconds.

    A plus sign that a client did not encode arrives as a blank, and is accepted.

    Raises:
        InvalidValue: the text is not a time, or not in the years 1900 to 2199.
    """
    match = _RFC3339.fullmatch(text) if isinstance(text, str) else None
    if match is None or not isinstance(text, str):
        raise InvalidValue("must be an RFC 3339 time or date, e.g. 2025-01-31T12:00:00Z or 2025-01-31")
    written = text.upper()
    if match["lost_plus"]:
        written = f"{written[:-6]}+{match['lost_plus']}"
    try:
        found = datetime.fromisoformat(written)
        found = found.replace(tzinfo=zone).astimezone(UTC) if len(written) == _BARE_DATE else utc(found)
    except (ValueError, OverflowError):
        raise InvalidValue("is not a valid date or time") from None
    if not EARLIEST <= found <= LATEST:
        raise InvalidValue(f"must be between the years {EARLIEST.year} and {LATEST.year}")
    return found.replace(microsecond=found.microsecond // _MILLISECOND * _MILLISECOND)


def time_zone(name: str) -> ZoneInfo:
    """Look up a zone of the IANA database.

    Raises:
        Unreadable: there is no zone of this name.
    """
    try:
        if _ZONE.fullmatch(name):
            return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    raise InvalidValue("must be an IANA time zone, e.g. Europe/Berlin")
