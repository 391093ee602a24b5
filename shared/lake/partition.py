"""One partition of the lake, brought up to date: base, then roll-ups, each replaced as a whole and only forwards."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.merge.key_index import KeyIndex
from shared.lake.merge.key_moves import Rivals, rivals_of, tell
from shared.lake.merge.late_data import late_deliveries
from shared.lake.merge.pending import CANCELLED, MOST_BYTES, Arrivals, Opened, name_of
from shared.lake.merge.upsert import Merged, merge
from shared.lake.parquet.columns import arrow_schema, read_parquet, write_parquet
from shared.lake.parquet.receipt import Receipt, receipt_of, with_receipt
from shared.lake.parquet.record_keys import distinct, keys_of
from shared.lake.rollups.product_history import HISTORIES, remember
from shared.lake.rollups.writer import RollUps
from shared.lake.storage.object_store import LakeStore, LostUpdate, StoredObject
from shared.records.catalogue import SCHEMAS
from shared.runtime.errors import Unavailable
from shared.runtime.retries import retry

if TYPE_CHECKING:
    from shared.lake.storage.paths import PartitionId

_TRIES = 8


@dataclass(frozen=True, kw_only=True)
class UpToDate:
    """A partition after its merge.

    `merged` holds the deliveries that are in it, with the fates of their rows, by incoming key; `consumed` what has
    done its work; `early` the markers whose rows are not there; `changed` tells whether any of it was news to the
    base. `restated_by` names deliveries that changed it after it was complete. Unless it `is_all`, more waits than one
    pass takes in: it is taken in by the next, once what is consumed is deleted.
    """

    partition: "PartitionId"
    merged: Mapping[str, Mapping[str, int]]
    consumed: Sequence[StoredObject]
    early: Sequence[StoredObject]
    rows: int
    changed: bool
    restated_by: Sequence[str] = ()
    is_all: bool = True

    @property
    def fates(self) -> Mapping[str, int]:
        """The fates of all rows that arrived, summed up."""
        return sum(map(Counter, self.merged.values()), Counter[str]())


def bring_up_to_date(
    lake: LakeStore, index: KeyIndex, partition: "PartitionId", most_bytes: int = MOST_BYTES
) -> UpToDate | None:
    """Merge what waits for a partition, up to so many bytes of memory, and roll it up; None if nothing waits.

    Safe to repeat and to race: the base is replaced only if it is the one that was read; an incoming object that is
    already in it (a crash came before its deletion) is not merged again, but answers with the fates it had.

    Raises:
        Unavailable: others kept replacing the partition; the next try finds what they left.
    """
    for _ in retry(_TRIES):
        stored = lake.get(partition.base_key)
        arrivals = _waiting(lake, partition, most_bytes)
        if arrivals is None:
            return None
        try:
            return _Pass(lake, index, partition, stored, arrivals).run()
        except LostUpdate:
            continue
    raise Unavailable(f"another merge is writing {partition}; retry later", retry_after=1)


def _waiting(lake: LakeStore, partition: "PartitionId", most_bytes: int) -> Arrivals | None:
    """What waits now: always listed after the base was read.

    An object is deleted only once a base that holds it, with its receipt, was written. So whatever is listed is
    either in the receipt of the base just read, or not in that base, or that base is not the newest and cannot be
    replaced.
    """
    found = Arrivals.read(lake, partition, arrow_schema(partition.data_type), most_bytes)
    return found if found.rows or found.news or found.cancelled else None


@dataclass(frozen=True)
class _Pass:
    """One try at a partition: what was read of it, and what waited then."""

    lake: LakeStore
    index: KeyIndex
    partition: "PartitionId"
    stored: StoredObject | None
    arrivals: Arrivals

    def run(self) -> UpToDate:
        """Write the base if anything is new to it, then what follows from it.

        Raises:
            LostUpdate: the partition is not what was read any more.
        """
        schema = arrow_schema(self.partition.data_type)
        base = schema.empty_table() if self.stored is None else read_parquet(self.stored.body, schema)
        receipt = receipt_of(base)
        opened = self.arrivals.opened(receipt)
        rivals = self._rivals(base, opened)
        outcome = merge(self.partition.data_type, base, list(opened.fresh.values()), rivals.rows)
        if opened.fresh or opened.cancelled or len(outcome.lost_to):
            receipt = self._next_receipt(receipt, opened, outcome)
            base = with_receipt(outcome.table, receipt)  # lets go of the base that was read, before the next is written
            body = write_parquet(base, unique=SCHEMAS[self.partition.data_type].key)
            self.lake.replace(self.partition.base_key, body, expected=self.stored)
        return self._followed(base, receipt, rivals, opened)

    def _rivals(self, base: pa.Table, opened: Opened) -> Rivals:
        """What other days hold of what comes.

        Rows that are in the base but still lie there are asked for again: whoever merged them may have died before
        he told other days of them.
        """
        data_type = self.partition.data_type
        if not SCHEMAS[data_type].roams:
            return Rivals(base.slice(0, 0), ())
        arrived = distinct(*(keys_of(data_type, table) for table in opened.fresh.values()))
        base_keys = keys_of(data_type, base)
        known = base_keys.filter(pc.is_in(base_keys, value_set=arrived))
        lacking = pa.chunked_array([arrived.filter(pc.invert(pc.is_in(arrived, value_set=pc.unique(known))))])
        new = distinct(lacking, *(keys_of(data_type, table) for table in opened.repeated))
        found = self.index.announce(self.partition, base, new) if len(new) else {}
        return rivals_of(self.lake, data_type, found, [each.table for each in self.arrivals.news])

    def _next_receipt(self, receipt: Receipt, opened: Opened, outcome: Merged) -> Receipt:
        """What lies there now is in the base: as told before, as cancelled, or as just merged.

        What was told before is kept of all that lies there, taken in by this pass or not.
        """
        lying = [*map(name_of, self.arrivals.left), *self._taken_in]
        before = {name: receipt.merged[name] for name in lying if name in receipt.merged}
        news = {name_of(each.stored): dict[str, int]() for each in self.arrivals.news}
        cancelled = {name: {CANCELLED: rows} for name, rows in opened.cancelled.items()}
        merged = dict(zip(opened.fresh, outcome.fates, strict=True))
        late = [] if self.stored is None else late_deliveries(self.partition, list(opened.fresh.values()), outcome)
        return Receipt(
            sequence=receipt.sequence + 1,
            merged={**news, **before, **cancelled, **merged},
            restated_by=sorted({*late, *(receipt.restated_by if before else ())}),
        )

    def _followed(self, base: pa.Table, receipt: Receipt, rivals: Rivals, opened: Opened) -> UpToDate:
        """Roll up, and tell other days, what the base holds now; what it does not hold any more is remembered."""
        changed = any(name in receipt.merged for name in self._taken_in)
        if changed:
            RollUps(self.lake).bring_up_to_date(self.partition, base, receipt.sequence)
        if changed and self.partition.data_type in HISTORIES:
            remember(self.lake, [base, *opened.fresh.values(), *opened.repeated])
        tell(self.lake, self.partition, base, rivals.meetings)
        return UpToDate(
            partition=self.partition,
            merged={each.stored.key: receipt.merged[name_of(each.stored)] for each in self.arrivals.rows},
            consumed=self.arrivals.settled,
            early=self.arrivals.early,
            rows=len(base),
            changed=changed,
            restated_by=receipt.restated_by if changed else (),
            is_all=not self.arrivals.left,
        )

    @property
    def _taken_in(self) -> list[str]:
        return [name_of(each.stored) for each in (*self.arrivals.rows, *self.arrivals.news)]
