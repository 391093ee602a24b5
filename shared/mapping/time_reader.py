"""Reads single times as a source writes them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache

from shared.mapping.time_patterns import ISO_8601, LocalTime, local_time, pattern
from shared.mapping.written_times import LONGEST_TIME, WrittenTimes, is_strptime
from shared.mapping.zone_offsets import Ambiguous, UnreadableTime, moment
from shared.runtime.models import sortable
from shared.runtime.values import time_zone

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECONDS_IN = {"epoch_s": 1000, "unix": 1000, "epoch_ms": 1, "unix_ms": 1}
_NUMBER = re.compile(r"-?[0-9]{1,17}(\.[0-9]{1,18})?")
_EXCEL = datetime(1899, 12, 30)  # noqa: DTZ001 # a local time
_LEAP_DAY_OF_EXCEL = 60
"""Excel has a 29 February 1900, so that serial numbers before it are one less than days since 1899-12-30."""

_DAY = 86_400_000
_LONGEST_SHOWN = 60


@dataclass(frozen=True)
class Format:
    """One format: its name or directives, its regular expression if it has directives, and its zone."""

    written: str
    expression: str | None
    zone: str


@dataclass(frozen=True)
class TimeReader:
    """Reads the times of a field: by each format in turn, and last as ISO 8601."""

    formats: Sequence[Format]
    names: Mapping[str, str]
    ambiguous: Ambiguous

    def read(self, text: str) -> str:
        """Return a time in RFC 3339: UTC, cut to milliseconds.

        Raises:
            UnreadableTime: the text fits no format, there is no such time, or it occurs twice.
        """
        stripped = text.strip()
        for each in self.formats if len(stripped) <= LONGEST_TIME else ():
            try:
                found = self._moment(stripped, each)
                if found is not None:
                    return sortable(found)
            except UnreadableTime:
                raise
            except (ValueError, OverflowError):  # no such day
                continue
        raise UnreadableTime(f"{stripped[:_LONGEST_SHOWN]!r} fits none of {self._expected}")

    @cached_property
    def _expected(self) -> str:
        return ", ".join([each.written for each in self.formats])

    def _moment(self, text: str, each: Format) -> datetime | None:
        if each.expression is not None:
            found = local_time(text, each.expression)
            return None if found is None else moment(found, time_zone(each.zone), self.names, self.ambiguous)
        if not _NUMBER.fullmatch(text):
            return None
        if each.written in _MILLISECONDS_IN:
            return _EPOCH + timedelta(milliseconds=int(Decimal(text) * _MILLISECONDS_IN[each.written] // 1))
        return moment(LocalTime(_of_excel(Decimal(text)), None, None), time_zone(each.zone), {}, self.ambiguous)


def reader(written: WrittenTimes | None, timezone: str) -> TimeReader:
    """Return what reads the times of a field.

    Args:
        written: the formats of the field; None if it has only times in ISO 8601.
        timezone: the zone of times without one, unless the formats name another.
    """
    return _reader(None if written is None else written.model_dump_json(), timezone)


@lru_cache(maxsize=200)
def _reader(written: str | None, timezone: str) -> TimeReader:
    form = None if written is None else WrittenTimes.model_validate_json(written)
    zone = (form and form.timezone) or timezone
    iso = Format("ISO 8601", ISO_8601, zone)
    if form is None:
        return TimeReader([iso], {}, Ambiguous.REJECT)
    own = [
        Format(each, pattern(each) if is_strptime(each) else None, form.timezones.get(each, zone))
        for each in form.formats
    ]
    return TimeReader([*own, iso], form.abbreviations, form.ambiguous)


def _of_excel(serial: Decimal) -> datetime:
    days = int(serial)
    if days == _LEAP_DAY_OF_EXCEL or serial < 1:
        raise ValueError(f"there is no day {serial}")
    milliseconds = round((serial - days) * _DAY)  # a serial is a float, so its milliseconds are not exact
    return _EXCEL + timedelta(days=days + (days < _LEAP_DAY_OF_EXCEL), milliseconds=milliseconds)
