"""Finds the values of a typed column that are certain to be valid."""

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from shared.lake.parquet.columns import arrow_type
from shared.lake.validation.text_columns import CheckedColumn, ColumnChecker, all_unsure, null_unless, within
from shared.records.schema import Field, Kind

_WRITTEN = {Kind.ID, Kind.TEXT, Kind.CHOICE, Kind.CURRENCY, Kind.TIMESTAMP, Kind.MONEY}
_NUMBERS = {Kind.MONEY, Kind.QUANTITY, Kind.NUMBER}
_EXACT_AS_FLOAT = 1e9


def check_typed(checker: ColumnChecker, each: Field, values: pa.Array) -> CheckedColumn:
    """Check a column by its type; a column of another type than its field's is left to validation by row."""
    kind = values.type
    if pt.is_string(kind) and each.kind in _WRITTEN:
        return checker.check_text(each, values)
    if pt.is_timestamp(kind) and each.kind is Kind.TIMESTAMP:
        return checker.check_moments(each, values)
    if (pt.is_boolean(kind) and each.kind is Kind.BOOLEAN) or (pt.is_int64(kind) and each.kind is Kind.INTEGER):
        return CheckedColumn(values, within(each, values))
    if (pt.is_int64(kind) or pt.is_float64(kind)) and each.kind in _NUMBERS:
        return _number(each, values.cast(pa.float64(), safe=False))
    return all_unsure(each, values)


def _number(each: Field, numbers: pa.DoubleArray) -> CheckedColumn:
    """Accept floats that are nearest to a decimal with the stored number of places, because they equal it."""
    valid = pc.and_(pc.is_finite(numbers), within(each, numbers))
    if each.kind is Kind.NUMBER:
        return CheckedColumn(numbers, valid)
    stored = arrow_type(each)
    nearest = pc.divide(pc.round(pc.multiply(numbers, 10.0**stored.scale)), 10.0**stored.scale)
    small = pc.less(pc.abs(numbers), _EXACT_AS_FLOAT)
    valid = pc.and_(valid, pc.and_(small, pc.equal(nearest, numbers)))
    return CheckedColumn(null_unless(valid, numbers).cast(stored), valid)
