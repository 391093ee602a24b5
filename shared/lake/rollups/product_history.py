"""What products cost when, kept up with their merges: the base of products forgets all versions but the newest.

`product_versions` holds every version that was ever merged and is only ever united with more. What follows from it,
`product_costs` and the days within which costs changed, is replaced only forwards. A process may die after any write:
the rows it had still lie in incoming, and whoever merges next unites them again.
"""

from collections.abc import Sequence

import pyarrow as pa

from shared.lake.catalog.rollup_tables import PRODUCT_COSTS, PRODUCT_VERSIONS
from shared.lake.parquet.columns import read_parquet, write_parquet
from shared.lake.parquet.receipt import Receipt, receipt_of, sequence_of, with_receipt
from shared.lake.rollups.cost_days import read_days, write_days
from shared.lake.rollups.products import VERSIONS, costs_of, days_of, united
from shared.lake.storage.object_store import LakeStore
from shared.lake.storage.paths import COST_DAYS_KEY, UNPARTITIONED, PartitionId
from shared.records.schema import DataType

HISTORIES = {DataType.PRODUCTS: (PRODUCT_VERSIONS.name, PRODUCT_COSTS.name)}
"""The tables that remember what the base of a type forgets."""

_PRODUCTS = PartitionId(DataType.PRODUCTS, UNPARTITIONED)
_VERSIONS_KEY, _COSTS_KEY = (_PRODUCTS.rollup_key(name) for name in HISTORIES[DataType.PRODUCTS])


def remember(lake: LakeStore, tables: Sequence[pa.Table]) -> None:
    """Unite tables of products with all versions known, and tell what follows from it.

    Raises:
        LostUpdate: somebody else did at the same time; do it again.
    """
    stored = lake.get(_VERSIONS_KEY)
    known = VERSIONS.empty_table() if stored is None else read_parquet(stored.body, VERSIONS)
    sequence, versions = receipt_of(known).sequence, united([known, *tables])
    if stored is None or not versions.equals(known):
        sequence += 1
        lake.replace(_VERSIONS_KEY, _written(versions, sequence), expected=stored)
    _tell(lake, versions, sequence)


def _tell(lake: LakeStore, versions: pa.Table, sequence: int) -> None:
    """Replace days and costs, unless they stem from a later state of the history or from this one already.

    The days are only ever added to, and before the costs are written: nobody finds a cost that changes within a day
    which he was not told of.
    """
    stored_days, stored_costs = lake.get(COST_DAYS_KEY), lake.get(_COSTS_KEY)
    if stored_costs is not None and sequence_of(stored_costs.body) > sequence:
        return
    costs, told = costs_of(versions), set(read_days(stored_days))
    if not days_of(costs) <= told or stored_days is None:
        lake.replace(COST_DAYS_KEY, write_days(days_of(costs) | told), expected=stored_days)
    body = _written(costs, sequence)
    if stored_costs is None or stored_costs.body != body:
        lake.replace(_COSTS_KEY, body, expected=stored_costs)


def _written(table: pa.Table, sequence: int) -> bytes:
    return write_parquet(with_receipt(table, Receipt(sequence=sequence)))
