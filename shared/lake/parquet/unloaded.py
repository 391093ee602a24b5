"""Reads the Parquet files that Athena's `UNLOAD` writes, in one thread."""

import re
from collections.abc import Collection, Sequence

import pyarrow as pa
import pyarrow.parquet as pq

_KEYS_OF_MAPS = re.compile(r"\w+\.\w+\.key")  # engines name the level between differently


def read_unloaded(body: bytes, columns: Sequence[str] | None = None, *, few_values: Collection[str] = ()) -> pa.Table:
    """Read a file; the keys of its maps have few values, too, and such columns are dictionaries.

    Args:
        body: the file.
        columns: the names of the columns to read (default: all).
        few_values: the names of text columns with few values.

    Raises:
        pa.ArrowException: it is not a Parquet file.
    """
    metadata = pq.read_metadata(pa.BufferReader(body))
    leaves = (metadata.schema.column(place).path for place in range(metadata.num_columns))
    repetitive = [leaf for leaf in leaves if leaf in few_values or _KEYS_OF_MAPS.fullmatch(leaf)]
    with pq.ParquetFile(pa.BufferReader(body), metadata=metadata, read_dictionary=repetitive) as file:
        return file.read(columns=columns, use_threads=False)
