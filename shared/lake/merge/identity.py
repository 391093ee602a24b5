"""By which fields the rows of a base table are hashed, and the conversion of a table that has hashes by others.

The summary of a snapshot names the fields of its keys, for the data types whose key was another in earlier versions. A
snapshot without that name was made by such a version, or by another engine; all its rows are rehashed in one commit
that replaces all files, before anything is compared with them. An interrupted conversion leaves the table as it was.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import pyarrow as pa

from shared.lake.catalog.tables import BASE_TABLES
from shared.lake.merge.fingerprints import with_fingerprints
from shared.lake.parquet.columns import arrow_schema
from shared.lake.rollups.portions import together
from shared.lake.table.order import in_file_order
from shared.lake.table.port import TableChange
from shared.records.schemas import SCHEMAS
from shared.runtime.observability import logger

if TYPE_CHECKING:
    from shared.lake.table.port import TableSnapshot, TableStore
    from shared.records.schema import DataType

IDENTITY = "tally.identity"
"""The key in a snapshot's summary of the fields by which its rows are hashed."""

PLACED = "tally.placed"
"""The key in a snapshot's summary of the note that all rows have been given the times of the records they refer to."""

_MOST_ROWS = 500_000
_OWN = "tally."


def identity_of(data_type: "DataType") -> Mapping[str, str]:
    """Return what the summary of a snapshot says if its rows are hashed by the present key.

    It says nothing for types that never had another key.
    """
    schema = SCHEMAS[data_type]
    return {IDENTITY: ", ".join(schema.key)} if schema.rekeyed else {}


def is_placed(data_type: "DataType", snapshot: "TableSnapshot") -> bool:
    """Whether all rows of a snapshot have been given the times of the records they refer to."""
    return SCHEMAS[data_type].event_time_from is None or not snapshot.files or PLACED in snapshot.summary


def notes_of(data_type: "DataType", head: "TableSnapshot", *, placed: bool = False) -> Mapping[str, str]:
    """Return what the summary of a commit says about the rows, given the snapshot that it replaces.

    Args:
        data_type: the data type.
        head: a snapshot with present keys.
        placed: whether the commit gives all rows the times of the records they refer to.
    """
    has_times = SCHEMAS[data_type].event_time_from is not None
    note = {PLACED: "yes"} if has_times and (placed or is_placed(data_type, head)) else {}
    return {**identity_of(data_type), **note}


def has_present_keys(data_type: "DataType", snapshot: "TableSnapshot") -> bool:
    """Whether the rows of a snapshot are hashed by the present key of their type."""
    return not snapshot.files or identity_of(data_type).items() <= snapshot.summary.items()


def with_present_keys(
    tables: "TableStore", data_type: "DataType", head: "TableSnapshot", most_rows: int = _MOST_ROWS
) -> "TableSnapshot":
    """Return the head of a table, or its successor with the same rows hashed by the present key of their type.

    Raises:
        CommitConflict: the table was changed since.
    """
    if has_present_keys(data_type, head):
        return head
    own = {name: text for name, text in head.summary.items() if name.startswith(_OWN)}
    change = TableChange(
        streamed=_hashed(tables, data_type, head, most_rows),
        dropped=frozenset(each.path for each in head.files),
        summary={**own, **identity_of(data_type)},
    )
    made = tables.commit(BASE_TABLES[data_type], head, change)
    logger().info("hashed the keys of a table anew", data_type=data_type, rows=made.rows)
    return made


def _hashed(tables: "TableStore", data_type: "DataType", head: "TableSnapshot", most_rows: int) -> Iterator[pa.Table]:
    """Yield the rows of a table with their hashes, some files at a time."""
    table, columns = BASE_TABLES[data_type], arrow_schema(data_type).names
    for files in together(head.files, most_rows):
        rows = tables.rows(table, head, columns, files=files).select(columns)
        yield in_file_order(table, with_fingerprints(data_type, rows))
