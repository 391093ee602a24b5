"""Time formats of a source that does not use RFC 3339, and how such times are parsed."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field

from shared.runtime.models import Model, sortable
from shared.runtime.values import time_zone

BLANKS = " \t\r\n"
LONGEST_TIME = 200
"""Characters. A longer text is not a time: it is neither parsed nor cached."""

MOST_FORMATS = 10
_LONGEST_FORMAT = 100
_DIRECTIVES = re.compile(r"%.?", re.DOTALL)
_KNOWN_DIRECTIVES = frozenset(f"%{letter}" for letter in "YymdHIMSfpbBaAjz%")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS_IN = {"unix": 1, "unix_ms": 1000}
_NUMBER = re.compile(r"-?\d{1,17}(\.\d{1,9})?", re.ASCII)


def is_strptime(text: str) -> bool:
    """Return whether a format consists of strptime directives."""
    return text not in _SECONDS_IN


def _format(text: str) -> str:
    if not is_strptime(text):
        return text
    unknown = sorted(set(_DIRECTIVES.findall(text)) - _KNOWN_DIRECTIVES)
    if unknown:
        raise ValueError(
            f"must not contain {', '.join(unknown)}; expected one of {' '.join(sorted(_KNOWN_DIRECTIVES))}"
        )
    if not re.search("%[Yy]", text):
        raise ValueError("must be unix, unix_ms or a strptime format with a year, e.g. %d/%m/%Y %H:%M")
    named = Counter(_DIRECTIVES.findall(text))
    twice = [each for each, times in named.items() if times > 1 and each != "%%"]
    if twice:  # strptime turns each into a named group of a regular expression, and group names must be unique
        raise ValueError(f"must not contain {', '.join(twice)} more than once")
    return text


def _zone(name: str) -> str:
    time_zone(name)
    return name


DateFormat = Annotated[str, Field(min_length=2, max_length=_LONGEST_FORMAT), AfterValidator(_format)]


class WrittenTimes(Model):
    """Time formats of a source that does not use RFC 3339."""

    model_config = ConfigDict(extra="forbid")

    formats: list[DateFormat] = Field(
        min_length=1,
        max_length=MOST_FORMATS,
        description="Formats, tried in order, at most 5: strptime directives, `unix` (seconds since 1970), `unix_ms`. "
        "A time that matches none is left unchanged.",
    )
    timezone: Annotated[str, AfterValidator(_zone)] = Field(
        default="UTC", max_length=64, description="IANA time zone of times without one (default: `UTC`)."
    )


@lru_cache(maxsize=50_000)
def _in_utc(text: str, formats: tuple[str, ...], zone: str) -> str | None:
    for each in formats:
        try:
            return sortable(_moment(text, each, zone))
        except (ValueError, OverflowError):
            continue
    return None


def time_in_utc(text: str, formats: tuple[str, ...], zone: str) -> str | None:
    """Return a time, parsed by the first format that matches, in RFC 3339; None if none matches."""
    stripped = text.strip(BLANKS)
    return None if len(stripped) > LONGEST_TIME else _in_utc(stripped, formats, zone)


def _moment(text: str, written: str, zone: str) -> datetime:
    if not is_strptime(written):
        if not _NUMBER.fullmatch(text):
            raise ValueError(text)
        return _EPOCH + timedelta(seconds=float(text) / _SECONDS_IN[written])
    found = datetime.strptime(text, written)  # noqa: DTZ007 # its zone is that of the source, if it names none
    return (found if found.tzinfo else found.replace(tzinfo=time_zone(zone))).astimezone(UTC)
