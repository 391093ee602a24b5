"""From incoming objects to merged partitions: what the merger does for a run of its queue.

The order is: base and roll-ups of every partition, the tables' versions, the ledger, the event, and last the
deletion of the incoming objects. Whatever is cut short is found again, because its incoming object still lies there.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from botocore.exceptions import BotoCoreError, ClientError

from shared.ingestion.entry import UNATTRIBUTED, UNKNOWN_TYPE, Entry, Fates, Kind
from shared.lake.columns import UnreadableObject
from shared.lake.partition import UpToDate, bring_up_to_date
from shared.lake.paths import IncomingKey, PartitionId
from shared.lake.rollups import ROLLUPS
from shared.runtime.errors import TallyError
from shared.runtime.observability import count, logger

if TYPE_CHECKING:
    from shared.ingestion.events import MergeEvents
    from shared.ingestion.ledger import Ledger
    from shared.ingestion.versions import TableVersions
    from shared.lake.store import LakeStore
    from shared.runtime.models import Clock

Spare = Callable[[], bool]
_AT_ONCE = 4


@dataclass(frozen=True, kw_only=True)
class Merger:
    """Merges partitions and tells everyone who has to know."""

    lake: "LakeStore"
    ledger: "Ledger"
    versions: "TableVersions"
    events: "MergeEvents"
    clock: "Clock"

    def merge(self, partitions: Iterable[PartitionId], has_time: Spare) -> set[PartitionId]:
        """Bring partitions up to date, several at once, as long as there is time; return those that were left out.

        A partition that fails is left out and logged, and holds up no other.
        """
        wanted = sorted(set(partitions))
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            outcomes = list(pool.map(lambda each: self._attempt(each, has_time), wanted))
        done = [outcome for outcome in outcomes if isinstance(outcome, UpToDate)]
        left = {each for each, outcome in zip(wanted, outcomes, strict=True) if outcome is False}
        self._tell(done)
        return left

    def _attempt(self, partition: PartitionId, has_time: Spare) -> UpToDate | Literal[False] | None:
        if not has_time():
            return False
        try:
            return bring_up_to_date(self.lake, partition)
        except (ClientError, BotoCoreError, UnreadableObject, TallyError):
            logger().exception("merge failed", extra={"partition": str(partition)})
            count("FailedMerges")
            return False

    def _tell(self, done: Sequence[UpToDate]) -> None:
        if not done:
            return
        for table in sorted({name for each in done for name in _tables(each.partition)}):
            self.versions.raise_version(table)
        for origin, fates in _by_origin(done).items():
            self.ledger.record(origin, partial(self._merged, origin, fates))
        self.events.publish(done)
        self.lake.delete([stored for each in done for stored in each.consumed])

    def _merged(self, origin: str, fates: Mapping[str, Fates], entry: Entry | None) -> Entry:
        stands = entry or self._foundling(origin, fates)
        for day, each in fates.items():
            stands = stands.with_merged(day, each, self.clock())
        return stands

    def _foundling(self, origin: str, fates: Mapping[str, Fates]) -> Entry:
        """Account for rows that somebody put into the lake past the ledger, under no source's name."""
        logger().error("rows of a delivery that the ledger does not know were merged", origin=origin)
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


def _tables(partition: PartitionId) -> tuple[str, ...]:
    return (partition.data_type, *ROLLUPS.get(partition.data_type, ()))


def _by_origin(done: Sequence[UpToDate]) -> dict[str, dict[str, Fates]]:
    found: defaultdict[str, dict[str, Fates]] = defaultdict(dict)
    for each in done:
        for key, counts in each.merged.items():
            name = IncomingKey.parse(key)
            if name is not None:
                found[name.origin][each.partition.day] = _fates(counts)
    return found


def _fates(counts: Mapping[str, int]) -> Fates:
    superseded = counts.get("superseded", 0)
    return Fates(
        loaded=counts.get("loaded", 0) + superseded,
        duplicate=counts.get("duplicate", 0),
        conflict=counts.get("conflict", 0),
        superseded=superseded,
    )
