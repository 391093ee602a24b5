"""Moves rows to the event time of the records they refer to, after that has changed.

The order of reads makes it exact beside merges. A merge reads the head of the table, then the times, and commits only
if the head is still the same. A relocation always commits, even if no row has to move. So a merge that read a time
before it changed either commits before the relocation reads the head, which then moves its rows, or it fails and reads
the times again.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.catalog.tables import BASE_TABLES
from shared.lake.merge.cycle import MergeResult
from shared.lake.merge.event_times import TimesOf, with_times
from shared.lake.merge.identity import is_placed, notes_of, with_present_keys
from shared.lake.merge.receipt import RECEIPT, Receipt, read_receipt, write_receipt
from shared.lake.merge.reconciliation_plan import last_reconciliation
from shared.lake.merge.settlement import days_of
from shared.lake.merge.unpublished import unpublished_days
from shared.lake.rollups.portions import together
from shared.lake.table.order import in_file_order
from shared.lake.table.port import FILE, POSITION, CommitConflict, TableChange
from shared.lake.table.positions import positions_of
from shared.lake.table.schema import arrow_schema_of
from shared.records.schemas import SCHEMAS
from shared.runtime.errors import Unavailable
from shared.runtime.retries import retry

if TYPE_CHECKING:
    from shared.lake.catalog.state import TableState
    from shared.lake.storage.object_store import LakeStore
    from shared.lake.table.port import TableSnapshot, TableStore
    from shared.records.schema import DataType

_TRIES = 8
_MOST_ROWS = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Relocation:
    """Moves rows of one data type; safe to repeat after any crash, and to race."""

    lake: "LakeStore"
    tables: "TableStore"
    times_of: TimesOf

    def is_needed(self, data_type: "DataType") -> bool:
        """Whether the table has rows of an earlier version, which kept the times that rows came with."""
        return not is_placed(data_type, self.tables.head(BASE_TABLES[data_type]))

    def run(self, data_type: "DataType", references: Collection[str] | None, published: "TableState") -> MergeResult:
        """Give the rows that refer to some records the times of these, in one commit.

        Args:
            data_type: the data type of the rows.
            references: the ids of the records whose times may have changed; None takes those of all rows.
            published: the state of the table.

        Raises:
            Unavailable: other processes kept committing to the table; a retry finds what they wrote.
            TableUnreadable: the table is damaged.
        """
        for _ in retry(_TRIES):
            try:
                return self._commit(data_type, references, published)
            except CommitConflict:
                continue
        raise Unavailable(f"Merges keep writing {data_type}; retry later", retry_after=1)

    def _commit(
        self, data_type: "DataType", references: Collection[str] | None, published: "TableState"
    ) -> MergeResult:
        head = self.tables.head(BASE_TABLES[data_type])
        receipt = read_receipt(self.lake, head)
        unpublished = unpublished_days(self.tables, data_type, head, receipt, published)
        head = with_present_keys(self.tables, data_type, head)
        before, after = self._moves(data_type, head, references)
        days = tuple(sorted({*unpublished, *days_of(data_type, before), *days_of(data_type, after)}))
        written = write_receipt(self.lake, data_type, Receipt(objects=receipt.objects, days=days))
        change = TableChange(
            rows=in_file_order(BASE_TABLES[data_type], after),
            deleted=positions_of(before),
            summary={
                **last_reconciliation(head),
                **notes_of(data_type, head, placed=references is None),
                RECEIPT: written,
            },
        )
        snapshot = self.tables.commit(BASE_TABLES[data_type], head, change)
        return MergeResult(data_type=data_type, snapshot=snapshot, days=days)

    def _moves(
        self, data_type: "DataType", head: "TableSnapshot", references: Collection[str] | None
    ) -> tuple[pa.Table, pa.Table]:
        """Return the rows that have another time than they should, located, and as they should be."""
        table, schema, times = BASE_TABLES[data_type], SCHEMAS[data_type], dict[str, datetime]()
        wrong = pa.concat_tables(self._wrong(data_type, head, references, times))
        before = self.tables.rows_at(table, head, arrow_schema_of(table).names, positions_of(wrong))
        return before, with_times(schema, before, times).drop_columns([FILE, POSITION])

    def _wrong(
        self,
        data_type: "DataType",
        head: "TableSnapshot",
        references: Collection[str] | None,
        times: dict[str, datetime],
    ) -> Iterator[pa.Table]:
        """Yield the files and positions of these rows, of some files at a time, and add the times that they need."""
        schema = SCHEMAS[data_type]
        reference, time = schema.key[0], schema.event_time or ""
        for files in together(head.files, _MOST_ROWS):
            rows = self.tables.rows(BASE_TABLES[data_type], head, [reference, time], files=files)
            if references is not None:
                rows = rows.filter(pc.is_in(rows[reference], value_set=pa.array([*references], pa.string())))
            found = self.times_of(pc.unique(rows[reference]).to_pylist())
            wrong = rows.filter(pc.not_equal(with_times(schema, rows, found)[time], rows[time]))
            times.update({each: found[each] for each in pc.unique(wrong[reference]).to_pylist()})
            located = wrong.select([FILE, POSITION])
            yield located.set_column(0, FILE, located[FILE].cast(pa.string()))
