"""The order of rows in files, by which readers skip row groups."""

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from shared.lake.catalog.table import LakeTable


def in_file_order(table: "LakeTable", rows: pa.Table) -> pa.Table:
    """Sort rows by time, those of a table with values that are kept apart first by these."""
    keys = [name for name in (table.kept_apart, table.time_column) if name is not None]
    if not keys:
        return rows
    return rows.take(pc.sort_indices(rows, [(name, "ascending") for name in keys])).combine_chunks()
