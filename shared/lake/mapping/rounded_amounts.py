"""Rejects rows whose amount would be another one because a price is rounded to the places that it is stored with.

A price that is computed from the total of a line may need more places than are kept: 1.00 for 30 000 pieces is 0.000033
for each, and so 0.99 in all.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from shared.lake.mapping.field_columns import FieldColumns

_HALF_A_CENT = 0.005
_EXACT_TO = 5e-11
"""Quotients have ten decimal places, so that they differ from the exact ones by at most half of the last."""

_NUMBER = pa.float64()


def check_rounded_prices(columns: Mapping[str, pa.StringArray], fields: "FieldColumns") -> None:
    """Add an error to each row in which quantity x price differs by half a cent or more from what it is unrounded.

    Args:
        columns: the columns of all fields; prices are rounded.
        fields: the source columns and the mapping.
    """
    for quantity, price in fields.schema.amounts:
        exact = fields.exact(price) if quantity in columns and price in columns else None
        if exact is None:
            continue
        try:
            units, kept, whole = (each.cast(_NUMBER) for each in (columns[quantity], columns[price], exact))
        except pa.ArrowInvalid:
            continue  # there is a value that is no number: validation says so, or rejects the row for another reason
        is_finer = pc.not_equal(kept, whole)
        off = pc.multiply(pc.abs(units), pc.add(pc.abs(pc.subtract(kept, whole)), _EXACT_TO))
        rows = pc.indices_nonzero(
            pc.fill_null(pc.and_(is_finer, pc.greater_equal(off, _HALF_A_CENT)), fill_value=False)
        )
        reason = f"rounded to the places that are kept, it changes {quantity} x {price} by half a cent or more"
        fields.faults.add_all(price, "rounding", rows.to_pylist(), reason)
