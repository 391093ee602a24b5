"""Which texts of a column are beyond doubt, and what they are as stored."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.parquet.columns import MOMENT, arrow_type
from shared.records.currencies import ISO_4217
from shared.records.schema import Field, Kind
from shared.records.validation import EARLIEST, FUTURE_TOLERANCE, LONGEST_ID, LONGEST_TEXT

_IN_ZONE = pa.timestamp("us", "UTC")
_FIRST = datetime(1, 1, 1, tzinfo=UTC)
_LAST = datetime(9999, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)
_FULL_TIME = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)?$"
_ZONED = r"(Z|[+-]\d{2}:\d{2})$"
_NUMBERS = {
    Kind.MONEY: r"\d{1,11}(\.\d{1,6})?$",
    Kind.QUANTITY: r"\d{1,9}(\.\d{1,4})?$",
    Kind.INTEGER: r"(0|[1-9]\d{0,17})$",
    Kind.NUMBER: r"\d{1,15}(\.\d{1,15})?$",
}
_BOOLEANS = ("true", "false")


@dataclass(frozen=True)
class Verdict:
    """A column as it is stored, and which of its values may be taken so; the rules decide about the others."""

    column: pa.Array
    sure: pa.BooleanArray


@dataclass(frozen=True)
class Judge:
    """Judges columns of one data type's fields at one moment; it is sure only where the rules cannot say no."""

    at: datetime
    dated: frozenset[str]

    def of_text(self, each: Field, values: pa.StringArray) -> Verdict:
        """Judge values that are written as text, whatever they mean."""
        match each.kind:
            case Kind.ID | Kind.TEXT | Kind.CHOICE | Kind.CURRENCY:
                return Verdict(values, _fits(each, values))
            case Kind.TIMESTAMP:
                return self._time(each, values)
            case Kind.BOOLEAN:
                sure = _among(values, _BOOLEANS)
                return Verdict(where(sure, values).cast(pa.bool_()), sure)
            case Kind.TEXT_MAP | Kind.NUMBER_MAP:
                return nothing_sure(each, values)
            case _:
                return _number(each, values)

    def of_moments(self, each: Field, moments: pa.Array) -> Verdict:
        """Judge times with a zone: those that order records or cut partitions have bounds of their own."""
        earliest, end = (EARLIEST, self.at + FUTURE_TOLERANCE) if each.name in self.dated else (_FIRST, _LAST)
        stored = moments.cast(MOMENT, safe=False)
        low, high = (pa.scalar(bound, _IN_ZONE).cast(MOMENT, safe=False) for bound in (earliest, end))
        return Verdict(stored, pc.and_(pc.greater_equal(stored, low), pc.less(stored, high)))

    def _time(self, each: Field, values: pa.StringArray) -> Verdict:
        full = pc.match_substring_regex(values, _FULL_TIME)
        found = self.of_moments(each, _moments(where(full, values)))
        return Verdict(found.column, pc.and_(full, found.sure))


def nothing_sure(each: Field, values: pa.Array) -> Verdict:
    """Leave every value of a column to the rules."""
    return Verdict(pa.nulls(len(values), arrow_type(each)), pa.repeat(pa.scalar(value=False), len(values)))


def where(mask: pa.BooleanArray, values: pa.Array) -> pa.Array:
    """The values for which the mask is true; null instead of the others."""
    if pc.all(mask, min_count=0).as_py():  # nulls are left out of account: there is no value then
        return values
    return pc.if_else(mask, values, pa.scalar(None, values.type))


def _fits(each: Field, values: pa.StringArray) -> pa.BooleanArray:
    if each.kind in (Kind.CHOICE, Kind.CURRENCY):
        return _among(values, each.choices or ISO_4217)
    trimmed = pc.equal(pc.utf8_trim_whitespace(values), values)
    length = pc.utf8_length(values)
    if each.kind is Kind.TEXT:
        return pc.and_(trimmed, pc.less_equal(length, LONGEST_TEXT))
    return pc.and_(trimmed, pc.and_(pc.greater(length, 0), pc.less_equal(length, LONGEST_ID)))


def _among(values: pa.StringArray, allowed: tuple[str, ...]) -> pa.BooleanArray:
    return pc.is_in(values, value_set=pa.array(allowed, pa.string()))


def _number(each: Field, values: pa.StringArray) -> Verdict:
    """Numbers in digits, so few of them that they are what they say exactly."""
    sign = "^" if each.minimum is not None and each.minimum >= 0 else "^-?"
    plain = pc.match_substring_regex(values, sign + _NUMBERS[each.kind])
    numbers = where(plain, values).cast(arrow_type(each))
    return Verdict(numbers, pc.and_(plain, within(each, numbers)))


def within(each: Field, numbers: pa.Array) -> pa.BooleanArray:
    """Which numbers keep the field's own bounds."""
    kept = pc.is_valid(numbers)
    if each.minimum is not None:
        kept = pc.and_(kept, pc.greater_equal(numbers, each.minimum))
    if each.maximum is not None:
        kept = pc.and_(kept, pc.less_equal(numbers, each.maximum))
    return kept


def _moments(texts: pa.StringArray) -> pa.Array:
    """Times with and without a zone, which is UTC then; null where there is no such day or hour."""
    for kind in (_IN_ZONE, pa.timestamp("us")):
        try:
            return texts.cast(kind).cast(_IN_ZONE)
        except pa.ArrowInvalid:
            continue
    zoned = pc.match_substring_regex(texts, _ZONED)
    naive = _castable(where(pc.invert(zoned), texts), pa.timestamp("us"))
    return pc.coalesce(_castable(where(zoned, texts), _IN_ZONE), naive.cast(_IN_ZONE))


def _castable(texts: pa.StringArray, kind: pa.DataType) -> pa.Array:
    """What can be cast; the few that cannot are searched by halves."""
    try:
        return texts.cast(kind)
    except pa.ArrowInvalid:
        if len(texts) == 1:
            return pa.nulls(1, kind)
    half = len(texts) // 2
    return pa.concat_arrays([_castable(texts.slice(0, half), kind), _castable(texts.slice(half), kind)])
