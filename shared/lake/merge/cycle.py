"""Merges the incoming objects of a data type into its table: one snapshot, made as a whole or not at all."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from shared.lake.catalog.tables import BASE_TABLES
from shared.lake.merge.damaged import DamagedObjects
from shared.lake.merge.event_times import TimesOf, no_times, with_event_times
from shared.lake.merge.fingerprints import ORIGIN, with_fingerprints
from shared.lake.merge.identity import notes_of, with_present_keys
from shared.lake.merge.late_data import restated_days
from shared.lake.merge.limits import PassLimits
from shared.lake.merge.pending import CANCELLED, PendingObjects, PendingRows
from shared.lake.merge.receipt import RECEIPT, ObjectReceipt, Receipt, read_receipt, write_receipt
from shared.lake.merge.reconciliation_plan import last_reconciliation
from shared.lake.merge.settlement import Settlement, change_of, changed_days, first_arrival
from shared.lake.merge.unpublished import unpublished_days
from shared.lake.rollups.product_history import HistoryState, ProductHistory
from shared.lake.storage.paths import delivery_of
from shared.lake.table.port import CommitConflict, TableChange
from shared.records.schema import DataType
from shared.runtime.errors import Unavailable
from shared.runtime.retries import retry

if TYPE_CHECKING:
    from shared.lake.catalog.state import TableState
    from shared.lake.merge.key_index import KeyIndex
    from shared.lake.merge.settle import Settled
    from shared.lake.storage.object_store import LakeStore, ObjectName
    from shared.lake.table.port import TableSnapshot, TableStore

_TRIES = 8


@dataclass(frozen=True, kw_only=True)
class MergeResult:
    """A table after a merge.

    `days` are those that changed since they were last published; `all` for a table without days. `merged` has, by key,
    the receipt of each object, and `restated` the days that each delivery changed after their maturity. `superseded`
    has, by delivery, the number of its rows that were replaced, by the sequence number of the snapshot that had them.
    `consumed` are the objects to delete; `orphan_markers` are cancellation markers without rows. `history` is set for
    products. Unless `is_complete`, another pass is needed after the consumed objects are deleted. With an identity
    horizon, `arrived` is when the first of the merged rows was received. `first_hours` has the UTC hour from which on
    the commit changed some of the days; the others may have changed from their begin.
    """

    data_type: DataType
    snapshot: "TableSnapshot"
    days: tuple[str, ...]
    merged: Mapping[str, ObjectReceipt] = field(default_factory=dict)
    restated: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    superseded: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    consumed: "Sequence[ObjectName]" = ()
    orphan_markers: "Sequence[ObjectName]" = ()
    history: HistoryState | None = None
    is_complete: bool = True
    arrived: datetime | None = None
    first_hours: Mapping[str, int] = field(default_factory=dict)

    @property
    def outcomes(self) -> Mapping[str, int]:
        """Outcomes of all merged rows, summed up."""
        return sum((Counter(each.outcomes) for each in self.merged.values()), Counter[str]())


@dataclass(frozen=True, kw_only=True)
class MergeCycle:
    """Merges one data type; safe to repeat after any crash, and to race.

    A snapshot replaces only the one that was read. An object that is in the table already, because a crash preceded its
    deletion, is not merged again; its outcomes are those of the receipt.
    """

    lake: "LakeStore"
    tables: "TableStore"
    index: "KeyIndex"
    times_of: TimesOf = no_times
    limits: PassLimits = field(default_factory=PassLimits)
    damaged: DamagedObjects = field(default_factory=DamagedObjects)

    def run(self, data_type: DataType, published: "TableState") -> MergeResult | None:
        """Merge the objects of one pass; None if nothing is pending.

        Args:
            data_type: the data type.
            published: the state of the table.

        Raises:
            Unavailable: other processes kept committing to the table; a retry finds what they wrote.
            TableUnreadable: the table is damaged.
        """
        for _ in retry(_TRIES):
            # The table is read before the incoming objects are listed. An object is deleted only after a snapshot with
            # it in its receipt: so each listed object is in the receipt that was read, or not in that snapshot, or
            # that snapshot is outdated and the commit fails.
            try:
                head = self.tables.head(BASE_TABLES[data_type])
                receipt = read_receipt(self.lake, head)
                unpublished = unpublished_days(self.tables, data_type, head, receipt, published)
                snapshot = with_present_keys(self.tables, data_type, head)
                pending = self._read_pending(data_type)
                if pending.rows or pending.markers:
                    return _Attempt(self, data_type, snapshot, receipt, unpublished, pending).run(published.days)
            except CommitConflict:
                continue
            if snapshot is head and pending.is_last:
                return None
            return MergeResult(
                data_type=data_type, snapshot=snapshot, days=tuple(unpublished), is_complete=pending.is_last
            )
        raise Unavailable(f"Another merge is writing {data_type}; retry later", retry_after=1)

    def _read_pending(self, data_type: DataType) -> PendingObjects:
        pending = PendingObjects.read(self.lake, data_type, self.limits, self.damaged.of(data_type))
        self.damaged.remember(data_type, pending.damaged, self.limits.damaged)
        return pending


@dataclass(frozen=True)
class _Attempt:
    """One attempt: the snapshot and the objects that were read."""

    cycle: MergeCycle
    data_type: DataType
    snapshot: "TableSnapshot"
    receipt: Receipt
    unpublished: Sequence[str]
    pending: PendingObjects

    def run(self, known_days: Collection[str]) -> MergeResult:
        """Commit if anything changes.

        Raises:
            CommitConflict: the table was changed since it was read.
        """
        rows = self.pending.classify(self.receipt)
        snapshot, receipt = self.snapshot, Receipt(objects=self._existing_objects(), days=self._carried_days())
        settled: Settled | None = None
        if rows.fresh or rows.cancelled:
            # After the snapshot was read: see `relocation`.
            fresh = with_event_times(self.data_type, [each.table for each in rows.fresh], self.cycle.times_of)
            deliveries = [with_fingerprints(self.data_type, each) for each in fresh]
            settled = self._settle(deliveries)
            receipt = self._next_receipt(rows, settled, known_days)
            snapshot = self._commit(settled, receipt)
        # After the commit, which decides between a merge and a cancellation; if a crash comes in between, the receipt
        # has these objects, and the next merge adds them.
        history = self._append_history(rows)
        return MergeResult(
            data_type=self.data_type,
            snapshot=snapshot,
            days=receipt.days,
            merged={each.stored.key: receipt.objects[each.name] for each in self.pending.rows},
            restated=_restated_by_delivery(receipt, self.pending),
            superseded=_superseded_by_delivery(receipt),
            consumed=self.pending.consumed,
            orphan_markers=self.pending.orphan_markers,
            history=history,
            is_complete=self.pending.is_last,
            arrived=first_arrival(each.table for each in self.pending.rows) if self.cycle.index.horizon else None,
            first_hours=self._first_hours(settled),
        )

    def _append_history(self, rows: PendingRows) -> HistoryState | None:
        """Add all merged versions of products to their history, also those that others beat."""
        if self.data_type is not DataType.PRODUCTS:
            return None
        delivered = [each.table for each in (*rows.fresh, *rows.repeated)]
        return ProductHistory(self.cycle.tables).append(delivered) if delivered else None

    def _settle(self, deliveries: Sequence[pa.Table]) -> "Settled | None":
        if not deliveries:
            return None
        return Settlement(self.cycle.tables, self.cycle.index).settle(self.data_type, self.snapshot, deliveries)

    def _commit(self, settled: "Settled | None", receipt: Receipt) -> "TableSnapshot":
        summary = {
            **last_reconciliation(self.snapshot),
            **notes_of(self.data_type, self.snapshot),
            RECEIPT: write_receipt(self.cycle.lake, self.data_type, receipt),
        }
        change = TableChange(summary=summary) if settled is None else change_of(self.data_type, settled, summary)
        return self.cycle.tables.commit(BASE_TABLES[self.data_type], self.snapshot, change)

    def _next_receipt(self, rows: PendingRows, settled: "Settled | None", known_days: Collection[str]) -> Receipt:
        """Return the receipt of the new snapshot: objects merged before that still exist, and those merged now."""
        before, carried = self._existing_objects(), self._carried_days()
        cancelled = {name: ObjectReceipt(outcomes={CANCELLED: size}) for name, size in rows.cancelled.items()}
        if settled is None:
            return Receipt(objects={**before, **cancelled}, days=carried)
        restated = restated_days(self.data_type, settled.changes, known_days)
        merged = {
            each.name: ObjectReceipt(
                restated=restated.get(_origin_of(each.table), ()),
                settled_on=self.snapshot.sequence,
                **vars(done),
            )
            for each, done in zip(rows.fresh, settled.deliveries, strict=True)
        }
        days = tuple(sorted({*changed_days(self.data_type, settled), *carried}))
        return Receipt(objects={**before, **cancelled, **merged}, days=days)

    def _first_hours(self, settled: "Settled | None") -> dict[str, int]:
        """Return where the days begin to change that only this commit did: of others, not all changes are known."""
        if settled is None:
            return {}
        carried = self._carried_days()
        return {day: hour for day, hour in changed_days(self.data_type, settled).items() if day not in carried}

    def _existing_objects(self) -> dict[str, ObjectReceipt]:
        """Return what the receipt has of objects that still exist, and of those that were replaced since.

        An object is replaced if its load is repeated; what its rows superseded may not be in the ledger yet.
        """
        may_exist = self.pending.listing.may_have_rows
        return {name: each for name, each in self.receipt.objects.items() if may_exist(name.split(" ")[0])}

    def _carried_days(self) -> tuple[str, ...]:
        """Return the days of earlier commits that are not published, or whose event a crash may have prevented."""
        repeated = self.receipt.days if self._existing_objects() else ()
        return tuple(sorted({*self.unpublished, *repeated}))


def _origin_of(rows: pa.Table) -> str:
    origin: str = rows[ORIGIN][0].as_py() if len(rows) else ""
    return origin


def _restated_by_delivery(receipt: Receipt, pending: PendingObjects) -> dict[str, tuple[str, ...]]:
    found = dict[str, tuple[str, ...]]()
    for each in pending.rows:
        days = receipt.objects[each.name].restated
        if days:
            found[each.key.delivery_id] = tuple(sorted({*found.get(each.key.delivery_id, ()), *days}))
    return found


def _superseded_by_delivery(receipt: Receipt) -> dict[str, dict[int, int]]:
    """Add up what all objects replaced that still exist, those of other passes included.

    The ledger counts each snapshot once for a delivery, so all that one settlement replaced has to be there.
    """
    found = dict[str, dict[int, int]]()
    for each in receipt.objects.values():
        for origin, rows in each.superseded.items():
            numbers = found.setdefault(delivery_of(origin), {})
            numbers[each.settled_on] = numbers.get(each.settled_on, 0) + rows
    return found
