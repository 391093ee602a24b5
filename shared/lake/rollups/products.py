"""What the versions of products are made into: one history of all that came, and what each product cost when."""

from collections.abc import Sequence
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.catalog.rollup_tables import PRODUCT_COSTS, PRODUCT_VERSIONS
from shared.lake.parquet.columns import MOMENT
from shared.lake.rollups.group_by import Numbered
from shared.lake.rollups.schema import in_shape, schema_of
from shared.lake.storage.stream_position import stood

VERSIONS = schema_of(PRODUCT_VERSIONS)
FOR_EVER = datetime(9999, 12, 31)  # noqa: DTZ001 # as the lake's times are: UTC without saying so


def united(tables: Sequence[pa.Table]) -> pa.Table:
    """Every version in any of several tables once; of those of one product and time the one that ranks highest.

    Ranks are those of merges: the version delivered last, within a delivery the later line. So it matters neither how
    often a table is united nor which is first, as long as the lines of one delivery keep their order.
    """
    rows = pa.concat_tables([VERSIONS.empty_table(), *(each.select(VERSIONS.names).cast(VERSIONS) for each in tables)])
    numbered = Numbered(rows.append_column("_stood", _stood(rows["_origin"])))
    order = pc.sort_indices(numbered.packed(["product_id", "updated_at", "ingested_at", "_stood"]))  # it is stable
    versions = numbered.packed(["product_id", "updated_at"]).take(order)
    return rows.take(order.filter(_ends(versions))).combine_chunks()


def _stood(origins: pa.ChunkedArray) -> pa.ChunkedArray:
    """Each delivery's place among those of one moment."""
    distinct = sorted(pc.unique(origins).to_pylist(), key=lambda origin: (stood(origin), origin))
    return pc.index_in(origins, value_set=pa.array(distinct, pa.string()))


def costs_of(versions: pa.Table) -> pa.Table:
    """Tell what each product cost when; names are those of the last version of that cost.

    Args:
        versions: every version, those of one product behind each other in the order of their times.
    """
    numbered = Numbered(versions)
    told = numbered.packed(["product_id", "cost", "currency"])
    starts, ends = _starts(told), _ends(told)
    since = versions["updated_at"].filter(starts).combine_chunks()
    is_newest = _ends(numbered.numbers("product_id").filter(starts))
    for_ever = pa.scalar(FOR_EVER, MOMENT)
    until = pa.concat_arrays([since[1:], pa.array([FOR_EVER] if len(since) else [], MOMENT)])
    costs = versions.filter(ends).append_column("valid_from", since)
    return in_shape(costs.append_column("valid_before", pc.if_else(is_newest, for_ever, until)), PRODUCT_COSTS)


def days_of(costs: pa.Table) -> set[str]:
    """The UTC days within which some cost changed: not those at whose very start it did."""
    since = costs["valid_from"]
    within = since.filter(pc.not_equal(since, pc.floor_temporal(since, unit="day")))
    return {day.isoformat() for day in pc.unique(within.cast(pa.date32(), safe=False)).to_pylist()}


def _starts(numbers: pa.Array) -> pa.Array:
    """Which rows differ from the one before them."""
    first = pa.array([True] if len(numbers) else [], pa.bool_())
    return pa.concat_arrays([first, pc.not_equal(numbers[1:], numbers[:-1])])


def _ends(numbers: pa.Array) -> pa.Array:
    """Which rows differ from the one behind them."""
    last = pa.array([True] if len(numbers) else [], pa.bool_())
    return pa.concat_arrays([pc.not_equal(numbers[1:], numbers[:-1]), last])
