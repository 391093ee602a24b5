"""The merger: merges incoming objects into their tables and publishes the results.

The order of writes is: the snapshot, the state of the table, the ledger, the roll-up request, the event, and last the
deletion of the incoming objects. An interrupted merge is repeated, because its incoming objects still exist.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from shared.lake.merge.pending import CANCELLED
from shared.lake.merge.record_version import Outcome
from shared.lake.rollups.compute import ROLLUPS, TO_ROLL_UP
from shared.lake.storage.paths import IncomingKey
from shared.lake.table.port import TableUnreadable
from shared.ledger.entry import UNATTRIBUTED, UNKNOWN_TYPE, DeliveryKind, LedgerEntry, Outcomes
from shared.records.schemas import SCHEMAS
from shared.runtime.errors import TallyError
from shared.runtime.observability import count, logger

if TYPE_CHECKING:
    from datetime import datetime

    from shared.decisions.index import DecisionIndex
    from shared.lake.catalog.state import TableState
    from shared.lake.catalog.states import TableStates
    from shared.lake.merge.cycle import MergeCycle, MergeResult
    from shared.lake.merge.receipt import ObjectReceipt
    from shared.lake.merge.relocation import Relocation
    from shared.lake.storage.object_store import LakeStore, ObjectName
    from shared.ledger.store import Ledger
    from shared.merging.events import MergeEvents
    from shared.merging.migration import Migration
    from shared.merging.requests import RollupRequests
    from shared.records.schema import DataType
    from shared.runtime.models import Clock

HasTime = Callable[[], bool]
_AT_ONCE = 4
_MOST_MOVED = 10_000


@dataclass(frozen=True, kw_only=True)
class Merger:
    """Merges data types and updates table states, ledger and event bus."""

    lake: "LakeStore"
    migration: "Migration"
    cycle: "MergeCycle"
    relocation: "Relocation"
    decisions: "DecisionIndex"
    states: "TableStates"
    ledger: "Ledger"
    rollups: "RollupRequests"
    events: "MergeEvents"
    clock: "Clock"

    def merge(self, data_types: "Iterable[DataType]", has_time: HasTime) -> "set[DataType]":
        """Merge data types in parallel while there is time; return those that are not complete.

        A failure is logged and does not affect other data types. A data type with more pending rows than one pass
        accepts gets another pass after the results of the first are published.
        """
        wanted = sorted(set(data_types))
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            done = list(pool.map(lambda each: self._merge_all(each, has_time), wanted))
        return {each for each, is_done in zip(wanted, done, strict=True) if not is_done}

    def _merge_all(self, data_type: "DataType", has_time: HasTime) -> bool:
        try:
            # Rows of the former format first: outcomes of deliveries depend on the rows that are there.
            if not self.migration.run(data_type, has_time):
                return False
            self._follow_decisions(data_type, has_time)
            while has_time():
                result = self.cycle.run(data_type, self.states.get(data_type))
                if result is None:
                    return True
                self._publish(result)
                if result.is_complete:
                    return True
        except (ClientError, BotoCoreError, ConnectionError, TableUnreadable, TallyError):
            logger().exception("merge failed", extra={"data_type": data_type})
            count("FailedMerges")
        return False

    def _follow_decisions(self, data_type: "DataType", has_time: HasTime) -> None:
        """Move rows to the days of their decisions where these have moved; only then are the decisions done with."""
        if SCHEMAS[data_type].event_time_from is None:
            return
        if self.relocation.is_needed(data_type):
            self._publish(self.relocation.run(data_type, None, self.states.get(data_type)))
        while has_time():
            moved = list(islice(self.decisions.moved(), _MOST_MOVED))
            if moved:
                references = {each.decision_id for each in moved}
                self._publish(self.relocation.run(data_type, references, self.states.get(data_type)))
                self.decisions.clear_moved(moved)
            if len(moved) < _MOST_MOVED:
                return

    def _publish(self, result: "MergeResult") -> None:
        if result.snapshot.id is not None:
            self.states.update(result.data_type, partial(_with_merge, result, self.clock()))
        receipts = _receipts_by_delivery(result)
        self.ledger.update_many(
            {
                each: partial(self._apply_receipts, each, receipts.get(each, {}), set(result.restated.get(each, ())))
                for each in sorted(receipts.keys() | result.restated.keys())
            }
        )
        self._record_superseded(result.data_type, result.superseded)
        if result.days or result.history is not None:  # an old version of a product changes what was, not what is
            for dependent in TO_ROLL_UP.get(result.data_type, ()):
                self.rollups.request(dependent)
        if result.days:
            self.events.publish(result)
        elif receipts:
            self.events.publish_counted(result.data_type)
        self.lake.delete([*result.consumed, *self._obsolete(result.orphan_markers)])

    def _apply_receipts(
        self, delivery_id: str, receipts: "Mapping[str, ObjectReceipt]", restated: set[str], entry: LedgerEntry | None
    ) -> LedgerEntry:
        outcomes = {part: _to_outcomes(each) for part, each in receipts.items()}
        current = entry or self._unknown_delivery(delivery_id, outcomes)
        for part, each in outcomes.items():
            if not _is_recorded(current.parts.get(part), each):
                current = current.with_merged(part, each, self.clock(), samples=receipts[part].samples)
        return replace(current, restated=tuple(sorted({*current.restated, *restated})))

    def _record_superseded(self, data_type: "DataType", superseded: Mapping[str, Mapping[int, int]]) -> None:
        """Count the replaced rows of each delivery.

        A pass can replace one row each of very many deliveries. Those that a run before a crash has counted are read,
        a hundred at a time, but not written: every repetition gets further.
        """

        def record(rows: Mapping[int, int], entry: LedgerEntry) -> LedgerEntry:
            return entry.with_superseded(data_type, rows)

        self.ledger.update_known({delivery_id: partial(record, rows) for delivery_id, rows in superseded.items()})

    def _obsolete(self, markers: "Sequence[ObjectName]") -> "list[ObjectName]":
        """Return cancellation markers that have nothing to cancel; those that precede their rows are kept.

        Each pass looks at some of them, at random: those that are kept must not hide others.
        """
        some = random.sample(markers, min(len(markers), self.cycle.limits.markers))  # no secret
        names = {each: name for each in some if (name := IncomingKey.parse(each.key)) is not None}
        entries = self.ledger.get_many({name.delivery_id for name in names.values()})
        return [each for each, name in names.items() if _is_obsolete(name, entries.get(name.delivery_id))]

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


def _is_obsolete(marker: IncomingKey, entry: LedgerEntry | None) -> bool:
    return entry is None or entry.is_complete or marker.part in entry.parts


def _with_merge(result: "MergeResult", at: "datetime", state: "TableState") -> "TableState":
    """Record a merge; the history of products is published with it, so that both are of one moment."""
    snapshot = result.snapshot
    first_hours = result.first_hours if result.data_type in ROLLUPS else {}
    changed = state.with_arrivals(result.arrived)
    changed = changed.with_commit(snapshot.id or 0, snapshot.sequence, result.days, first_hours)
    if result.days and result.data_type in ROLLUPS:
        changed = changed.with_commit_time(at)
    if result.history is None:
        return changed
    return changed.with_derived(result.history.snapshots, snapshot.sequence, result.history.cost_days)


def _receipts_by_delivery(result: "MergeResult") -> "dict[str, dict[str, ObjectReceipt]]":
    """Return the receipts of the objects of each delivery, by part."""
    found: defaultdict[str, dict[str, ObjectReceipt]] = defaultdict(dict)
    for key, receipt in result.merged.items():
        name = IncomingKey.parse(key)
        if name is not None:
            found[name.delivery_id][name.part] = receipt
    return found


def _is_recorded(recorded: Outcomes | None, outcomes: Outcomes) -> bool:
    """Whether the ledger has the outcomes already: a repeated merge keeps the first ones.

    They are replaced if the delivery has other rows now, or if its rows were cancelled before.
    """
    return recorded is not None and recorded.total == outcomes.total and recorded.cancelled == 0


def _to_outcomes(receipt: "ObjectReceipt") -> Outcomes:
    counts = receipt.outcomes
    superseded = counts.get(Outcome.SUPERSEDED, 0)
    return Outcomes(
        loaded=counts.get(Outcome.LOADED, 0) + superseded,
        duplicate=counts.get(Outcome.DUPLICATE, 0),
        conflict=counts.get(Outcome.CONFLICT, 0),
        cancelled=counts.get(CANCELLED, 0),
        superseded=superseded + receipt.also_superseded,
        shared_ids=receipt.shared_ids,
    )
