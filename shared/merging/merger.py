"""The merger: merges incoming objects into their partitions and publishes the results.

The order of writes is: base and roll-ups of every partition, the table versions, the ledger, the event, and last the
deletion of the incoming objects. An interrupted merge is repeated, because its incoming objects still exist.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Literal

from botocore.exceptions import BotoCoreError, ClientError

from shared.lake.merge.pending import MAX_BYTES
from shared.lake.parquet.columns import UnreadableObject
from shared.lake.partition import MergeResult, merge_partition
from shared.lake.rollups.compute import ROLLUPS
from shared.lake.rollups.product_history import HISTORY_TABLES
from shared.lake.storage.paths import IncomingKey, PartitionId
from shared.ledger.entry import UNATTRIBUTED, UNKNOWN_TYPE, DeliveryKind, LedgerEntry, Outcomes
from shared.runtime.errors import TallyError
from shared.runtime.observability import count, logger

if TYPE_CHECKING:
    from shared.lake.catalog.versions import TableVersions
    from shared.lake.merge.key_index import KeyIndex
    from shared.lake.storage.object_store import LakeStore
    from shared.ledger.store import Ledger
    from shared.merging.events import MergeEvents
    from shared.records.schema import DataType
    from shared.runtime.models import Clock

HasTime = Callable[[], bool]
_AT_ONCE = 4


@dataclass(frozen=True, kw_only=True)
class Merger:
    """Merges partitions and updates table versions, ledger and event bus."""

    lake: "LakeStore"
    index: "KeyIndex"
    ledger: "Ledger"
    versions: "TableVersions"
    events: "MergeEvents"
    clock: "Clock"
    most_bytes: int = MAX_BYTES

    def merge(self, partitions: Iterable[PartitionId], has_time: HasTime) -> set[PartitionId]:
        """Merge partitions in parallel while there is time; return those that were not merged.

        A failed partition is logged and does not affect the others. A partition with more pending rows than one pass
        accepts gets another pass after the results of the first are published.
        """
        wanted, left = sorted(set(partitions)), set[PartitionId]()
        while wanted:
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                outcomes = list(pool.map(lambda each: self._try_merge(each, has_time), wanted))
            done = [outcome for outcome in outcomes if isinstance(outcome, MergeResult)]
            left |= {each for each, outcome in zip(wanted, outcomes, strict=True) if outcome is False}
            self._publish(done)
            wanted = [each.partition for each in done if not each.is_complete]
        return left

    def _try_merge(self, partition: PartitionId, has_time: HasTime) -> MergeResult | Literal[False] | None:
        if not has_time():
            return False
        try:
            return merge_partition(self.lake, self.index, partition, self.most_bytes)
        except (ClientError, BotoCoreError, UnreadableObject, TallyError):
            logger().exception("merge failed", extra={"partition": str(partition)})
            count("FailedMerges")
            return False

    def _publish(self, done: Sequence[MergeResult]) -> None:
        changed = [each for each in done if each.changed]
        for table in sorted({name for each in changed for name in dependent_tables(each.partition.data_type)}):
            self.versions.bump(table)
        outcomes, days = _outcomes_by_delivery(done), _restated_days_by_delivery(changed)
        for delivery_id in sorted(outcomes.keys() | {name for name in days if self.ledger.get(name) is not None}):
            self.ledger.update(
                delivery_id,
                partial(self._apply_outcomes, delivery_id, outcomes.get(delivery_id, {}), days.get(delivery_id, set())),
            )
        if changed:
            self.events.publish(changed)
        obsolete = [marker for each in done for marker in each.orphan_markers if self._is_obsolete_marker(marker.key)]
        self.lake.delete([*(stored for each in done for stored in each.consumed), *obsolete])

    def _apply_outcomes(
        self, delivery_id: str, outcomes: Mapping[str, Outcomes], restated: set[str], entry: LedgerEntry | None
    ) -> LedgerEntry:
        current = entry or self._unknown_delivery(delivery_id, outcomes)
        for day, each in outcomes.items():
            if not _is_recorded(current.partitions.get(day), each):
                current = current.with_merged(day, each, self.clock())
        return replace(current, restated=tuple(sorted({*current.restated, *restated})))

    def _is_obsolete_marker(self, key: str) -> bool:
        """Whether a cancellation marker has nothing to cancel; a marker that precedes its rows is kept."""
        name = IncomingKey.parse(key)
        entry = None if name is None else self.ledger.get(name.delivery_id)
        return entry is None or name is None or entry.is_complete or name.ledger_day in entry.partitions

    def _unknown_delivery(self, delivery_id: str, outcomes: Mapping[str, Outcomes]) -> LedgerEntry:
        """Return an entry for rows that are in the lake but not in the ledger; their source is unknown."""
        logger().error("merged rows of a delivery that is not in the ledger", origin=delivery_id)
        count("UnknownDeliveries")
        return LedgerEntry(
            delivery_id=delivery_id,
            kind=DeliveryKind.BATCH,
            source_id=UNATTRIBUTED,
            data_type=UNKNOWN_TYPE,
            received_at=self.clock(),
            received=sum(each.total for each in outcomes.values()),
            written=True,
        )


def dependent_tables(data_type: "DataType") -> tuple[str, ...]:
    """Return the tables that change with a data type: its base, roll-ups and history tables."""
    return (data_type, *ROLLUPS.get(data_type, ()), *HISTORY_TABLES.get(data_type, ()))


def _outcomes_by_delivery(done: Sequence[MergeResult]) -> dict[str, dict[str, Outcomes]]:
    found: defaultdict[str, dict[str, Outcomes]] = defaultdict(dict)
    for each in done:
        for key, counts in each.merged.items():
            name = IncomingKey.parse(key)
            if name is not None:
                found[name.delivery_id][name.ledger_day] = _to_outcomes(counts)
    return found


def _restated_days_by_delivery(done: Sequence[MergeResult]) -> dict[str, set[str]]:
    """Return the days that each delivery restated."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for each in done:
        for delivery_id in each.restated_by:
            found[delivery_id].add(each.partition.day)
    return found


def _is_recorded(recorded: Outcomes | None, outcomes: Outcomes) -> bool:
    """Whether the ledger has the outcomes already: a repeated merge keeps the first ones.

    They are replaced if the delivery has other rows now, or if its rows were cancelled before.
    """
    return recorded is not None and recorded.total == outcomes.total and recorded.cancelled == 0


def _to_outcomes(counts: Mapping[str, int]) -> Outcomes:
    superseded = counts.get("superseded", 0)
    return Outcomes(
        loaded=counts.get("loaded", 0) + superseded,
        duplicate=counts.get("duplicate", 0),
        conflict=counts.get("conflict", 0),
        cancelled=counts.get("cancelled", 0),
        superseded=superseded,
    )
