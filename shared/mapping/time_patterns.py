"""Time formats as regular expressions, and the local times that they find.

Formats have strptime's directives. Regular expressions read what strptime cannot: fractions of up to nine digits, and
any name of a zone. The same expressions read whole columns, so only what Python and RE2 both understand is used.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import lru_cache

_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
MONTHS = tuple(month[:3] for month in _MONTHS.split("|"))
_WEEKDAYS = _DAYS.split("|")
_SPACES = "[ \t\u00a0\u2009\u202f]"
OFFSET = r"z|[+-][0-9]{2}(?::?[0-9]{2})?"
_GROUPS = {
    "Y": "[0-9]{4}",
    "y": "[0-9]{2}",
    **dict.fromkeys("mdHIMS", "[0-9]{1,2}"),
    "j": "[0-9]{1,3}",
    "f": "[0-9]{1,9}",
    "p": r"[ap]\.?m\.?",
    "b": "|".join((*MONTHS, "sept")),
    "B": _MONTHS,
    "a": "|".join(day[:3] for day in _WEEKDAYS),
    "A": _DAYS,
    "z": OFFSET,
    "Z": r"[^\s0-9](?:.*\S)?",
}
DIRECTIVES = frozenset(f"%{letter}" for letter in (*_GROUPS, "%"))
_OF_TWO_DIGITS = "mdHIMS"
_NUMERIC = frozenset("YyfjmdHIMS")
_PART = re.compile(r"%(?P<letter>.)|(?P<spaces>\s+)|(?P<other>.)", re.DOTALL)

ISO_8601 = (
    r"(?P<Y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})"
    r"(?:[t ](?P<H>[0-9]{2}):(?P<M>[0-9]{2})(?::(?P<S>[0-9]{2})(?:[.,](?P<f>[0-9]{1,9}))?)?"
    rf"(?: ?(?P<z>{OFFSET}))?)?"
)
"""Dates and times of ISO 8601 and RFC 3339, with or without an offset."""

_LAST_YEAR_OF_2000 = 68  # POSIX: 69 to 99 are in the 20th century


@dataclass(frozen=True)
class LocalTime:
    """A time as written: its clock, and its offset or the name of its zone if it has one."""

    clock: datetime
    offset: timedelta | None
    zone_name: str | None


def pattern(written: str) -> str:
    """Return the regular expression of a format; it ignores case and must match the whole text."""
    parts = list(_PART.finditer(written))
    neighbours = [None, *parts, None]
    return "".join(
        _expression(part, touches=_is_number(before) or _is_number(after))
        for part, before, after in zip(parts, neighbours, neighbours[2:], strict=False)
    )


def _is_number(part: re.Match[str] | None) -> bool:
    return part is not None and (part["letter"] in _NUMERIC or (part["other"] or "x").isdigit())


def _expression(part: re.Match[str], *, touches: bool) -> str:
    letter = part["letter"]
    if part["spaces"] is not None:
        return f"{_SPACES}+"
    if letter is None or letter == "%":
        return re.escape(part["other"] or "%")
    if touches and letter in _OF_TWO_DIGITS:  # 1102026 has two readings
        return f"(?P<{letter}>[0-9]{{2}})"
    return f"(?P<{letter}>{_GROUPS[letter]})"


@lru_cache(maxsize=100)
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE)


def local_time(text: str, expression: str) -> LocalTime | None:
    """Read a text by the expression of a format; None if it does not match.

    Raises:
        ValueError: there is no such day or time of day.
    """
    found = _compiled(expression).fullmatch(text)
    if found is None:
        return None
    parts = {letter: value for letter, value in found.groupdict().items() if value}
    return LocalTime(_clock(parts), offset(parts["z"]) if "z" in parts else None, parts.get("Z"))


def _clock(parts: Mapping[str, str]) -> datetime:
    day = datetime(_year(parts), _month(parts), int(parts.get("d", 1)))  # noqa: DTZ001 # its zone is found later
    if "j" in parts:
        day = datetime.strptime(f"{day.year} {parts['j']}", "%Y %j")  # noqa: DTZ007 # as above
    weekday = parts.get("a", parts.get("A"))
    if weekday and not _WEEKDAYS[day.weekday()].startswith(weekday.lower()):
        raise ValueError(f"{day:%Y-%m-%d} is not a {weekday}")
    fraction = int(parts.get("f", "0").ljust(6, "0")[:6])
    return day.replace(
        hour=_hour(parts), minute=int(parts.get("M", 0)), second=int(parts.get("S", 0)), microsecond=fraction
    )


def _year(parts: Mapping[str, str]) -> int:
    if "Y" in parts:
        return int(parts["Y"])
    short = int(parts["y"])
    return short + (2000 if short <= _LAST_YEAR_OF_2000 else 1900)


def _month(parts: Mapping[str, str]) -> int:
    name = parts.get("b", parts.get("B"))
    return int(parts.get("m", 1)) if name is None else MONTHS.index(name[:3].lower()) + 1


def _hour(parts: Mapping[str, str]) -> int:
    if "I" not in parts:
        return int(parts.get("H", 0))
    hour, noon = int(parts["I"]), 12
    if not 1 <= hour <= noon:
        raise ValueError(f"there is no hour {hour} on a clock of 12")
    return hour % noon + (noon if parts["p"][0] in "Pp" else 0)


def offset(text: str) -> timedelta:
    """Read an offset: `Z`, `+02`, `+0200` or `+02:00`.

    Raises:
        ValueError: it is a day or more, or has more than 59 minutes.
    """
    if text in "Zz":
        return timedelta()
    digits = text[1:].replace(":", "")
    hours, minutes = int(digits[:2]), int(digits[2:] or 0)
    if minutes >= 60:  # noqa: PLR2004 # minutes of an hour
        raise ValueError(f"there is no offset {text}")
    size = timedelta(hours=hours, minutes=minutes)
    timezone(size)  # refuses a day or more
    return -size if text[0] == "-" else size
