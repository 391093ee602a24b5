"""Brings the categories of the catalogue to the roll-ups of sales, and restates the days that they change.

A sale line without a category has that of its product version at the sale. Versions arrive at any time and for any
time, so roll-ups are computed with, and queries of lines read, one published snapshot of `product_categories`. It is
published together with the days on which a line gets another category by it; these are dirty until the roll-up job
has computed them. So roll-ups and lines agree at every moment.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.catalog.rollup_tables import PRODUCT_CATEGORIES, PRODUCT_VERSIONS, SALES_DAILY_BY_PRODUCT
from shared.lake.rollups.products import VERSIONS, category_intervals
from shared.lake.rollups.sale_lines import NO_CATEGORIES, with_catalogue_categories
from shared.lake.table.port import CommitConflict, TableChange
from shared.lake.table.schema import MONTH
from shared.records.schema import DataType
from shared.runtime.errors import Unavailable
from shared.runtime.retries import retry

if TYPE_CHECKING:
    from shared.lake.catalog.state import TableState
    from shared.lake.catalog.states import TableStates
    from shared.lake.table.port import TableStore

CATALOGUE = "tally.catalogue"
"""The key in a summary of the sequence number of the products whose categories a table has."""

_TRIES = 5


@dataclass(frozen=True)
class SaleCategories:
    """Publishes the categories of products for sale lines."""

    tables: "TableStore"
    states: "TableStates"

    def refresh(self) -> None:
        """Publish the current categories, with the days that they change, unless they are published.

        Raises:
            Unavailable: other processes kept publishing roll-ups of sales or categories.
        """
        for _ in retry(_TRIES):
            products, sales = self._states()
            if PRODUCT_VERSIONS.name not in products.derived or products.rolled_up <= sales.catalogue:
                return
            try:
                self._publish(products, sales)
            except CommitConflict:
                continue
            return
        raise Unavailable("The categories of products are being published by another process", retry_after=1)

    def joined(self, state: "TableState", _: Sequence[str]) -> Callable[[pa.Table], pa.Table]:
        """Return what adds the categories that are published with a state to sale lines."""
        categories = self.read(state)
        return lambda lines: with_catalogue_categories(lines, categories)

    def read(self, sales: "TableState") -> pa.Table:
        """Return the categories that are published with a state of sales."""
        if PRODUCT_CATEGORIES.name not in sales.derived:
            return NO_CATEGORIES
        snapshot = self.tables.snapshot(PRODUCT_CATEGORIES, sales.derived[PRODUCT_CATEGORIES.name])
        names = NO_CATEGORIES.column_names
        return self.tables.rows(PRODUCT_CATEGORIES, snapshot, names).select(names)

    def _states(self) -> "tuple[TableState, TableState]":
        found = self.states.get_many([DataType.PRODUCTS, DataType.TRANSACTIONS])
        return found[DataType.PRODUCTS], found[DataType.TRANSACTIONS]

    def _publish(self, products: "TableState", sales: "TableState") -> None:
        before, after = self.read(sales), self._derive(products)
        days = self._restated_days(sales, changes(before, after))
        snapshots = {}
        if not after.equals(before):
            snapshots[PRODUCT_CATEGORIES.name] = self._replace(sales, after, products.rolled_up)
        self._record(sales, snapshots, products.rolled_up, days)

    def _derive(self, products: "TableState") -> pa.Table:
        snapshot = self.tables.snapshot(PRODUCT_VERSIONS, products.derived[PRODUCT_VERSIONS.name])
        return category_intervals(self.tables.rows(PRODUCT_VERSIONS, snapshot, VERSIONS.names).select(VERSIONS.names))

    def _replace(self, sales: "TableState", rows: pa.Table, catalogue: int) -> int:
        """Replace the table; return its snapshot.

        Raises:
            CommitConflict: it is derived from newer products.
        """
        head = self.tables.head(PRODUCT_CATEGORIES)
        if int(head.summary.get(CATALOGUE, 0)) > catalogue:
            raise CommitConflict("newer categories are being published")
        change = TableChange(
            rows=rows,
            dropped=frozenset(each.path for each in head.files),
            summary={CATALOGUE: str(catalogue)},
            keep=frozenset(sales.snapshots.values()),
        )
        made = self.tables.commit(PRODUCT_CATEGORIES, head, change)
        if made.id is None:
            raise CommitConflict(f"{PRODUCT_CATEGORIES.name} has no snapshot after a commit")
        return made.id

    def _record(self, seen: "TableState", snapshots: dict[str, int], catalogue: int, days: Sequence[str]) -> None:
        def change(current: "TableState") -> "TableState":
            if current.derived != seen.derived:  # these roll-ups may have further days to restate
                raise CommitConflict("other roll-ups of sales have been published")
            return current.with_catalogue(snapshots, catalogue, days)

        self.states.update(DataType.TRANSACTIONS, change)

    def _restated_days(self, sales: "TableState", changed: pa.Table) -> Sequence[str]:
        """Return the days on which lines without a category of their own may get another one."""
        rollup = SALES_DAILY_BY_PRODUCT
        if rollup.name not in sales.derived or not len(changed):
            return ()  # all days are dirty anyway, or none is affected
        snapshot = self.tables.snapshot(rollup, sales.derived[rollup.name])
        since = changed["since"].cast(pa.date32(), safe=False).cast(pa.string())
        found: set[str] = set()
        for first, last in _months(sorted(sales.days), pc.min(since).as_py()):
            names = ["dt", "product_id", "uncategorised_lines"]
            rows = self.tables.rows(rollup, snapshot, names, ranges=[(first, last)]).select(names)
            rows = rows.filter(pc.greater(rows["uncategorised_lines"], 0))
            place = pc.index_in(rows["product_id"], value_set=changed["product_id"].combine_chunks())
            is_later = pc.greater_equal(rows["dt"], since.take(place))
            found.update(pc.unique(rows["dt"].filter(is_later)).to_pylist())
        return sorted(found)


def changes(before: pa.Table, after: pa.Table) -> pa.Table:
    """Return each product whose category changed, and the first moment from which it may be another one."""
    starts = pa.concat_tables([before, after]).select(["product_id", "valid_from", "category"])
    counts = starts.group_by(starts.column_names).aggregate([([], "count_all")])
    changed = counts.filter(pc.equal(counts["count_all"], 1))
    since = changed.group_by("product_id").aggregate([("valid_from", "min")])
    return since.select(["product_id", "valid_from_min"]).rename_columns(["product_id", "since"])


def _months(days: Sequence[str], since: str) -> Iterator[tuple[str, str]]:
    """Yield the first and the last day with data of each month from a day on."""
    for _, month in groupby((day for day in days if day >= since), key=lambda day: day[:MONTH]):
        names = list(month)
        yield names[0], names[-1]
