"""Record keys as one text column."""

from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from shared.records.schema import DataType
from shared.records.schemas import SCHEMAS


def key_column(data_type: DataType, table: pa.Table) -> pa.ChunkedArray:
    """Return a text per row that is equal exactly if the keys are: each part is preceded by its length."""
    columns = [table[name].cast(pa.string()) for name in SCHEMAS[data_type].key]
    if len(columns) == 1:
        return columns[0]
    parts = [part for column in columns for part in (pc.utf8_length(column).cast(pa.string()), column)]
    return reduce(lambda left, right: pc.binary_join_element_wise(left, right, ":"), parts)
