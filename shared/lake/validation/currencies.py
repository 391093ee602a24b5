"""Finds the rows whose currencies were in use at their own time."""

from collections.abc import Mapping
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.parquet.columns import MOMENT
from shared.records.currencies import WITHDRAWN
from shared.records.schema import Kind, RecordSchema

_IN_ZONE = pa.timestamp("us", "UTC")


def currencies_in_use(
    schema: RecordSchema, columns: Mapping[str, pa.Array], rows: int, at: datetime
) -> pa.BooleanArray | None:
    """Return for each row whether its currencies were in use; None if all rows have current currencies.

    Args:
        schema: the schema of the rows.
        columns: the fields as stored.
        rows: the number of rows.
        at: the time of rows without one.
    """
    valid = None
    for each in schema.fields:
        if each.kind is not Kind.CURRENCY:
            continue
        places = pc.index_in(columns[each.name], value_set=pa.array(list(WITHDRAWN)))
        if places.null_count == rows:
            continue
        ends = pa.array(list(WITHDRAWN.values()), _IN_ZONE).cast(MOMENT).take(places)
        moments = columns.get(schema.event_time or schema.version, pa.nulls(rows, MOMENT))
        now = pa.scalar(at, _IN_ZONE).cast(MOMENT, safe=False)
        in_use = pc.fill_null(pc.less(pc.fill_null(moments, now), ends), fill_value=True)
        valid = in_use if valid is None else pc.and_(valid, in_use)
    return valid
