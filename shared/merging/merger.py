"""From incoming objects to merged partitions: what the merger does for a run of its queue.

The order is: base and roll-ups of every partition, the tables' versions, the ledger, the event, and last the
deletion of the incoming objects. Whatever is cut short is found again, because its incoming object still lies there.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Literal

from botocore.exceptions import BotoCoreError, ClientError

from shared.lake.merge.pending import MOST_BYTES
from shared.lake.parquet.columns import UnreadableObject
from shared.lake.partition import UpToDate, bring_up_to_date
from shared.lake.rollups.compute import ROLLUPS
from shared.lake.rollups.product_history import HISTORIES
from shared.lake.storage.paths import IncomingKey, PartitionId
from shared.ledger.entry import UNATTRIBUTED, UNKNOWN_TYPE, Entry, Fates, Kind
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

Spare = Callable[[], bool]
_AT_ONCE = 4


@dataclass(frozen=True, kw_only=True)
class Merger:
    """Merges partitions and tells everyone who has to know."""

    lake: "LakeStore"
    index: "KeyIndex"
    ledger: "Ledger"
    versions: "TableVersions"
    events: "MergeEvents"
    clock: "Clock"
    most_bytes: int = MOST_BYTES

    def merge(self, partitions: Iterable[PartitionId], has_time: Spare) -> set[PartitionId]:
        """Bring partitions up to date, several at once, as long as there is time; return those that were left out.

        A partition that fails is left out and logged, and holds up no other. One for which more waits than a pass
        takes in gets another pass, once everyone is told of the last.
        """
        wanted, left = sorted(set(partitions)), set[PartitionId]()
        while wanted:
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                outcomes = list(pool.map(lambda each: self._attempt(each, has_time), wanted))
            done = [outcome for outcome in outcomes if isinstance(outcome, UpToDate)]
            left |= {each for each, outcome in zip(wanted, outcomes, strict=True) if outcome is False}
            self._tell(done)
            wanted = [each.partition for each in done if not each.is_all]
        return left

    def _attempt(self, partition: PartitionId, has_time: Spare) -> UpToDate | Literal[False] | None:
        if not has_time():
            return False
        try:
            return bring_up_to_date(self.lake, self.index, partition, self.most_bytes)
        except (ClientError, BotoCoreError, UnreadableObject, TallyError):
            logger().exception("merge failed", extra={"partition": str(partition)})
            count("FailedMerges")
            return False

    def _tell(self, done: Sequence[UpToDate]) -> None:
        changed = [each for each in done if each.changed]
        for table in sorted({name for each in changed for name in tables_of(each.partition.data_type)}):
            self.versions.raise_version(table)
        fates, days = _fates_by_origin(done), _days_by_origin(changed)
        for origin in sorted(fates.keys() | {name for name in days if self.ledger.get(name) is not None}):
            self.ledger.record(origin, partial(self._merged, origin, fates.get(origin, {}), days.get(origin, set())))
        if changed:
            self.events.publish(changed)
        moot = [marker for each in done for marker in each.early if self._is_moot(marker.key)]
        self.lake.delete([*(stored for each in done for stored in each.consumed), *moot])

    def _merged(self, origin: str, fates: Mapping[str, Fates], restated: set[str], entry: Entry | None) -> Entry:
        stands = entry or self._foundling(origin, fates)
        for day, each in fates.items():
            if not _is_known(stands.partitions.get(day), each):
                stands = stands.with_merged(day, each, self.clock())
        return replace(stands, restated=tuple(sorted({*stands.restated, *restated})))

    def _is_moot(self, key: str) -> bool:
        """Whether a marker has nothing left to cancel; one that came before its rows waits for them."""
        name = IncomingKey.parse(key)
        entry = None if name is None else self.ledger.get(name.origin)
        return entry is None or name is None or entry.is_complete or name.ledger_day in entry.partitions

    def _foundling(self, origin: str, fates: Mapping[str, Fates]) -> Entry:
        """Account for rows that somebody put into the lake past the ledger, under no source's name."""
        logger().error("merged rows of a delivery that is not in the ledger", origin=origin)
        count("UnknownDeliveries")
        return Entry(
            origin=origin,
            kind=Kind.BATCH,
            source_id=UNATTRIBUTED,
            data_type=UNKNOWN_TYPE,
            received_at=self.clock(),
            received=sum(each.total for each in fates.values()),
            written=True,
        )


def tables_of(data_type: "DataType") -> tuple[str, ...]:
    """Every table whose rows change with those of a type."""
    return (data_type, *ROLLUPS.get(data_type, ()), *HISTORIES.get(data_type, ()))


def _fates_by_origin(done: Sequence[UpToDate]) -> dict[str, dict[str, Fates]]:
    found: defaultdict[str, dict[str, Fates]] = defaultdict(dict)
    for each in done:
        for key, counts in each.merged.items():
            name = IncomingKey.parse(key)
            if name is not None:
                found[name.origin][name.ledger_day] = _fates(counts)
    return found


def _days_by_origin(done: Sequence[UpToDate]) -> dict[str, set[str]]:
    """The days that each delivery restated."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for each in done:
        for origin in each.restated_by:
            found[origin].add(each.partition.day)
    return found


def _is_known(told: Fates | None, now: Fates) -> bool:
    """Whether rows have met their fates before: a delivery that is repeated keeps those that it had.

    Not so if it has other rows now, or if those that were cancelled came again and were not.
    """
    return told is not None and told.total == now.total and told.cancelled == 0


def _fates(counts: Mapping[str, int]) -> Fates:
    superseded = counts.get("superseded", 0)
    return Fates(
        loaded=counts.get("loaded", 0) + superseded,
        duplicate=counts.get("duplicate", 0),
        conflict=counts.get("conflict", 0),
        cancelled=counts.get("cancelled", 0),
        superseded=superseded,
    )
