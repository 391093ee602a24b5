"""Converts local times to UTC, and recognizes those that occur twice or never."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from shared.mapping.time_patterns import LocalTime, offset
from shared.runtime.values import time_zone

UTC_NAMES = frozenset({"UTC", "GMT", "Z"})
_HOURS_AROUND_A_DAY = range(-3, 28)


class Ambiguous(StrEnum):
    """What to do with a local time that occurs twice, when clocks are set back."""

    REJECT = "reject"
    FIRST = "first"
    SECOND = "second"


class UnreadableTime(ValueError):
    """A text is not a time, or not for certain; the message is the reason."""


def moment(found: LocalTime, zone: ZoneInfo, names: Mapping[str, str], ambiguous: Ambiguous) -> datetime:
    """Return a local time in UTC.

    Args:
        found: the time as written; its own offset or zone comes first.
        zone: the zone of times without one.
        names: names of zones that times may have, and their offset or IANA zone.
        ambiguous: what to do with a time that occurs twice.

    Raises:
        UnreadableTime: the time does not exist, occurs twice, or its zone is not known.
    """
    if found.offset is not None:
        return (found.clock - found.offset).replace(tzinfo=UTC)
    if found.zone_name is None:
        return _in_zone(found.clock, zone, ambiguous)
    name = " ".join(found.zone_name.split())
    known = names.get(name)
    if known is None:
        return _by_abbreviation(found.clock, name, zone)
    if known[0] in "+-":
        return (found.clock - offset(known)).replace(tzinfo=UTC)
    return _in_zone(found.clock, time_zone(known), ambiguous)


def _in_zone(clock: datetime, zone: ZoneInfo, ambiguous: Ambiguous) -> datetime:
    first, second = (clock.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(UTC)
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != clock:
        raise UnreadableTime(f"{clock} does not exist in {zone.key}, where clocks are set forward")
    if ambiguous is Ambiguous.REJECT:
        raise UnreadableTime(
            f"{clock} occurs twice in {zone.key}, where clocks are set back; send an offset, or set ambiguous"
        )
    return (first if ambiguous is Ambiguous.FIRST else second).astimezone(UTC)


def _by_abbreviation(clock: datetime, name: str, zone: ZoneInfo) -> datetime:
    """Use the names that the zone itself has at this time, such as PDT and PST, which differ where it occurs twice."""
    if name.upper() in UTC_NAMES:
        return clock.replace(tzinfo=UTC)
    for fold in (0, 1):
        found = clock.replace(tzinfo=zone, fold=fold)
        exists = found.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == clock
        if exists and found.tzname() == name.upper():
            return found.astimezone(UTC)
    raise UnreadableTime(f"{name} is not in use in {zone.key} at {clock}; add it to abbreviations")


@dataclass(frozen=True)
class SteadyZone:
    """The offset and the abbreviation that a zone has all day long."""

    offset: timedelta
    abbreviation: str


@lru_cache(maxsize=50_000)
def steady_zone(zone: str, day: date) -> SteadyZone | None:
    """Return how a zone is on a day; None if that changes on that day or within three hours of it."""
    known = time_zone(zone)
    midnight = datetime.combine(day, time())
    moments = [(midnight + timedelta(hours=hours)).replace(tzinfo=known) for hours in _HOURS_AROUND_A_DAY]
    found = {(moment.utcoffset() or timedelta(), moment.tzname() or "") for moment in moments}
    return SteadyZone(*found.pop()) if len(found) == 1 else None
