"""Finds the days that the current snapshot of a base table changed since the table was last published."""

from dataclasses import replace
from typing import TYPE_CHECKING

from shared.lake.catalog.tables import BASE_TABLES
from shared.lake.merge.receipt import RECEIPT, Receipt, read_receipt
from shared.lake.merge.settlement import days_of
from shared.records.schemas import SCHEMAS

if TYPE_CHECKING:
    from shared.lake.catalog.state import TableState
    from shared.lake.storage.object_store import LakeStore
    from shared.lake.table.port import TableSnapshot, TableStore
    from shared.records.schema import DataType


def receipt_of_unpublished(
    lake: "LakeStore", tables: "TableStore", data_type: "DataType", head: "TableSnapshot", published: "TableState"
) -> Receipt:
    """Return the receipt of a snapshot, with the days that are not published yet.

    A merge that crashed before its publication left them in the receipt. A snapshot without one is that of another
    engine, which may have changed any day.

    Args:
        lake: the lake bucket, where receipts are.
        tables: the tables.
        data_type: the data type.
        head: the current snapshot.
        published: the state of the table, read before the snapshot.
    """
    receipt = read_receipt(lake, head)
    if head.sequence <= published.sequence:
        return replace(receipt, days=())
    if RECEIPT in head.summary:
        return receipt
    return replace(receipt, days=tuple(sorted({*published.days, *_days_in(tables, data_type, head)})))


def _days_in(tables: "TableStore", data_type: "DataType", snapshot: "TableSnapshot") -> list[str]:
    time = SCHEMAS[data_type].event_time
    columns = [] if time is None else [time]
    return days_of(data_type, tables.rows(BASE_TABLES[data_type], snapshot, columns))
