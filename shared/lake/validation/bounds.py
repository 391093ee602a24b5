"""Finds the rows that are certain to be within the limits of whole records.

`records.bounds` decides about the others.
"""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from shared.records.bounds import LARGEST_ATTRIBUTES, LARGEST_ATTRIBUTES_OF_DELIVERY, NEAR_LARGEST_AMOUNT
from shared.records.schema import RecordSchema

_FLOAT = pa.float64()
_TRUE, _ZERO = pa.scalar(value=True), pa.scalar(0)


def surely_within(schema: RecordSchema, columns: Mapping[str, pa.Array], attributes: pa.Array) -> pa.BooleanArray:
    """Return for each row whether its signs, amounts and attributes are certain to be within their limits.

    Args:
        schema: the schema of the rows.
        columns: the fields as stored.
        attributes: the fields that are not in the schema, as JSON text.
    """
    sizes = pc.binary_length(attributes)
    if (pc.sum(sizes).as_py() or 0) > LARGEST_ATTRIBUTES_OF_DELIVERY:
        return pa.repeat(pa.scalar(value=False), len(attributes))
    within = _or_absent(pc.less_equal(sizes, LARGEST_ATTRIBUTES))
    for each in schema.fields:
        if each.sign_of is not None and columns[each.name].null_count < len(attributes):
            is_allowed = pc.or_(pc.greater_equal(columns[each.name], _ZERO), pc.less(columns[each.sign_of], _ZERO))
            within = pc.and_(within, _or_absent(is_allowed))
    for one, other in schema.amounts:
        amounts = pc.abs(pc.multiply(columns[one].cast(_FLOAT), columns[other].cast(_FLOAT)))
        within = pc.and_(within, _or_absent(pc.less(amounts, NEAR_LARGEST_AMOUNT)))
    return within


def _or_absent(kept: pa.BooleanArray) -> pa.BooleanArray:
    return pc.coalesce(kept, _TRUE) if kept.null_count else kept
