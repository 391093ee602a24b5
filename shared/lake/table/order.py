"""The order of rows in files, by which readers skip row groups."""

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from shared.lake.catalog.table import LakeTable


def in_file_order(table: "LakeTable", rows: pa.Table) -> pa.Table:
    """Sort rows by time; roll-ups by one dimension first by it, so that its values lie together."""
    keys = [name for name in ("dimension", table.time_column) if name in rows.column_names]
    if not keys:
        return rows
    return rows.take(pc.sort_indices(rows, [(name, "ascending") for name in keys])).combine_chunks()
