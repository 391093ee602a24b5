"""Finds the days that the current snapshot of a base table changed since the table was last published."""

from typing import TYPE_CHECKING

from shared.lake.catalog.tables import BASE_TABLES
from shared.lake.merge.receipt import RECEIPT
from shared.lake.merge.settlement import days_of
from shared.records.schemas import SCHEMAS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.lake.catalog.state import TableState
    from shared.lake.merge.receipt import Receipt
    from shared.lake.table.port import TableSnapshot, TableStore
    from shared.records.schema import DataType


def unpublished_days(
    tables: "TableStore", data_type: "DataType", head: "TableSnapshot", receipt: "Receipt", published: "TableState"
) -> "Sequence[str]":
    """Return the days that are to be published with the next merge.

    A merge that crashed before its publication left them in its receipt. A snapshot without receipt is that of another
    engine, which may have changed any day.

    Args:
        tables: the tables.
        data_type: the data type.
        head: the current snapshot.
        receipt: its receipt.
        published: the state of the table, read before the snapshot.
    """
    if head.sequence <= published.sequence:
        return ()
    return receipt.days if RECEIPT in head.summary else sorted({*published.days, *_days_in(tables, data_type, head)})


def _days_in(tables: "TableStore", data_type: "DataType", snapshot: "TableSnapshot") -> list[str]:
    time = SCHEMAS[data_type].event_time
    columns = [] if time is None else [time]
    return days_of(data_type, tables.rows(BASE_TABLES[data_type], snapshot, columns))
