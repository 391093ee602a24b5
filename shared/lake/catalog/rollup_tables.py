"""The roll-up tables as data: aggregates of base partitions, refreshed when a partition changes."""

from collections.abc import Iterable

from shared.lake.catalog.table import Column, LakeTable
from shared.lake.storage.paths import ROLLUP

_HOUR_AND_CURRENCY = (
    Column(name="hour", glue_type="timestamp", comment="Start of the hour, UTC."),
    Column(name="currency", glue_type="string"),
)
_LINES = Column(name="lines", glue_type="bigint", comment="Distinct completed transaction lines.")
_NET_AMOUNT = Column(name="net_amount", glue_type="decimal(38,10)", comment="Sum of quantity x unit_price - discount.")
_SALES_MEASURES = (
    _LINES,
    _NET_AMOUNT,
    Column(name="lowest_amount", glue_type="decimal(38,10)", comment="Smallest net amount of a line."),
    Column(name="highest_amount", glue_type="decimal(38,10)", comment="Largest net amount of a line."),
)
SALES_DIMENSIONS = ("product_category", "customer_segment", "region", "channel")
NO_DIMENSION = "none"


def _sales_hourly(name: str, description: str, dimensions: Iterable[str]) -> LakeTable:
    return LakeTable(
        name=name,
        description=description,
        prefix=f"{ROLLUP}/{name}/",
        partitioned=True,
        columns=(
            *_HOUR_AND_CURRENCY,
            *(Column(name=dimension, glue_type="string") for dimension in dimensions),
            *_SALES_MEASURES,
        ),
    )


SALES_HOURLY = _sales_hourly(
    "sales_hourly",
    "Completed sale lines per hour and all dimensions; a function of the transactions partition.",
    SALES_DIMENSIONS,
)

SALES_HOURLY_BY_ONE = {
    dimension: _sales_hourly(
        f"sales_hourly_by_{dimension}",
        f"Completed sale lines per hour and {dimension}; far fewer rows than with all dimensions.",
        [dimension] if dimension in SALES_DIMENSIONS else [],
    )
    for dimension in (*SALES_DIMENSIONS, NO_DIMENSION)
}
"""Faces of the cube: roll-ups by one dimension or none, which answer most queries."""

SALES_DAILY_BY_CUSTOMER = LakeTable(
    name="sales_daily_by_customer",
    description="Completed sale lines per day, customer and all dimensions; excludes lines without a customer.",
    prefix=f"{ROLLUP}/sales_daily_by_customer/",
    partitioned=True,
    columns=(
        Column(name="customer_id", glue_type="string"),
        Column(name="currency", glue_type="string"),
        *(Column(name=name, glue_type="string") for name in SALES_DIMENSIONS),
        _LINES,
        Column(name="bought_lines", glue_type="bigint", comment="Lines with a positive quantity."),
        _NET_AMOUNT,
    ),
)

SALES_DAILY_BY_PRODUCT = LakeTable(
    name="sales_daily_by_product",
    description="Completed sale lines per day, product, the lines' own category, and currency.",
    prefix=f"{ROLLUP}/sales_daily_by_product/",
    partitioned=True,
    columns=(
        Column(name="product_id", glue_type="string"),
        Column(name="product_category", glue_type="string", comment="Category of the lines."),
        Column(name="currency", glue_type="string"),
        Column(name="product_name", glue_type="string", comment="Name in the latest line that has one."),
        Column(name="last_sold", glue_type="timestamp", comment="Time of the latest line, UTC."),
        _LINES,
        Column(name="quantity", glue_type="decimal(38,10)", comment="Sum of quantities; returns are negative."),
        _NET_AMOUNT,
        Column(
            name="cost_amount",
            glue_type="decimal(38,10)",
            comment="Sum of quantity x unit_cost over lines with a unit_cost; 0 if none has.",
        ),
        Column(
            name="uncosted_quantity",
            glue_type="decimal(38,10)",
            comment="Sum of quantities of lines without a unit_cost; 0 if all have one.",
        ),
        Column(name="uncosted_lines", glue_type="bigint", comment="Lines without a unit_cost."),
    ),
)

INVENTORY_DAILY = LakeTable(
    name="inventory_daily",
    description="The last stock level of each product and location on a day.",
    prefix=f"{ROLLUP}/inventory_daily/",
    partitioned=True,
    columns=(
        Column(name="product_id", glue_type="string"),
        Column(name="location", glue_type="string"),
        Column(name="moment", glue_type="timestamp", comment="Time of the stock level, UTC."),
        Column(name="quantity_on_hand", glue_type="decimal(18,4)"),
        Column(name="reserved", glue_type="decimal(18,4)"),
        Column(name="unit_cost", glue_type="decimal(18,6)"),
        Column(name="records", glue_type="bigint", comment="Inventory records of the day."),
    ),
)

SESSIONS_DAILY = LakeTable(
    name="sessions_daily",
    description="Events per day, session and dimensions; a session has one row per combination of dimensions.",
    prefix=f"{ROLLUP}/sessions_daily/",
    partitioned=True,
    columns=(
        Column(name="session_id", glue_type="string"),
        Column(name="product_category", glue_type="string"),
        Column(name="region", glue_type="string"),
        Column(name="channel", glue_type="string"),
        Column(name="first_moment", glue_type="timestamp", comment="Time of the first event, UTC."),
        Column(name="events", glue_type="bigint"),
        Column(name="purchases", glue_type="bigint", comment="Number of purchase events."),
    ),
)

PRODUCT_SESSIONS_DAILY = LakeTable(
    name="product_sessions_daily",
    description="Views and purchases per day, product and session; excludes other events.",
    prefix=f"{ROLLUP}/product_sessions_daily/",
    partitioned=True,
    columns=(
        Column(name="product_id", glue_type="string"),
        Column(name="session_id", glue_type="string"),
        Column(name="views", glue_type="bigint", comment="Events of type product_view."),
        Column(name="purchases", glue_type="bigint", comment="Events of type purchase."),
    ),
)

_VERSION_SAYS = (
    Column(name="cost", glue_type="decimal(18,6)", comment="Cost per unit; null if the version has none."),
    Column(name="currency", glue_type="string", comment="ISO 4217 currency of the cost."),
    Column(name="category", glue_type="string"),
    Column(name="name", glue_type="string"),
)

PRODUCT_VERSIONS = LakeTable(
    name="product_versions",
    description="Every version of every product ever merged; of two with the same time, the winner of the merge.",
    prefix=f"{ROLLUP}/product_versions/",
    partitioned=False,
    columns=(
        Column(name="product_id", glue_type="string"),
        Column(name="updated_at", glue_type="timestamp", comment="Time of the version, UTC."),
        *_VERSION_SAYS,
        Column(name="ingested_at", glue_type="timestamp"),
        Column(name="_origin", glue_type="string", comment="Id of the delivery that contained the version."),
    ),
)

PRODUCT_COSTS = LakeTable(
    name="product_costs",
    description="Cost of each product by validity period; consecutive versions with equal values are one row.",
    prefix=f"{ROLLUP}/product_costs/",
    partitioned=False,
    columns=(
        Column(name="product_id", glue_type="string"),
        Column(
            name="valid_from", glue_type="timestamp", comment="Start of validity, UTC: updated_at of the first version."
        ),
        Column(
            name="valid_before",
            glue_type="timestamp",
            comment="End of validity; the end of 9999 for the newest version.",
        ),
        *_VERSION_SAYS,
    ),
)

ROLLUP_TABLES = (
    SALES_HOURLY,
    *SALES_HOURLY_BY_ONE.values(),
    SALES_DAILY_BY_CUSTOMER,
    SALES_DAILY_BY_PRODUCT,
    INVENTORY_DAILY,
    SESSIONS_DAILY,
    PRODUCT_SESSIONS_DAILY,
    PRODUCT_VERSIONS,
    PRODUCT_COSTS,
)
