"""Reads columns of numbers as a source writes them."""

from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.mapping.computed import Computed, combined, read_texts
from shared.lake.mapping.decimals import decimal_column, multiplied, plain_texts
from shared.mapping.number_format import NumberFormat
from shared.mapping.written_numbers import NumberPattern, major_units, plain_number

_NO_TEXT = pa.scalar(None, pa.string())
_LONGEST_COMMON = 25
_HUNDREDTH = Decimal("0.01")


def plain_numbers(values: pa.ChunkedArray | pa.Array, written: NumberFormat) -> Computed:
    """Read numbers in a format as plain decimal text. Minor units are left to `in_major_units`.

    Args:
        values: the texts as received; null or blank means absent.
        written: the format of the numbers.
    """
    trimmed = pc.utf8_trim_whitespace(combined(values))
    texts = pc.if_else(pc.equal(trimmed, ""), _NO_TEXT, trimmed)
    return read_texts(texts, _common(texts, written), lambda text: plain_number(text, written))


def _common(texts: pa.StringArray, written: NumberFormat) -> pa.StringArray:
    """Read numbers of moderate length with an optional sign and symbol; null for all others."""
    parts = NumberPattern(written)
    symbol, percent = parts.symbol, "%" if written.percent else ""
    pattern = f"(?i)^(?P<sign>-?){symbol}(?P<number>{parts.digits}){percent}{symbol}$"
    short = pc.if_else(pc.less_equal(pc.utf8_length(texts), _LONGEST_COMMON), texts, _NO_TEXT)
    found = pc.extract_regex(short, pattern=pattern)
    sign, number = (pc.struct_field(found, name) for name in ("sign", "number"))
    if written.thousands:
        number = pc.replace_substring_regex(number, pattern=parts.separator, replacement="")
    if written.decimal != ".":
        number = pc.replace_substring(number, pattern=written.decimal, replacement=".")
    numbers = decimal_column(pc.binary_join_element_wise(sign, number, ""))
    return plain_texts(_times(numbers, _HUNDREDTH) if written.percent else numbers)


def in_major_units(numbers: pa.StringArray, places: int | pa.Array) -> Computed:
    """Convert plain numbers of minor units, such as cents, to the currency's unit; only whole numbers have one.

    Args:
        numbers: plain numbers as text; null means absent.
        places: the decimal places of the currency, for all rows or for each.
    """
    whole = pc.match_substring_regex(numbers, r"^-?[0-9]{1,18}$")
    units = pc.if_else(whole, numbers, _NO_TEXT).cast(pa.decimal128(18, 0))
    if isinstance(places, int):
        scaled = plain_texts(_times(units, Decimal(1).scaleb(-places)))
        return read_texts(numbers, scaled, lambda text: major_units(text, places))
    found = [in_major_units(pc.if_else(pc.equal(places, each), numbers, _NO_TEXT), each) for each in _distinct(places)]
    faults = {row: fault for each in found for row, fault in each.faults.items()}
    return Computed(pc.coalesce(pa.nulls(len(numbers), pa.string()), *(each.values for each in found)), faults)


def _distinct(places: pa.Array) -> list[int]:
    distinct: list[int] = pc.unique(places).drop_null().to_pylist()
    return distinct


def _times(numbers: pa.Array, factor: Decimal) -> pa.Array:
    return multiplied(numbers, pa.repeat(pa.scalar(factor), len(numbers)))
