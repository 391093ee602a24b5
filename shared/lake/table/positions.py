"""Where rows are, as a commit needs it that deletes them."""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.table.port import FILE, POSITION


def positions_of(rows: pa.Table) -> Mapping[str, pa.Array]:
    """Return the sorted positions of located rows, by file."""
    located = pa.table({FILE: rows[FILE].cast(pa.string()), POSITION: rows[POSITION]})
    groups = located.group_by(FILE, use_threads=False).aggregate([(POSITION, "list")])
    lists = groups[f"{POSITION}_list"].combine_chunks()
    return {
        path: pc.array_take(lists[place].values, pc.array_sort_indices(lists[place].values))
        for place, path in enumerate(groups[FILE].to_pylist())
    }
