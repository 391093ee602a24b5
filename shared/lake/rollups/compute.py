"""Roll-ups: each is a function of the rows of whole days of a base table, computed again for days that changed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from shared.lake.catalog.rollup_tables import (
    INVENTORY_DAILY,
    PRODUCT_SESSIONS_DAILY,
    SALES_DAILY,
    SALES_DAILY_BY_CUSTOMER,
    SALES_DAILY_BY_ORDER,
    SALES_DAILY_BY_PRODUCT,
    SALES_HOURLY,
    SALES_HOURLY_BY_ONE,
    SESSIONS_DAILY,
)
from shared.lake.catalog.table import LakeTable
from shared.lake.rollups.sales import SALES_COLUMNS, roll_up_sales
from shared.lake.rollups.stock import STOCK_COLUMNS, roll_up_stock
from shared.lake.rollups.visits import VISIT_COLUMNS, roll_up_visits
from shared.records.schema import DataType


@dataclass(frozen=True)
class _Computation:
    """The roll-ups of a data type, the columns of the base that they are computed from, and how."""

    tables: tuple[LakeTable, ...]
    columns: tuple[str, ...]
    compute: Callable[[pa.Table], dict[str, pa.Table]]


_COMPUTATIONS = {
    DataType.TRANSACTIONS: _Computation(
        (
            SALES_HOURLY,
            SALES_HOURLY_BY_ONE,
            SALES_DAILY,
            SALES_DAILY_BY_ORDER,
            SALES_DAILY_BY_CUSTOMER,
            SALES_DAILY_BY_PRODUCT,
        ),
        SALES_COLUMNS,
        roll_up_sales,
    ),
    DataType.INVENTORY: _Computation((INVENTORY_DAILY,), STOCK_COLUMNS, roll_up_stock),
    DataType.EVENTS: _Computation((SESSIONS_DAILY, PRODUCT_SESSIONS_DAILY), VISIT_COLUMNS, roll_up_visits),
}

ROLLUPS: Mapping[DataType, Sequence[LakeTable]] = {name: each.tables for name, each in _COMPUTATIONS.items()}
"""The roll-ups of each data type that has any."""

COLUMNS: Mapping[DataType, Sequence[str]] = {name: each.columns for name, each in _COMPUTATIONS.items()}
"""The columns of the base that the roll-ups of each data type are computed from."""


def roll_up(data_type: DataType, rows: pa.Table) -> dict[str, pa.Table]:
    """Compute all roll-ups of the rows of any number of whole UTC days, by table name.

    The roll-up of several days has the rows of the roll-ups of each, in order. Equal rows give equal bytes, whatever
    their order. The last row of a product and location on a day is unique, because the key of inventory includes the
    time.

    Args:
        data_type: a type in `ROLLUPS`.
        rows: the base's `COLUMNS`, at least; times in milliseconds.
    """
    return _COMPUTATIONS[data_type].compute(rows)
