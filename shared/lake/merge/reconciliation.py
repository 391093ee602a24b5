"""Deletes rows that others with their key beat, in one commit, with a plan of what that means for the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from shared.lake.catalog.tables import BASE_TABLES
from shared.lake.merge.identity import notes_of
from shared.lake.merge.receipt import RECEIPT, Receipt, read_receipt, write_receipt
from shared.lake.merge.reconciliation_plan import RECONCILIATION, ReconciliationPlan
from shared.lake.merge.repetitions import repetitions
from shared.lake.merge.settlement import days_of
from shared.lake.merge.unpublished import unpublished_days
from shared.lake.storage.paths import reconciliation_key
from shared.lake.table.port import TableChange
from shared.lake.table.positions import positions_of

if TYPE_CHECKING:
    from shared.lake.catalog.state import TableState
    from shared.lake.storage.object_store import LakeStore
    from shared.lake.table.port import TableSnapshot, TableStore
    from shared.records.schema import DataType


@dataclass(frozen=True, kw_only=True)
class Reconciled:
    """A commit and what is to be recorded of it; its snapshot is None if it is published, or will be by a merge."""

    key: str
    plan: ReconciliationPlan
    snapshot: "TableSnapshot | None"


@dataclass(frozen=True, kw_only=True)
class Reconciliation:
    """Commits reconciliations, and finds the one that a crash left incomplete."""

    lake: "LakeStore"
    tables: "TableStore"

    def incomplete(self, head: "TableSnapshot") -> Reconciled | None:
        """Return the last reconciliation of a table, if its plan still exists: it is deleted when all is recorded."""
        key = head.summary.get(RECONCILIATION)
        stored = None if key is None else self.lake.get(key)
        if key is None or stored is None:
            return None
        plan = ReconciliationPlan.read(stored)
        # A merge that came after it publishes its days together with its own.
        is_newest = head.summary.get(RECEIPT) == plan.receipt
        return Reconciled(key=key, plan=plan, snapshot=head if is_newest else None)

    def commit(
        self,
        data_type: "DataType",
        head: "TableSnapshot",
        keys: Sequence[int],
        days: Sequence[str] | None,
        published: "TableState",
    ) -> Reconciled | None:
        """Delete the beaten rows under some keys; None if there are none.

        Args:
            data_type: the data type.
            head: the current snapshot of its table, with present keys, whose reconciliation is complete.
            keys: first halves of the hashes of keys.
            days: the UTC days of the rows under these keys, in order; None reads the whole table.
            published: the state of the table, read before its head.

        Raises:
            CommitConflict: the table was changed since.
        """
        found = repetitions(self.tables, data_type, head, keys, days)
        if not len(found.beaten):
            return None
        receipt = read_receipt(self.lake, head)
        changed = {
            *days_of(data_type, found.beaten),
            *unpublished_days(self.tables, data_type, head, receipt, published),
        }
        written = write_receipt(self.lake, data_type, Receipt(objects=receipt.objects, days=tuple(sorted(changed))))
        plan = ReconciliationPlan(receipt=written, days=sorted(changed), moves=found.moves)
        key = reconciliation_key(data_type, str(uuid4()))
        self.lake.put(key, plan.to_json())
        summary = {**notes_of(data_type, head), RECEIPT: written, RECONCILIATION: key}
        change = TableChange(deleted=positions_of(found.beaten), summary=summary)
        return Reconciled(key=key, plan=plan, snapshot=self.tables.commit(BASE_TABLES[data_type], head, change))
