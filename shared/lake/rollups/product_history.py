"""The history of product costs (a slowly changing dimension): the base of products keeps only the newest versions.

`product_versions` has every version that was ever merged, and only grows; `product_costs` is derived from it, and its
summary names the snapshot from which. A process may crash between the two commits: the next one derives the costs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from shared.lake.catalog.rollup_tables import PRODUCT_COSTS, PRODUCT_VERSIONS
from shared.lake.rollups.products import VERSIONS, cost_intervals, intraday_change_days, next_versions
from shared.lake.table.port import CommitConflict, TableChange
from shared.runtime.errors import Unavailable
from shared.runtime.retries import retry

if TYPE_CHECKING:
    from shared.lake.catalog.table import LakeTable
    from shared.lake.table.port import TableSnapshot, TableStore

DERIVED_FROM = "tally.versions"
"""The key in the summary of `product_costs` of the snapshot of `product_versions` from which they are derived."""

HISTORY_TABLES = (PRODUCT_VERSIONS, PRODUCT_COSTS)
"""The tables that are published with the state of products."""

_TRIES = 8


@dataclass(frozen=True)
class HistoryState:
    """The snapshots of the history tables, which agree with each other, and the days with an intraday cost change.

    Publish them together: readers of these costs read sales of those days line by line.
    """

    snapshots: Mapping[str, int]
    cost_days: tuple[str, ...]


@dataclass(frozen=True)
class _Versions:
    """All versions at a snapshot."""

    snapshot: "TableSnapshot"
    rows: pa.Table


@dataclass(frozen=True)
class ProductHistory:
    """Adds versions to the history of products."""

    tables: "TableStore"

    def append(self, arrived: Sequence[pa.Table]) -> HistoryState:
        """Add the versions in these deliveries, and derive the costs from all versions.

        It may be repeated: known versions change nothing. So add the rows of every delivery that has not been removed
        from the incoming prefix, whether or not an earlier run merged it.

        Args:
            arrived: products as delivered, before the versions of one product are settled; rows in their order.

        Raises:
            Unavailable: other processes kept changing the history.
        """
        versions = self._append_versions(arrived)
        for _ in retry(_TRIES):
            # The costs' snapshot is read before the versions: the versions are then at least as new as those from
            # which it is derived, so costs are never replaced by older ones.
            current, versions = self.tables.head(PRODUCT_COSTS), self._read(versions)
            costs = cost_intervals(versions.rows)
            try:
                current = self._derive(current, versions, costs)
            except CommitConflict:
                continue
            snapshots = {PRODUCT_VERSIONS.name: versions.snapshot.id, PRODUCT_COSTS.name: current.id}
            known = {name: snapshot for name, snapshot in snapshots.items() if snapshot is not None}
            return HistoryState(known, tuple(sorted(intraday_change_days(costs))))
        raise _busy()

    def _append_versions(self, arrived: Sequence[pa.Table]) -> _Versions:
        for _ in retry(_TRIES):
            known = self._read()
            versions = next_versions(known.rows, arrived)
            if versions is None:
                return known
            try:
                return _Versions(self._replace(PRODUCT_VERSIONS, known.snapshot, versions), versions)
            except CommitConflict:
                continue
        raise _busy()

    def _read(self, known: _Versions | None = None) -> _Versions:
        """Return the current versions, which are read unless they are the known ones."""
        head = self.tables.head(PRODUCT_VERSIONS)
        if known is not None and known.snapshot.id == head.id:
            return known
        return _Versions(head, self.tables.rows(PRODUCT_VERSIONS, head, VERSIONS.names).select(VERSIONS.names))

    def _derive(self, current: "TableSnapshot", versions: _Versions, costs: pa.Table) -> "TableSnapshot":
        """Replace the costs unless they are derived from these versions, or there are none."""
        source = str(versions.snapshot.id)
        if versions.snapshot.id is None or current.summary.get(DERIVED_FROM) == source:
            return current
        return self._replace(PRODUCT_COSTS, current, costs, {DERIVED_FROM: source})

    def _replace(
        self, table: "LakeTable", parent: "TableSnapshot", rows: pa.Table, summary: Mapping[str, str] | None = None
    ) -> "TableSnapshot":
        dropped = frozenset(each.path for each in parent.files)
        return self.tables.commit(table, parent, TableChange(rows=rows, dropped=dropped, summary=summary or {}))


def _busy() -> Unavailable:
    return Unavailable("The history of products is being changed by another process; retry later", retry_after=1)
