"""Which values of a typed column are beyond doubt."""

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from shared.lake.parquet.columns import arrow_type
from shared.lake.validation.text_columns import Judge, Verdict, nothing_sure, where, within
from shared.records.schema import Field, Kind

_WRITTEN = {Kind.ID, Kind.TEXT, Kind.CHOICE, Kind.CURRENCY, Kind.TIMESTAMP, Kind.MONEY}
_NUMBERS = {Kind.MONEY, Kind.QUANTITY, Kind.NUMBER}
_EXACT_AS_FLOAT = 1e9


def typed_verdict(judge: Judge, each: Field, values: pa.Array) -> Verdict:
    """Judge a column by its type: what is of another kind than the field is left to the rules."""
    kind = values.type
    if pt.is_string(kind) and each.kind in _WRITTEN:
        return judge.of_text(each, values)
    if pt.is_timestamp(kind) and each.kind is Kind.TIMESTAMP:
        return judge.of_moments(each, values)
    if (pt.is_boolean(kind) and each.kind is Kind.BOOLEAN) or (pt.is_int64(kind) and each.kind is Kind.INTEGER):
        return Verdict(values, within(each, values))
    if (pt.is_int64(kind) or pt.is_float64(kind)) and each.kind in _NUMBERS:
        return _number(each, values.cast(pa.float64(), safe=False))
    return nothing_sure(each, values)


def _number(each: Field, numbers: pa.DoubleArray) -> Verdict:
    """Numbers that are the nearest to a decimal of as many places as are kept: then they are that decimal."""
    sure = pc.and_(pc.is_finite(numbers), within(each, numbers))
    if each.kind is Kind.NUMBER:
        return Verdict(numbers, sure)
    stored = arrow_type(each)
    nearest = pc.divide(pc.round(pc.multiply(numbers, 10.0**stored.scale)), 10.0**stored.scale)
    small = pc.less(pc.abs(numbers), _EXACT_AS_FLOAT)
    sure = pc.and_(sure, pc.and_(small, pc.equal(nearest, numbers)))
    return Verdict(where(sure, numbers).cast(stored), sure)
