"""What identifies records, as one column of text: equal exactly where two rows are of one thing."""

from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from shared.records.catalogue import SCHEMAS
from shared.records.schema import DataType


def keys_of(data_type: DataType, table: pa.Table) -> pa.ChunkedArray:
    """One text per row that is equal exactly where the record's key is: each part behind its own length."""
    columns = [table[name].cast(pa.string()) for name in SCHEMAS[data_type].key]
    if len(columns) == 1:
        return columns[0]
    parts = [part for column in columns for part in (pc.utf8_length(column).cast(pa.string()), column)]
    return reduce(lambda left, right: pc.binary_join_element_wise(left, right, ":"), parts)


def distinct(*keys: pa.ChunkedArray) -> pa.Array:
    """All that occur in any of several columns of keys."""
    return pc.unique(pa.chunked_array([chunk for each in keys for chunk in each.chunks], pa.string()))
