"""Exact arithmetic on columns of decimals, as wide as their values need."""

from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from shared.mapping.expression_values import PLACES

_WIDEST_128 = 38
_WIDEST = 76
_SMALLEST_QUOTIENT_SCALE = 4  # Arrow: scale = max(4, s1 + p2 - s2 + 1), and the quotient is cut there


class TooWide(ValueError):
    """A result may need more digits than Arrow's widest decimals have."""


def decimal_column(texts: pa.StringArray) -> pa.Array:
    """Convert texts such as `-12.50`, all plain and of moderate length, to decimals with as many places as needed."""
    point = pc.find_substring(texts, ".")
    lengths = pc.utf8_length(texts)
    places = pc.if_else(pc.equal(point, -1), 0, pc.subtract(pc.subtract(lengths, point), 1))
    scale, longest = pc.max(places).as_py() or 0, pc.max(pc.subtract(lengths, places)).as_py() or 1
    return narrowed(texts.cast(_type(longest + scale, scale)))


def narrowed(numbers: pa.Array) -> pa.Array:
    """Cast decimals to the narrowest type that has their values, so that results of arithmetic on them fit."""
    extremes = pc.min_max(numbers).as_py()
    digits = max(len(each.as_tuple().digits) for each in (*extremes.values(), Decimal(0)) if each is not None)
    return numbers.cast(_type(max(digits, numbers.type.scale), numbers.type.scale))


def added(one: pa.Array, other: pa.Array) -> pa.Array:
    """Add exactly."""
    one, other = aligned(one, other, carried=1)
    return narrowed(pc.add(one, other))


def subtracted(one: pa.Array, other: pa.Array) -> pa.Array:
    """Subtract exactly."""
    one, other = aligned(one, other, carried=1)
    return narrowed(pc.subtract(one, other))


def multiplied(one: pa.Array, other: pa.Array) -> pa.Array:
    """Multiply exactly."""
    one, other = _wide(one.type.precision + other.type.precision + 1, one, other)
    return narrowed(pc.multiply(one, other))


def aligned(one: pa.Array, other: pa.Array, *, carried: int = 0) -> tuple[pa.Array, pa.Array]:
    """Cast two columns to one type; with `carried`, so many further digits still fit the same kind of decimals."""
    scale = max(one.type.scale, other.type.scale)
    digits = max(each.type.precision - each.type.scale for each in (one, other)) + scale
    kind = _type(digits + carried, scale)
    kind = pa.decimal128(digits, scale) if pa.types.is_decimal128(kind) else pa.decimal256(digits, scale)
    return one.cast(kind), other.cast(kind)


def divided(one: pa.Array, other: pa.Array) -> tuple[pa.Array, pa.BooleanArray]:
    """Divide, rounding half to even at 10 places; null where the divisor is zero.

    Returns:
        The quotients, and where one seems to lie half-way between two results. Arrow cuts quotients off, so such a
        quotient may be larger, and must be computed otherwise.
    """
    precision, scale = other.type.precision, other.type.scale
    needed = PLACES - precision + scale  # one place more than is kept
    if one.type.scale < needed:
        one = one.cast(_type(one.type.precision + needed - one.type.scale, needed))
    cut = max(_SMALLEST_QUOTIENT_SCALE, one.type.scale + precision - scale + 1)
    one, other = _wide(one.type.precision - one.type.scale + scale + cut, one, other)
    zero = pa.scalar(Decimal(0), other.type)
    found = pc.divide(one, pc.if_else(pc.equal(other, zero), pa.scalar(None, other.type), other))
    rounded, up, down = (
        pc.round(found, ndigits=PLACES, round_mode=f"half_{mode}")
        for mode in ("to_even", "towards_infinity", "towards_zero")
    )
    kept = rounded.cast(_type(found.type.precision - cut + PLACES, PLACES))
    return narrowed(kept), pc.fill_null(pc.not_equal(up, down), fill_value=False)


def rounded(numbers: pa.Array, places: int) -> pa.Array:
    """Round half to even at a number of decimal places."""
    if numbers.type.scale <= places:
        return numbers
    found = pc.round(numbers.cast(_type(numbers.type.precision + 1, numbers.type.scale)), places, "half_to_even")
    return narrowed(found.cast(_type(found.type.precision - numbers.type.scale + places, places)))


def plain_texts(numbers: pa.Array) -> pa.StringArray:
    """Write decimals in full, without an exponent or trailing zeros."""
    texts = numbers.cast(pa.string())
    if numbers.type.scale <= 0:
        return texts
    short = pc.utf8_rtrim(pc.utf8_rtrim(texts, characters="0"), characters=".")
    powers = pc.match_substring(texts, "E")  # small numbers: 1E-7, and zero with many places: 0E-10
    if not pc.any(powers).as_py():
        return short
    found = pc.dictionary_encode(pc.if_else(powers, texts, pa.scalar(None, pa.string())))
    written = [_plain(each) for each in found.dictionary.to_pylist()]
    return pc.if_else(powers, pa.array(written, pa.string()).take(found.indices), short)


def _plain(text: str) -> str:
    number = Decimal(text)
    return format(number, "f").rstrip("0") if number else "0"


def _wide(digits: int, *columns: pa.Array) -> tuple[pa.Array, ...]:
    """Return columns in decimals in which a result of so many digits fits."""
    if digits <= _WIDEST_128 and all(pa.types.is_decimal128(each.type) for each in columns):
        return columns
    if digits > _WIDEST:
        raise TooWide
    return tuple(each.cast(pa.decimal256(each.type.precision, each.type.scale)) for each in columns)


def _type(digits: int, scale: int) -> pa.DataType:
    if digits > _WIDEST:
        raise TooWide
    return pa.decimal128(digits, scale) if digits <= _WIDEST_128 else pa.decimal256(digits, scale)
