"""Compares rows that arrived with all that came before: what merges leave undone beyond the identity horizon.

Athena finds the keys that occur more than once, range by range of their hashes. The beaten rows are deleted in one
commit for each range; in the ledger, their deliveries get the outcomes that they would have had at once; their days are
rolled up again. Every step is repeatable: a run completes what the one before it began.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from math import ceil
from typing import TYPE_CHECKING, Any

from shared.athena.sql import EMPTY, Statement, identifier, pinned, sql, table
from shared.lake.catalog.tables import BASE_TABLES
from shared.lake.merge.cycle import MergeResult
from shared.lake.merge.identity import has_present_keys
from shared.lake.merge.record_version import Outcome
from shared.lake.merge.repetitions import SHARED_IDS
from shared.lake.rollups.compute import ROLLUPS
from shared.lake.table.port import CommitConflict
from shared.ledger.entry import LedgerEntry, Outcomes
from shared.runtime.errors import Unavailable
from shared.runtime.retries import retry

if TYPE_CHECKING:
    from shared.lake.catalog.state import TableState
    from shared.lake.catalog.states import TableStates
    from shared.lake.merge.reconciliation import Reconciled, Reconciliation
    from shared.lake.storage.object_store import LakeStore
    from shared.lake.table.port import TableSnapshot, TableStore
    from shared.ledger.store import Ledger
    from shared.merging.events import MergeEvents
    from shared.merging.requests import RollupRequests
    from shared.records.schema import DataType
    from shared.runtime.models import Clock

Query = Callable[[Statement], list[dict[str, Any]]]

MOST_ROWS = 200_000_000
"""Rows that arrived whose keys one query compares with all others; each query reads the keys of the whole table."""

_TRIES = 8
_KEYS = 2**64


@dataclass(frozen=True, kw_only=True)
class Reconciler:
    """Reconciles tables that merges fill under an identity horizon."""

    query: Query
    reconciliation: "Reconciliation"
    lake: "LakeStore"
    tables: "TableStore"
    states: "TableStates"
    ledger: "Ledger"
    rollups: "RollupRequests"
    events: "MergeEvents"
    clock: "Clock"
    most_rows: int = MOST_ROWS

    def run(self, data_type: "DataType", has_time: Callable[[], bool]) -> bool:
        """Compare what arrived since the last run; return whether there was time for all.

        Raises:
            Unavailable: Athena or the table is busy; the next run continues.
            TableUnreadable: the table is damaged.
        """
        self._complete(data_type)
        if not self._has_present_keys(data_type):
            return True  # the next merge hashes them anew; until then nothing can be compared
        begun = self.states.update(data_type, lambda state: state.with_reconciliation_begun())
        if not begun.reconciling:
            return True
        since = datetime.fromisoformat(begun.reconciling)
        files = self.tables.head(BASE_TABLES[data_type]).files
        arrived = sum(each.rows for each in files if each.may_have_arrived(since))
        for condition in hash_ranges(arrived, self.most_rows):
            if not has_time():
                return False
            self._reconcile(data_type, since.replace(tzinfo=UTC), condition)
        self.states.update(data_type, lambda state: state.with_reconciled(begun.sequence))
        return True

    def _reconcile(self, data_type: "DataType", since: datetime, condition: Statement) -> None:
        snapshots = self.states.get(data_type).snapshots
        found = self.query(pinned(repeated_keys(data_type, since, condition), snapshots))
        if not found:
            return
        keys = sorted({int(row["_key"]) for row in found})
        days = sorted({f"{row['day']:%Y-%m-%d}" for row in found}) if "day" in found[0] else None
        for _ in retry(_TRIES):
            published = self.states.get(data_type)
            head = self.tables.head(BASE_TABLES[data_type])
            begun = self.reconciliation.incomplete(head)
            if begun is not None:
                self._record(data_type, begun)
                continue
            try:
                made = self.reconciliation.commit(data_type, head, keys, days, published)
            except CommitConflict:
                continue
            if made is not None:
                self._record(data_type, made)
            return
        raise Unavailable(f"Merges keep writing {data_type}; reconcile it later", retry_after=1)

    def _has_present_keys(self, data_type: "DataType") -> bool:
        """Whether the published rows, which the query reads, are hashed by the present key of their type."""
        published, base = self.states.get(data_type).snapshot, BASE_TABLES[data_type]
        return published is None or has_present_keys(data_type, self.tables.snapshot(base, published))

    def _complete(self, data_type: "DataType") -> None:
        """Record what a run that was interrupted after its commit did not."""
        made = self.reconciliation.incomplete(self.tables.head(BASE_TABLES[data_type]))
        if made is not None:
            self._record(data_type, made)

    def _record(self, data_type: "DataType", made: "Reconciled") -> None:
        """Publish a commit, and delete its plan last."""
        snapshot, days = made.snapshot, tuple(made.plan.days)
        if snapshot is not None:
            self.states.update(data_type, partial(_with_reconciliation, snapshot, days, self.clock()))
        part = f"reconciled-{made.key.rpartition('/')[2].removesuffix('.json')}"
        self.ledger.update_known(
            {each: partial(_moved, part, outcomes, self.clock) for each, outcomes in made.plan.moves.items()}
        )
        if data_type in ROLLUPS:
            self.rollups.request(data_type)
        if snapshot is not None:
            self.events.publish(MergeResult(data_type=data_type, snapshot=snapshot, days=days))
        self.lake.delete_any_version(made.key)


def _with_reconciliation(
    snapshot: "TableSnapshot", days: Sequence[str], at: datetime, state: "TableState"
) -> "TableState":
    changed = state.with_commit(snapshot.id or 0, snapshot.sequence, days)
    return changed.with_commit_time(at) if days and state.name in ROLLUPS else changed


def _moved(part: str, outcomes: Mapping[str, int], clock: "Clock", entry: LedgerEntry) -> LedgerEntry:
    """Move rows from loaded to other outcomes, once; never more than are loaded."""
    if part in entry.parts:
        return entry
    duplicate = min(outcomes.get(Outcome.DUPLICATE, 0), entry.outcomes.loaded)
    conflict = min(outcomes.get(Outcome.CONFLICT, 0), entry.outcomes.loaded - duplicate)
    moved = Outcomes(
        loaded=-duplicate - conflict,
        duplicate=duplicate,
        conflict=conflict,
        superseded=outcomes.get(Outcome.SUPERSEDED, 0),
        shared_ids=outcomes.get(SHARED_IDS, 0),
    )
    return entry.with_merged(part, moved, clock())


def repeated_keys(data_type: "DataType", since: datetime, condition: Statement) -> Statement:
    """Return the query of keys that occur more than once, one of them since a moment, with the days of their rows."""
    base = BASE_TABLES[data_type]
    time = base.time_column
    return sql(
        """
        SELECT DISTINCT _key{moment}
        FROM (
            SELECT held._key AS _key{held_moment},
                count(*) OVER (PARTITION BY held._key, held._key2) AS times
            FROM {table} AS held
            JOIN (
                SELECT DISTINCT _key, _key2
                FROM {table} AS arrived
                WHERE ingested_at >= :since{condition}
            ) AS arrived
            ON held._key = arrived._key AND held._key2 = arrived._key2
        ) AS found
        WHERE times > 1
        """,
        table=table(base.name),
        moment=EMPTY if time is None else sql(", CAST(moment AS date) AS day"),
        held_moment=EMPTY if time is None else sql(", held.{time} AS moment", time=identifier(time)),
        since=since,
        condition=condition,
    )


def hash_ranges(rows: int, most_rows: int) -> Iterable[Statement]:
    """Return conditions that divide the hashes of keys into ranges with about so many rows each."""
    size = max(1, ceil(rows / most_rows))
    limits: Sequence[int] = [_KEYS * number // size - _KEYS // 2 for number in range(1, size)]
    lows = [EMPTY, *(sql(" AND _key >= :low", low=limit) for limit in limits)]
    highs = [*(sql(" AND _key < :high", high=limit) for limit in limits), EMPTY]
    return [sql("{low}{high}", low=low, high=high) for low, high in zip(lows, highs, strict=True)]
