"""Product versions and the intervals of costs and categories derived from them (SCD type 2)."""

from collections.abc import Sequence
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.catalog.rollup_tables import PRODUCT_CATEGORIES, PRODUCT_COSTS, PRODUCT_VERSIONS
from shared.lake.parquet.columns import MOMENT
from shared.lake.rollups.group_by import DictionaryEncoded
from shared.lake.rollups.schema import conform, schema_of
from shared.lake.storage.stream_position import sort_key
from shared.records.value_schemas import EARLIEST

VERSIONS = schema_of(PRODUCT_VERSIONS)
OPEN_END = datetime(9999, 12, 31)  # noqa: DTZ001 # as the lake's times are: UTC without saying so


def next_versions(known: pa.Table, arrived: Sequence[pa.Table]) -> pa.Table | None:
    """Add the versions that arrived to the known ones, ordered by product and time; None if none of them is new."""
    before, after = _union([known]), _union([known, *arrived])
    return None if after.equals(before) else after


def _union(tables: Sequence[pa.Table]) -> pa.Table:
    """Return each version of several tables once; of equal product and time, the one with the highest rank.

    The rank is that of merges: the latest delivery, and within a delivery the later row. So neither repetition nor
    order of the tables matters, as long as the rows of a delivery keep their order.
    """
    rows = pa.concat_tables([VERSIONS.empty_table(), *(each.select(VERSIONS.names).cast(VERSIONS) for each in tables)])
    numbered = DictionaryEncoded(rows.append_column("_stood", _delivery_order(rows["_origin"])))
    order = pc.sort_indices(
        numbered.composite_key(["product_id", "updated_at", "ingested_at", "_stood"])
    )  # it is stable
    versions = numbered.composite_key(["product_id", "updated_at"]).take(order)
    return rows.take(order.filter(_ends(versions))).combine_chunks()


def _delivery_order(delivery_ids: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the rank of each delivery among those received at the same time."""
    distinct = sorted(pc.unique(delivery_ids).to_pylist(), key=lambda delivery_id: (sort_key(delivery_id), delivery_id))
    return pc.index_in(delivery_ids, value_set=pa.array(distinct, pa.string()))


def cost_intervals(versions: pa.Table) -> pa.Table:
    """Return the cost of each product by validity interval; names are those of the last version of the interval.

    Args:
        versions: all versions, each product and time once, in any order.
    """
    return conform(_intervals(versions, ("cost", "currency")), PRODUCT_COSTS)


def category_intervals(versions: pa.Table) -> pa.Table:
    """Return the category of each product by validity interval; the first one begins before any record.

    Args:
        versions: all versions, each product and time once, in any order.
    """
    found = _intervals(versions, ("category",))
    is_first = _starts(DictionaryEncoded(found).codes("product_id"))
    since = pc.if_else(is_first, pa.scalar(EARLIEST.replace(tzinfo=None), MOMENT), found["valid_from"])
    return conform(found.set_column(found.column_names.index("valid_from"), "valid_from", since), PRODUCT_CATEGORIES)


def _intervals(versions: pa.Table, names: Sequence[str]) -> pa.Table:
    """Return the last of consecutive versions with equal values of columns; add `valid_from` and `valid_before`."""
    versions = versions.take(pc.sort_indices(DictionaryEncoded(versions).composite_key(["product_id", "updated_at"])))
    numbered = DictionaryEncoded(versions)
    states = numbered.composite_key(["product_id", *names])
    starts, ends = _starts(states), _ends(states)
    since = versions["updated_at"].filter(starts).combine_chunks()
    is_newest = _ends(numbered.codes("product_id").filter(starts))
    for_ever = pa.scalar(OPEN_END, MOMENT)
    until = pa.concat_arrays([since[1:], pa.array([OPEN_END] if len(since) else [], MOMENT)])
    found = versions.filter(ends).append_column("valid_from", since)
    return found.append_column("valid_before", pc.if_else(is_newest, for_ever, until))


def intraday_change_days(costs: pa.Table) -> set[str]:
    """Return the UTC days within which a cost changed; changes at midnight do not count."""
    since = costs["valid_from"]
    within = since.filter(pc.not_equal(since, pc.floor_temporal(since, unit="day")))
    return {day.isoformat() for day in pc.unique(within.cast(pa.date32(), safe=False)).to_pylist()}


def _starts(numbers: pa.Array) -> pa.Array:
    """Return whether each row differs from the one before it."""
    first = pa.array([True] if len(numbers) else [], pa.bool_())
    return pa.concat_arrays([first, pc.not_equal(numbers[1:], numbers[:-1])])


def _ends(numbers: pa.Array) -> pa.Array:
    """Return whether each row differs from the one after it."""
    last = pa.array([True] if len(numbers) else [], pa.bool_())
    return pa.concat_arrays([pc.not_equal(numbers[1:], numbers[:-1]), last])
