"""Roll-ups: each is a function of the rows of whole days of a base table, computed again for days that changed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from shared.lake.catalog.rollup_tables import (
    DECISION_LATENCY_HOURLY,
    DECISIONS_BY_MINUTE,
    DECISIONS_DAILY_BY_ONE,
    DECISIONS_HOURLY_BY_ONE,
    FEATURES_DAILY,
    FRAUD_CASES,
    INVENTORY_DAILY,
    LABEL_DELAYS_BY_ONE,
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
from shared.lake.rollups.decisions import DECISION_COLUMNS, roll_up_decisions
from shared.lake.rollups.features import FEATURE_COLUMNS, roll_up_features
from shared.lake.rollups.sales import SALES_COLUMNS, roll_up_sales
from shared.lake.rollups.schema import schema_of
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
    DataType.DECISIONS: _Computation(
        (
            DECISIONS_HOURLY_BY_ONE,
            DECISIONS_DAILY_BY_ONE,
            LABEL_DELAYS_BY_ONE,
            FRAUD_CASES,
            DECISION_LATENCY_HOURLY,
            DECISIONS_BY_MINUTE,
            FEATURES_DAILY,
        ),
        tuple(dict.fromkeys([*DECISION_COLUMNS, *FEATURE_COLUMNS])),
        lambda decisions: roll_up_decisions(decisions) | roll_up_features(decisions),
    ),
}

ROLLUPS: Mapping[DataType, Sequence[LakeTable]] = {name: each.tables for name, each in _COMPUTATIONS.items()}
"""The roll-ups of each data type that has any."""

TO_ROLL_UP: Mapping[DataType, Sequence[DataType]] = {
    **{name: (name,) for name in _COMPUTATIONS},
    DataType.PRODUCTS: (DataType.TRANSACTIONS,),  # their categories are those of sale lines without one
    DataType.LABELS: (DataType.DECISIONS,),  # they tell the truth of decisions
}
"""The data types whose roll-ups depend on a data type."""

WIDTHS: Mapping[DataType, int] = {DataType.DECISIONS: 8}
"""How many sale lines take as much memory as one row of a data type, 1 unless given: decisions have many features."""

COLUMNS: Mapping[DataType, Sequence[str]] = {name: each.columns for name, each in _COMPUTATIONS.items()}
"""The columns of the base that the roll-ups of each data type are computed from."""


def roll_up(data_type: DataType, rows: pa.Table) -> dict[str, pa.Table]:
    """Compute all roll-ups of all rows of any number of UTC days, by table name.

    The roll-up of several days has the rows of the roll-ups of each, in order. Equal rows give equal bytes, whatever
    their order. The last row of a product and location on a day is unique, because the key of inventory includes the
    time.

    Args:
        data_type: a type in `ROLLUPS`.
        rows: the base's `COLUMNS`, at least; times in milliseconds.
    """
    made = roll_up_portion(data_type, rows)
    return {table.name: made[table.name].select(schema_of(table).names) for table in ROLLUPS[data_type]}


def roll_up_portion(data_type: DataType, rows: pa.Table) -> dict[str, pa.Table]:
    """Compute all roll-ups of a portion of the rows of days, with the hidden columns by which portions are combined."""
    return _COMPUTATIONS[data_type].compute(rows)
