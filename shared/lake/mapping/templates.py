"""Fills templates and removes suffixes, for whole columns."""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.mapping.computed import Computed
from shared.mapping.model import LONGEST_FILLED, ROW, columns_of_template, parts_of


def filled(template: str, given: Mapping[str, pa.StringArray], places: pa.StringArray) -> Computed:
    """Fill a template with the columns of each row; a row without one of them has no value.

    A value of more than `LONGEST_FILLED` characters is a fault. Lengths are added up before texts are joined, so that
    a repeated long value cannot exhaust memory.
    """
    size = len(places)
    if not columns_of_template(template):
        return Computed(pa.repeat(pa.scalar(template), size))
    pieces: list[pa.Array | pa.Scalar] = []
    length = pa.repeat(pa.scalar(0, pa.int32()), size)
    for fixed, column in parts_of(template):
        pieces.append(pa.scalar(fixed))
        length = pc.add(length, len(fixed))
        if column is not None:
            values = {ROW: places, **given}.get(column, pa.nulls(size, pa.string()))
            pieces.append(values)
            length = pc.add(length, pc.utf8_length(values))
    too_long = pc.indices_nonzero(pc.greater(length, LONGEST_FILLED)).to_pylist()
    if too_long:
        short = pc.less_equal(length, LONGEST_FILLED)
        pieces = [pc.if_else(short, each, pa.scalar(None, pa.string())) for each in pieces]
    reason = f"must not have more than {LONGEST_FILLED} characters when its template is filled"
    return Computed(pc.binary_join_element_wise(*pieces, ""), dict.fromkeys(too_long, reason))


def without_suffix(values: pa.StringArray, suffix: str) -> pa.StringArray:
    """Remove a suffix from the values that end with it."""
    return pc.if_else(pc.ends_with(values, suffix), pc.utf8_slice_codeunits(values, 0, -len(suffix)), values)
