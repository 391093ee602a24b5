"""Roll-ups: each is a function of one base partition, computed whenever the partition changes."""

from collections.abc import Callable, Mapping, Sequence

import pyarrow as pa

from shared.lake.catalog.rollup_tables import (
    INVENTORY_DAILY,
    PRODUCT_SESSIONS_DAILY,
    SALES_DAILY_BY_CUSTOMER,
    SALES_DAILY_BY_PRODUCT,
    SALES_HOURLY,
    SALES_HOURLY_BY_ONE,
    SESSIONS_DAILY,
)
from shared.lake.rollups.sales import roll_up_sales
from shared.lake.rollups.stock import roll_up_stock
from shared.lake.rollups.visits import roll_up_visits
from shared.records.schema import DataType

ROLLUPS: Mapping[DataType, Sequence[str]] = {
    DataType.TRANSACTIONS: (
        SALES_HOURLY.name,
        *(table.name for table in SALES_HOURLY_BY_ONE.values()),
        SALES_DAILY_BY_CUSTOMER.name,
        SALES_DAILY_BY_PRODUCT.name,
    ),
    DataType.INVENTORY: (INVENTORY_DAILY.name,),
    DataType.EVENTS: (SESSIONS_DAILY.name, PRODUCT_SESSIONS_DAILY.name),
}
"""The names of the roll-ups of each data type."""

_COMPUTED: Mapping[DataType, Callable[[pa.Table], dict[str, pa.Table]]] = {
    DataType.TRANSACTIONS: roll_up_sales,
    DataType.INVENTORY: roll_up_stock,
    DataType.EVENTS: roll_up_visits,
}


def roll_up(data_type: DataType, base: pa.Table) -> dict[str, pa.Table]:
    """Compute all roll-ups of a base partition, by table name; equal bases give equal bytes."""
    return _COMPUTED[data_type](base) if data_type in _COMPUTED else {}
