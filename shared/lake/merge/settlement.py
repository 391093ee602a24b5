"""Settles rows against a table that holds others, and makes of the result a commit and the days that it changes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.catalog.state import WHOLE_TABLE
from shared.lake.catalog.tables import BASE_TABLES
from shared.lake.merge.settle import Settled, keys_of, rank_columns, settle
from shared.lake.table.order import in_file_order
from shared.lake.table.port import TableChange
from shared.lake.table.positions import positions_of
from shared.records.schema import INGESTED_AT
from shared.records.schemas import SCHEMAS

if TYPE_CHECKING:
    from shared.lake.merge.key_index import KeyIndex
    from shared.lake.table.port import TableSnapshot, TableStore
    from shared.records.schema import DataType


@dataclass(frozen=True)
class Settlement:
    """Finds the rows of a table that deliveries compete with."""

    tables: "TableStore"
    index: "KeyIndex"

    def settle(self, data_type: "DataType", snapshot: "TableSnapshot", deliveries: Sequence[pa.Table]) -> Settled:
        """Settle deliveries, with their hidden columns, against a snapshot of the base table."""
        table, columns = BASE_TABLES[data_type], rank_columns(data_type)
        found = self.index.find(table, snapshot, keys_of(deliveries), first_arrival(deliveries))
        return settle(data_type, deliveries, self.tables.rows_at(table, snapshot, columns, found))


def first_arrival(deliveries: Iterable[pa.Table]) -> datetime | None:
    """Return when the first of these rows was received."""
    moments: list[datetime] = [pc.min(each[INGESTED_AT]).as_py() for each in deliveries if len(each)]
    return min(moments, default=None)


def change_of(data_type: "DataType", settled: Settled, summary: Mapping[str, str]) -> TableChange:
    """Return the commit that replaces the beaten rows by the winners, which are sorted by time."""
    rows = in_file_order(BASE_TABLES[data_type], settled.winners)
    return TableChange(rows=rows, deleted=positions_of(settled.beaten), summary=summary)


def changed_days(data_type: "DataType", settled: Settled) -> dict[str, int]:
    """Return the UTC days that gain or lose rows, each with the first hour that does.

    The only entry of a data type without event time is `all`.
    """
    time, changed = SCHEMAS[data_type].event_time, (settled.winners, settled.beaten)
    if time is None:
        return {WHOLE_TABLE: 0} if any(map(len, changed)) else {}
    hours = {hour for rows in changed for hour in pc.unique(pc.floor_temporal(rows[time], unit="hour")).to_pylist()}
    return {each.date().isoformat(): each.hour for each in sorted(hours, reverse=True)}


def days_of(data_type: "DataType", rows: pa.Table) -> list[str]:
    """Return the UTC days of rows; `all` for a data type without event time."""
    time = SCHEMAS[data_type].event_time
    if time is None:
        return [WHOLE_TABLE] if len(rows) else []
    return [day.isoformat() for day in pc.unique(rows[time].cast(pa.date32(), safe=False)).to_pylist()]
