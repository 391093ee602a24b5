"""Finds the texts of a column that are certain to be valid, and converts them to their stored type."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.parquet.columns import MOMENT, arrow_type
from shared.records.currencies import CURRENCIES
from shared.records.ids import LONGEST_ID
from shared.records.schema import Field, Kind
from shared.records.value_schemas import EARLIEST, FUTURE_TOLERANCE, LONGEST_TEXT

_IN_ZONE = pa.timestamp("us", "UTC")
_FIRST = datetime(1, 1, 1, tzinfo=UTC)
_LAST = datetime(9999, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)
_FULL_TIME = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)?$"
_ZONED = r"(Z|[+-]\d{2}:\d{2})$"
_NUMBERS = {
    Kind.MONEY: r"(\d{1,11}(\.\d{0,6})?|\.\d{1,6})$",
    Kind.QUANTITY: r"(\d{1,9}(\.\d{0,4})?|\.\d{1,4})$",
    Kind.INTEGER: r"(0|[1-9]\d{0,17})$",
    Kind.NUMBER: r"\d{1,15}(\.\d{1,15})?$",
}
_BOOLEANS = ("true", "false")


@dataclass(frozen=True)
class CheckedColumn:
    """A column as stored, and which of its values are certain to be valid; the others are validated by row."""

    column: pa.Array
    valid: pa.BooleanArray


@dataclass(frozen=True)
class ColumnChecker:
    """Checks columns of one data type at one moment; values that it accepts are valid by the rules, too."""

    at: datetime
    dated: frozenset[str]

    def check_text(self, each: Field, values: pa.StringArray) -> CheckedColumn:
        """Check text values of a field of any kind."""
        match each.kind:
            case Kind.ID | Kind.TEXT:
                return CheckedColumn(values, _has_fitting_length(each, values))
            case Kind.CHOICE | Kind.CURRENCY:
                return _choice(each, values)
            case Kind.TIMESTAMP:
                return self._check_time(each, values)
            case Kind.BOOLEAN:
                valid = _among(values, _BOOLEANS)
                return CheckedColumn(null_unless(valid, values).cast(pa.bool_()), valid)
            case Kind.TEXT_MAP | Kind.NUMBER_MAP:
                return all_unsure(each, values)
            case _:
                return _number(each, values)

    def check_moments(self, each: Field, moments: pa.Array) -> CheckedColumn:
        """Check times with a zone; fields that order or partition records have narrower bounds."""
        earliest, end = (EARLIEST, self.at + FUTURE_TOLERANCE) if each.name in self.dated else (_FIRST, _LAST)
        stored = moments.cast(MOMENT, safe=False)
        return CheckedColumn(stored, _between(stored, earliest, end))

    def _check_time(self, each: Field, values: pa.StringArray) -> CheckedColumn:
        full = pc.match_substring_regex(values, _FULL_TIME)
        found = self.check_moments(each, _moments(null_unless(full, values)))
        return CheckedColumn(found.column, pc.and_(full, found.valid))


def all_fully_written(times: Sequence[str]) -> bool:
    """Whether each text is a time with date, time of day to the second and zone, such as 2025-01-31T12:00:00Z."""
    texts = pa.array(times, pa.string())
    written = pc.and_(pc.match_substring_regex(texts, _FULL_TIME), pc.match_substring_regex(texts, _ZONED))
    if not pc.all(written, min_count=0).as_py():
        return False
    moments = _moments(texts).cast(MOMENT, safe=False)
    return bool(moments.null_count == 0 and pc.all(_between(moments, _FIRST, _LAST), min_count=0).as_py())


def _between(moments: pa.Array, earliest: datetime, end: datetime) -> pa.BooleanArray:
    low, high = (pa.scalar(bound, _IN_ZONE).cast(MOMENT, safe=False) for bound in (earliest, end))
    return pc.and_(pc.greater_equal(moments, low), pc.less(moments, high))


def all_unsure(each: Field, values: pa.Array) -> CheckedColumn:
    """Leave all values of a column to validation by row."""
    return CheckedColumn(pa.nulls(len(values), arrow_type(each)), pa.repeat(pa.scalar(value=False), len(values)))


def null_unless(mask: pa.BooleanArray, values: pa.Array) -> pa.Array:
    """Return the values for which the mask is true, and null for the others."""
    if pc.all(mask, min_count=0).as_py():  # nulls in the mask are ignored, because their values are null, too
        return values
    return pc.if_else(mask, values, pa.scalar(None, values.type))


def _has_fitting_length(each: Field, values: pa.StringArray) -> pa.BooleanArray:
    longest, lengths = LONGEST_ID if each.kind is Kind.ID else LONGEST_TEXT, pc.utf8_length(values)
    # Aggregates are cheaper than masks, and in most cases the whole column is valid.
    if (pc.max(lengths).as_py() or 0) <= longest:
        return pc.is_valid(values)
    return pc.less_equal(lengths, longest)


def _choice(each: Field, values: pa.StringArray) -> CheckedColumn:
    is_currency = each.kind is Kind.CURRENCY
    cased = pc.ascii_upper(values) if is_currency else pc.ascii_lower(values)
    return CheckedColumn(cased, _among(cased, CURRENCIES if is_currency else each.choices))


def _among(values: pa.StringArray, allowed: tuple[str, ...]) -> pa.BooleanArray:
    return pc.is_in(values, options=_options(allowed))


@cache
def _options(allowed: tuple[str, ...]) -> pc.SetLookupOptions:
    return pc.SetLookupOptions(pa.array(allowed, pa.string()))


def _number(each: Field, values: pa.StringArray) -> CheckedColumn:
    """Parse numbers that are plain decimals with few enough digits to be exact."""
    sign = "^" if each.minimum is not None and each.minimum >= 0 else "^-?"
    plain = pc.match_substring_regex(values, sign + _NUMBERS[each.kind])
    numbers = null_unless(plain, values).cast(arrow_type(each))
    return CheckedColumn(numbers, pc.and_(plain, within(each, numbers)))


def within(each: Field, numbers: pa.Array) -> pa.BooleanArray:
    """Return which numbers are within the bounds of the field."""
    kept = pc.is_valid(numbers)
    if each.minimum is not None:
        kept = pc.and_(kept, pc.greater_equal(numbers, each.minimum))
    if each.maximum is not None:
        kept = pc.and_(kept, pc.less_equal(numbers, each.maximum))
    return kept


def _moments(texts: pa.StringArray) -> pa.Array:
    """Parse times with or without a zone (default: UTC); null if there is no such day or hour."""
    for kind in (_IN_ZONE, pa.timestamp("us")):
        try:
            return texts.cast(kind).cast(_IN_ZONE)
        except pa.ArrowInvalid:
            continue
    zoned = pc.match_substring_regex(texts, _ZONED)
    naive = castable(null_unless(pc.invert(zoned), texts), pa.timestamp("us"))
    return pc.coalesce(castable(null_unless(zoned, texts), _IN_ZONE), naive.cast(_IN_ZONE))


def present_texts(values: pa.StringArray, words: tuple[str, ...] = ()) -> pa.StringArray:
    """Trim texts, with null for those that are absent: blank, or one of the words."""
    trimmed = pc.utf8_trim_whitespace(values)
    absent = _among(trimmed, ("", *words))
    return pc.if_else(absent, pa.scalar(None, pa.string()), trimmed) if pc.any(absent).as_py() else trimmed


def castable(texts: pa.StringArray, kind: pa.DataType) -> pa.Array:
    """Cast texts, with null for those that cannot be cast; these are few, so they are found by bisection."""
    try:
        return texts.cast(kind)
    except pa.ArrowInvalid:
        if len(texts) == 1:
            return pa.nulls(1, kind)
    half = len(texts) // 2
    return pa.concat_arrays([castable(texts.slice(0, half), kind), castable(texts.slice(half), kind)])
