"""Merges one partition of the lake: base, then roll-ups, each replaced as a whole and only by a newer one."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.merge.key_index import KeyIndex
from shared.lake.merge.key_moves import CompetingRows, load_competing_rows, notify_partitions
from shared.lake.merge.late_data import late_deliveries
from shared.lake.merge.pending import CANCELLED, MAX_BYTES, PendingObjects, PendingRows, receipt_key
from shared.lake.merge.upsert import UpsertResult, upsert
from shared.lake.parquet.columns import arrow_schema, read_parquet, write_parquet
from shared.lake.parquet.key_columns import distinct_keys, key_column
from shared.lake.parquet.receipt import Receipt, attach_receipt, read_receipt
from shared.lake.rollups.product_history import HISTORY_TABLES, append_versions
from shared.lake.rollups.writer import RollupWriter
from shared.lake.storage.object_store import LakeStore, LostUpdate, StoredObject
from shared.records.schemas import SCHEMAS
from shared.runtime.errors import Unavailable
from shared.runtime.retries import retry

if TYPE_CHECKING:
    from shared.lake.storage.paths import PartitionId

_TRIES = 8


@dataclass(frozen=True, kw_only=True)
class MergeResult:
    """A partition after its merge.

    `merged` has, by incoming key, the outcomes of the rows of each delivery; `consumed` are the objects to delete;
    `orphan_markers` are cancellation markers without rows; `changed` is true if the base or its derived tables may have
    changed. `restated_by` names deliveries that changed the day after its maturity. Unless `is_complete`, the partition
    needs another pass after the consumed objects are deleted.
    """

    partition: "PartitionId"
    merged: Mapping[str, Mapping[str, int]]
    consumed: Sequence[StoredObject]
    orphan_markers: Sequence[StoredObject]
    rows: int
    changed: bool
    restated_by: Sequence[str] = ()
    is_complete: bool = True

    @property
    def outcomes(self) -> Mapping[str, int]:
        """Outcomes of all merged rows, summed up."""
        return sum(map(Counter, self.merged.values()), Counter[str]())


def merge_partition(
    lake: LakeStore, index: KeyIndex, partition: "PartitionId", most_bytes: int = MAX_BYTES
) -> MergeResult | None:
    """Merge pending rows of a partition, at most `most_bytes` in memory, and roll it up; None if nothing is pending.

    Safe to repeat and to race: the base is replaced only if it is the one that was read. An incoming object that is in
    the base already, because a crash preceded its deletion, is not merged again; its outcomes are those of the receipt.

    Raises:
        Unavailable: concurrent merges of the partition did not stop; a retry finds what they wrote.
    """
    for _ in retry(_TRIES):
        stored = lake.get(partition.base_key)
        pending = _read_pending(lake, partition, most_bytes)
        if pending is None:
            return None
        try:
            return _MergeAttempt(lake, index, partition, stored, pending).run()
        except LostUpdate:
            continue
    raise Unavailable(f"another merge is writing {partition}; retry later", retry_after=1)


def _read_pending(lake: LakeStore, partition: "PartitionId", most_bytes: int) -> PendingObjects | None:
    """Read the pending objects; always after the base was read.

    An object is deleted only after a base with it in its receipt was written. So each listed object is either in the
    receipt of the base that was read, or not in that base, or that base is outdated and cannot be replaced.
    """
    found = PendingObjects.read(lake, partition, arrow_schema(partition.data_type), most_bytes)
    return found if found.rows or found.move_notices or found.cancelled else None


@dataclass(frozen=True)
class _MergeAttempt:
    """One attempt to merge a partition: the base and the pending objects that were read."""

    lake: LakeStore
    index: KeyIndex
    partition: "PartitionId"
    stored: StoredObject | None
    pending: PendingObjects

    def run(self) -> MergeResult:
        """Write the base if it changes, then the tables derived from it.

        Raises:
            LostUpdate: the partition was changed since it was read.
        """
        schema = arrow_schema(self.partition.data_type)
        base = schema.empty_table() if self.stored is None else read_parquet(self.stored.body, schema)
        receipt = read_receipt(base)
        pending_rows = self.pending.classify(receipt)
        competing = self._competing_rows(base, pending_rows)
        result = upsert(self.partition.data_type, base, list(pending_rows.fresh.values()), competing.rows)
        if pending_rows.fresh or pending_rows.cancelled or len(result.winners_elsewhere):
            receipt = self._next_receipt(receipt, pending_rows, result)
            base = attach_receipt(result.table, receipt)  # frees the old base before writing
            body = write_parquet(base, unique=SCHEMAS[self.partition.data_type].key)
            self.lake.replace(self.partition.base_key, body, expected=self.stored)
        return self._write_derived(base, receipt, competing, pending_rows)

    def _competing_rows(self, base: pa.Table, pending_rows: PendingRows) -> CompetingRows:
        """Load rows of other days with the keys of the pending rows.

        Rows that are in the base but whose object still exists are included: the merge that added them may have crashed
        before it notified the other days.
        """
        data_type = self.partition.data_type
        if not SCHEMAS[data_type].roams:
            return CompetingRows(base.slice(0, 0), ())
        arrived = distinct_keys(*(key_column(data_type, table) for table in pending_rows.fresh.values()))
        base_keys = key_column(data_type, base)
        known = base_keys.filter(pc.is_in(base_keys, value_set=arrived))
        lacking = pa.chunked_array([arrived.filter(pc.invert(pc.is_in(arrived, value_set=pc.unique(known))))])
        new = distinct_keys(lacking, *(key_column(data_type, table) for table in pending_rows.repeated))
        found = self.index.register_and_find(self.partition, base, new) if len(new) else {}
        return load_competing_rows(self.lake, data_type, found, [each.table for each in self.pending.move_notices])

    def _next_receipt(self, receipt: Receipt, pending_rows: PendingRows, result: UpsertResult) -> Receipt:
        """Return the receipt of the new base: outcomes recorded before, cancelled objects, and those merged now.

        Outcomes recorded before are kept for all objects that still exist, whether this pass read them or not.
        """
        existing = [*map(receipt_key, self.pending.remaining), *self._merged_names]
        before = {name: receipt.merged[name] for name in existing if name in receipt.merged}
        notices = {receipt_key(each.stored): dict[str, int]() for each in self.pending.move_notices}
        cancelled = {name: {CANCELLED: rows} for name, rows in pending_rows.cancelled.items()}
        merged = dict(zip(pending_rows.fresh, result.outcomes, strict=True))
        late = [] if self.stored is None else late_deliveries(self.partition, list(pending_rows.fresh.values()), result)
        return Receipt(
            sequence=receipt.sequence + 1,
            merged={**notices, **before, **cancelled, **merged},
            restated_by=sorted({*late, *(receipt.restated_by if before else ())}),
        )

    def _write_derived(
        self, base: pa.Table, receipt: Receipt, competing: CompetingRows, pending_rows: PendingRows
    ) -> MergeResult:
        """Write the roll-ups and history tables, and notify other days of the keys in common."""
        changed = any(name in receipt.merged for name in self._merged_names)
        if changed:
            RollupWriter(self.lake).refresh(self.partition, base, receipt.sequence)
        if changed and self.partition.data_type in HISTORY_TABLES:
            append_versions(self.lake, [base, *pending_rows.fresh.values(), *pending_rows.repeated])
        notify_partitions(self.lake, self.partition, base, competing.shared_keys)
        return MergeResult(
            partition=self.partition,
            merged={each.stored.key: receipt.merged[receipt_key(each.stored)] for each in self.pending.rows},
            consumed=self.pending.consumed,
            orphan_markers=self.pending.orphan_markers,
            rows=len(base),
            changed=changed,
            restated_by=receipt.restated_by if changed else (),
            is_complete=not self.pending.remaining,
        )

    @property
    def _merged_names(self) -> list[str]:
        return [receipt_key(each.stored) for each in (*self.pending.rows, *self.pending.move_notices)]
