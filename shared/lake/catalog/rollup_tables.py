"""The roll-up tables as data: aggregates of the days of a base table, computed again for each day that changed."""

from shared.lake.catalog.table import Column, LakeTable

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

_DAY = Column(name="dt", glue_type="string", comment="UTC day, yyyy-MM-dd.")
_DIMENSIONS = tuple(Column(name=name, glue_type="string") for name in SALES_DIMENSIONS)

SALES_HOURLY = LakeTable(
    name="sales_hourly",
    description="Completed sale lines per hour and all dimensions.",
    time_column="hour",
    columns=(*_HOUR_AND_CURRENCY, *_DIMENSIONS, *_SALES_MEASURES),
)

SALES_HOURLY_BY_ONE = LakeTable(
    name="sales_hourly_by_one",
    description="Completed sale lines per hour and one dimension at a time, or none; it answers most queries.",
    time_column="hour",
    kept_apart="dimension",
    columns=(
        Column(name="dimension", glue_type="string", comment=f"A dimension of sales_hourly, or {NO_DIMENSION}."),
        Column(name="value", glue_type="string", comment="Value of the dimension; null without one."),
        *_HOUR_AND_CURRENCY,
        *_SALES_MEASURES,
    ),
)

SALES_DAILY = LakeTable(
    name="sales_daily",
    description="Completed sale lines per UTC day and all dimensions; far fewer rows than by hour.",
    time_column="dt",
    columns=(_DAY, Column(name="currency", glue_type="string"), *_DIMENSIONS, *_SALES_MEASURES),
)

SALES_DAILY_BY_ORDER = LakeTable(
    name="sales_daily_by_order",
    description="Completed sale lines per UTC day, order and all dimensions.",
    time_column="dt",
    columns=(
        _DAY,
        Column(name="order_id", glue_type="string"),
        Column(name="currency", glue_type="string"),
        *_DIMENSIONS,
        _LINES,
        _NET_AMOUNT,
    ),
)

SALES_DAILY_BY_CUSTOMER = LakeTable(
    name="sales_daily_by_customer",
    description="Completed sale lines per day, customer and all dimensions; excludes lines without a customer.",
    time_column="dt",
    columns=(
        _DAY,
        Column(name="customer_id", glue_type="string"),
        Column(name="currency", glue_type="string"),
        *_DIMENSIONS,
        _LINES,
        Column(name="bought_lines", glue_type="bigint", comment="Lines with a positive quantity."),
        _NET_AMOUNT,
    ),
)

SALES_DAILY_BY_PRODUCT = LakeTable(
    name="sales_daily_by_product",
    description="Completed sale lines per day, product, the lines' own category, and currency.",
    time_column="dt",
    columns=(
        _DAY,
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
    time_column="dt",
    columns=(
        _DAY,
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
    time_column="dt",
    columns=(
        _DAY,
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
    time_column="dt",
    columns=(
        _DAY,
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
    SALES_HOURLY_BY_ONE,
    SALES_DAILY,
    SALES_DAILY_BY_ORDER,
    SALES_DAILY_BY_CUSTOMER,
    SALES_DAILY_BY_PRODUCT,
    INVENTORY_DAILY,
    SESSIONS_DAILY,
    PRODUCT_SESSIONS_DAILY,
    PRODUCT_VERSIONS,
    PRODUCT_COSTS,
)
