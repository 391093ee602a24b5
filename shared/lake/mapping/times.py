"""Reads columns of times as a source writes them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.mapping.computed import Computed, combined, read_texts
from shared.lake.validation.text_columns import castable
from shared.mapping.time_patterns import MONTHS, offset
from shared.mapping.time_reader import Format, TimeReader, reader
from shared.mapping.written_times import LONGEST_TIME, WrittenTimes
from shared.mapping.zone_offsets import UTC_NAMES, SteadyZone, steady_zone

_NO_TEXT = pa.scalar(None, pa.string())
_MOMENT = pa.timestamp("ms")
_SPAN = pa.duration("ms")
_GROUP = re.compile(r"\(\?P<(\w)>")
_COLUMNAR = frozenset("YmdHIMSfpbBzZ")
_SURE_YEARS = ("1000-01-01", "9000-01-01")  # text order and four digits hold, whatever the offset


def utc_times(values: pa.ChunkedArray | pa.Array, written: WrittenTimes | None, timezone: str) -> Computed:
    """Read times as RFC 3339 text: UTC, cut to milliseconds.

    Args:
        values: the texts as received; null or blank means absent.
        written: the formats of the times; None if there are only times in ISO 8601.
        timezone: the zone of times without one, unless the formats name another.
    """
    trimmed = pc.utf8_trim_whitespace(combined(values))
    texts = pc.if_else(pc.equal(trimmed, ""), _NO_TEXT, trimmed)
    times = reader(written, timezone)
    return read_texts(texts, _common(texts, times), times.read)


def _common(texts: pa.StringArray, times: TimeReader) -> pa.StringArray:
    """Read the texts that columns can decide; null for all others.

    A text belongs to the first format that it matches. Formats after one that columns cannot read are left out.
    """
    found = pa.nulls(len(texts), pa.string())
    left = pc.if_else(pc.less_equal(pc.utf8_length(texts), LONGEST_TIME), texts, _NO_TEXT)
    for each in times.formats:
        groups = frozenset(_GROUP.findall(each.expression or ""))
        if each.expression is None or not groups <= _COLUMNAR or left.null_count == len(left):
            break
        parts = pc.extract_regex(left, pattern=f"(?is)^(?:{each.expression})$")
        found = pc.coalesce(found, _Parts(parts, groups, each, times.names).in_utc())
        left = pc.if_else(pc.is_valid(parts), _NO_TEXT, left)
    return found


@dataclass(frozen=True)
class _Parts:
    """The parts of times that match a format, as text: null if a text does not match, empty if a part is missing."""

    parts: pa.StructArray
    groups: frozenset[str]
    format: Format
    names: Mapping[str, str]

    def in_utc(self) -> pa.StringArray:
        """Return the times in UTC; null where these columns cannot decide."""
        read = self._clock()
        first, end = (pa.scalar(day).cast(_MOMENT) for day in _SURE_YEARS)
        sure = pc.and_(pc.greater_equal(read, first), pc.less(read, end))
        clock = pc.if_else(sure, read, pa.scalar(None, _MOMENT))
        written = pc.subtract(clock, self._offsets(clock)).cast(pa.string())
        return pc.binary_join_element_wise(pc.replace_substring(written, " ", "T"), "Z", "")

    def _clock(self) -> pa.TimestampArray:
        day = pc.binary_join_element_wise(self._part("Y"), self._month(), self._two_digits("d", "01"), "-")
        time = pc.binary_join_element_wise(self._hour(), self._two_digits("M"), self._two_digits("S"), ":")
        fraction = pc.utf8_slice_codeunits(pc.utf8_rpad(self._part("f"), 3, padding="0"), 0, 3)
        return castable(pc.binary_join_element_wise(day, "T", time, ".", fraction, ""), _MOMENT)

    def _part(self, letter: str) -> pa.StringArray:
        if letter in self.groups:
            return pc.struct_field(self.parts, letter)
        return pc.if_else(pc.is_valid(self.parts), "", _NO_TEXT)

    def _two_digits(self, letter: str, absent: str = "00") -> pa.StringArray:
        part = self._part(letter)
        return pc.if_else(pc.equal(part, ""), absent, pc.utf8_lpad(part, 2, padding="0"))

    def _month(self) -> pa.StringArray:
        name = next((each for each in "bB" if each in self.groups), None)
        if name is None:
            return self._two_digits("m", "01")
        short = pc.utf8_lower(pc.utf8_slice_codeunits(self._part(name), 0, 3))
        number = pc.add(pc.index_in(short, value_set=pa.array(MONTHS)), 1)
        return pc.utf8_lpad(number.cast(pa.string()), 2, padding="0")

    def _hour(self) -> pa.StringArray:
        if "I" not in self.groups:
            return self._two_digits("H")
        hour = self._part("I").cast(pa.int8())
        real = pc.and_(pc.greater_equal(hour, 1), pc.less_equal(hour, 12))
        is_noon = pc.equal(hour, 12)
        is_afternoon = pc.match_substring_regex(self._part("p"), "(?i)^p")
        of_day = pc.add(pc.if_else(is_noon, pa.scalar(0, pa.int8()), hour), pc.if_else(is_afternoon, 12, 0))
        return pc.utf8_lpad(pc.if_else(real, of_day, None).cast(pa.string()), 2, padding="0")

    def _offsets(self, clock: pa.TimestampArray) -> pa.DurationArray:
        """Return the offsets as written, else those of the zone; null for those that depend on the time of day."""
        days = clock.cast(pa.date32(), safe=False)
        of_zone = _by_value(days, lambda day: (found := self._zone(day)) and found.offset)
        if "Z" in self.groups:
            return self._of_names(days, of_zone)
        if "z" not in self.groups:
            return of_zone
        part = self._part("z")
        return pc.if_else(pc.equal(part, ""), of_zone, _by_value(part, _offset))

    def _of_names(self, days: pa.Date32Array, of_zone: pa.DurationArray) -> pa.DurationArray:
        """Return the offsets of named zones: as the mapping has them, else if it is the zone's own name on that day."""
        names = self._part("Z")
        own = _by_value(days, lambda day: (found := self._zone(day)) and found.abbreviation, pa.string())
        by_day = pc.if_else(pc.equal(pc.ascii_upper(names), own), of_zone, pa.scalar(None, _SPAN))
        is_known = pc.is_in(names, value_set=pa.array([*self.names, *UTC_NAMES]))
        return pc.if_else(is_known, _by_value(names, self._named), by_day)

    def _zone(self, day: date) -> SteadyZone | None:
        return steady_zone(self.format.zone, day)

    def _named(self, name: str) -> timedelta | None:
        known = self.names.get(" ".join(name.split()), "+00:00" if name.upper() in UTC_NAMES else "")
        return offset(known) if known[:1] in ("+", "-") else None


def _offset(text: str) -> timedelta | None:
    try:
        return offset(text) if text else None
    except ValueError:
        return None


def _by_value(values: pa.Array, find: Callable[..., Any], kind: pa.DataType = _SPAN) -> pa.Array:
    encoded = values.dictionary_encode()
    return pa.array([find(value) for value in encoded.dictionary.to_pylist()], kind).take(encoded.indices)
