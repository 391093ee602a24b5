"""Time formats of a source that does not use RFC 3339."""

import re
from collections import Counter
from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from shared.mapping.time_patterns import DIRECTIVES
from shared.mapping.zone_offsets import Ambiguous
from shared.runtime.models import Model, Optional
from shared.runtime.values import time_zone

LONGEST_TIME = 200
"""Characters. A longer text is not a time: it is neither parsed nor cached."""

MOST_FORMATS = 10
_LONGEST_FORMAT = 100
_DIRECTIVES = re.compile(r"%.?", re.DOTALL)
_EXCEL = "excel_serial"
_NUMERIC_FORMATS = ("epoch_s", "epoch_ms", _EXCEL, "unix", "unix_ms")
_OFFSET = re.compile(r"[+-]([01][0-9]|2[0-3]):[0-5][0-9]")


def is_strptime(text: str) -> bool:
    """Return whether a format consists of strptime directives."""
    return text not in _NUMERIC_FORMATS


def _format(text: str) -> str:
    if not is_strptime(text):
        return text
    if not text.isprintable():
        raise ValueError("must not contain control characters")
    named = Counter(_DIRECTIVES.findall(text))
    if unknown := sorted(named.keys() - DIRECTIVES):
        raise ValueError(f"must not contain {', '.join(unknown)}; expected one of {' '.join(sorted(DIRECTIVES))}")
    if not re.search("%[Yy]", text):
        raise ValueError(
            f"must be {', '.join(_NUMERIC_FORMATS[:3])} or a strptime format with a year, e.g. %d/%m/%Y %H:%M"
        )
    if twice := [each for each, times in named.items() if times > 1 and each != "%%"]:
        raise ValueError(f"must not contain {', '.join(twice)} more than once")
    if ("%I" in named) != ("%p" in named):
        raise ValueError("must contain both %I and %p, or %H, to tell morning from afternoon")
    for one, other in (("%z", "%Z"), ("%Y", "%y"), ("%H", "%I"), ("%b", "%B"), ("%m", "%b"), ("%m", "%B")):
        if one in named and other in named:
            raise ValueError(f"must not contain both {one} and {other}")
    return text


def zone_name(name: str) -> str:
    """Return a name if it is an IANA time zone's.

    Raises:
        ValueError: it is not.
    """
    time_zone(name)
    return name


def _offset_or_zone(text: str) -> str:
    if _OFFSET.fullmatch(text):
        return text
    try:
        return zone_name(text)
    except ValueError:
        raise ValueError("must be an offset, e.g. -08:00, or an IANA time zone, e.g. America/Los_Angeles") from None


DateFormat = Annotated[str, Field(min_length=2, max_length=_LONGEST_FORMAT), AfterValidator(_format)]
_Zone = Annotated[str, Field(max_length=64), AfterValidator(zone_name)]
_OffsetOrZone = Annotated[str, Field(max_length=64), AfterValidator(_offset_or_zone)]


class WrittenTimes(Model):
    """Time formats of a source that does not use RFC 3339. What fits none must be RFC 3339 or ISO 8601."""

    model_config = ConfigDict(extra="forbid")

    formats: list[DateFormat] = Field(
        min_length=1,
        max_length=MOST_FORMATS,
        description="Formats, tried in order: strptime directives, `epoch_s` and `epoch_ms` (seconds and milliseconds "
        "since 1970; also `unix` and `unix_ms`), `excel_serial` (days of Excel's 1900 system). `%f` has 1 to 9 digits, "
        "`%Z` is the name of a zone.",
    )
    timezone: Optional[_Zone] = Field(
        default=None, description="IANA time zone of times without one (default: that of the source)."
    )
    timezones: dict[DateFormat, _Zone] = Field(
        default_factory=dict,
        max_length=MOST_FORMATS,
        description="Format → IANA time zone of its times, if it is not `timezone`.",
    )
    abbreviations: dict[Annotated[str, Field(min_length=1, max_length=64)], _OffsetOrZone] = Field(
        default_factory=dict,
        max_length=100,
        description="Name of a zone as in `%Z` → offset (`-08:00`) or IANA zone. Names that the time zone of the times "
        "uses itself, such as `PDT` and `PST` in `America/Los_Angeles`, are known, and so are `UTC` and `GMT`.",
    )
    ambiguous: Ambiguous = Field(
        default=Ambiguous.REJECT,
        description="What a time without offset means that occurs twice, when clocks are set back: the `first` or the "
        "`second` of the two; by default the row is rejected.",
    )

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if unknown := sorted(self.timezones.keys() - set(self.formats)):
            raise ValueError(f"timezones must only have formats that are in formats, not {', '.join(unknown)}")
        if _EXCEL in self.formats and sum(each in _NUMERIC_FORMATS for each in self.formats) > 1:
            raise ValueError(f"formats must not contain both {_EXCEL} and another format of numbers")
        return self
