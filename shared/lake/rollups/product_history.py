"""The history of product costs (a slowly changing dimension): the base of products keeps only the newest versions.

`product_versions` has every version that was ever merged, and only grows. The tables derived from it, `product_costs`
and the days of cost changes, are replaced only by newer ones. A process may crash after any write: its rows are still
in the incoming prefix, and the next merge adds them again.
"""

from collections.abc import Sequence

import pyarrow as pa

from shared.lake.catalog.rollup_tables import PRODUCT_COSTS, PRODUCT_VERSIONS
from shared.lake.parquet.columns import read_parquet, write_parquet
from shared.lake.parquet.receipt import Receipt, attach_receipt, read_receipt, read_sequence
from shared.lake.rollups.cost_days import read_days, write_days
from shared.lake.rollups.products import VERSIONS, cost_intervals, intraday_change_days, union_versions
from shared.lake.storage.object_store import LakeStore
from shared.lake.storage.paths import INTRADAY_COST_CHANGES_KEY, UNPARTITIONED, PartitionId
from shared.records.schema import DataType

HISTORY_TABLES = {DataType.PRODUCTS: (PRODUCT_VERSIONS.name, PRODUCT_COSTS.name)}
"""The history tables of each data type."""

_PRODUCTS = PartitionId(DataType.PRODUCTS, UNPARTITIONED)
_VERSIONS_KEY, _COSTS_KEY = (_PRODUCTS.rollup_key(name) for name in HISTORY_TABLES[DataType.PRODUCTS])


def append_versions(lake: LakeStore, tables: Sequence[pa.Table]) -> None:
    """Add the versions in these tables to the history, and update the tables derived from it.

    Raises:
        LostUpdate: the history was changed at the same time; repeat the call.
    """
    stored = lake.get(_VERSIONS_KEY)
    known = VERSIONS.empty_table() if stored is None else read_parquet(stored.body, VERSIONS)
    sequence, versions = read_receipt(known).sequence, union_versions([known, *tables])
    if stored is None or not versions.equals(known):
        sequence += 1
        lake.replace(_VERSIONS_KEY, _to_parquet(versions, sequence), expected=stored)
    _write_derived(lake, versions, sequence)


def _write_derived(lake: LakeStore, versions: pa.Table, sequence: int) -> None:
    """Replace days and costs, unless they are derived from this state of the history or a later one.

    Days are only added, and before the costs are written: no reader finds a cost change on a day that is not listed.
    """
    stored_days, stored_costs = lake.get(INTRADAY_COST_CHANGES_KEY), lake.get(_COSTS_KEY)
    if stored_costs is not None and read_sequence(stored_costs.body) > sequence:
        return
    costs, known_days = cost_intervals(versions), set(read_days(stored_days))
    if not intraday_change_days(costs) <= known_days or stored_days is None:
        lake.replace(
            INTRADAY_COST_CHANGES_KEY, write_days(intraday_change_days(costs) | known_days), expected=stored_days
        )
    body = _to_parquet(costs, sequence)
    if stored_costs is None or stored_costs.body != body:
        lake.replace(_COSTS_KEY, body, expected=stored_costs)


def _to_parquet(table: pa.Table, sequence: int) -> bytes:
    return write_parquet(attach_receipt(table, Receipt(sequence=sequence)))
