"""The roll-up tables as data: aggregates of the days of a base table, computed again for each day that changed."""

from collections.abc import Mapping
from enum import StrEnum

from shared.lake.catalog.table import Column, LakeTable
from shared.records.schema import DataType

_HOUR_AND_CURRENCY = (
    Column(name="hour", glue_type="timestamp", comment="Start of the hour, UTC."),
    Column(name="currency", glue_type="string"),
)
_LINES = Column(name="lines", glue_type="bigint", comment="Distinct completed transaction lines.")
_NET_AMOUNT = Column(
    name="net_amount",
    glue_type="decimal(38,10)",
    comment="Sum of quantity x unit_price, of which the discount reduces the magnitude.",
)
_TAX = Column(name="tax", glue_type="decimal(38,10)", comment="Sum of tax; that of returns is negative.")
_SHIPPING = Column(name="shipping", glue_type="decimal(38,10)", comment="Sum of shipping; that of returns is negative.")
_SALES_MEASURES = (
    _LINES,
    _NET_AMOUNT,
    Column(name="lowest_amount", glue_type="decimal(38,10)", comment="Smallest net amount of a line."),
    Column(name="highest_amount", glue_type="decimal(38,10)", comment="Largest net amount of a line."),
    _TAX,
    _SHIPPING,
)
SALES_DIMENSIONS = ("product_category", "customer_segment", "region", "channel")


class Undivided(StrEnum):
    """What `dimension` is in rows that are not divided by one."""

    NO_DIMENSION = "none"


NO_DIMENSION = Undivided.NO_DIMENSION

_DAY = Column(name="dt", glue_type="string", comment="UTC day, yyyy-MM-dd.")
_CATEGORY = Column(
    name="product_category",
    glue_type="string",
    comment="Category of the lines: their own, else that of the product version at the sale.",
)
_DIMENSIONS = (_CATEGORY, *(Column(name=name, glue_type="string") for name in SALES_DIMENSIONS[1:]))

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
    description="Completed sale lines per day, product, category, and currency.",
    time_column="dt",
    columns=(
        _DAY,
        Column(name="product_id", glue_type="string"),
        _CATEGORY,
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
        _TAX,
        _SHIPPING,
        Column(name="uncategorised_lines", glue_type="bigint", comment="Lines without a category of their own."),
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

FEATURES_DAILY = LakeTable(
    name="features_daily",
    description="Values of the features, scores and amounts of decisions per day, model version and half.",
    time_column="dt",
    columns=(
        _DAY,
        Column(
            name="feature",
            glue_type="string",
            comment="Name; empty for the count of decisions. A feature named like `score` or `amount`, which are those "
            "of the decision itself, has `features.` before it.",
        ),
        Column(name="model_version", glue_type="string", comment="Empty for decisions without one."),
        Column(
            name="half", glue_type="string", comment="`even` or `odd`: the first 32 bits of the MD5 of the decision id."
        ),
        Column(
            name="kind",
            glue_type="string",
            comment="`decisions`, `attribution`, or the kind of the values: `number`, `boolean`, `text`, or `hash` for "
            "texts of a feature with more than 1 000 on the day.",
        ),
        Column(
            name="bucket",
            glue_type="string",
            comment="The logarithmic bucket of a number, a text as in JSON, or the bin of its hash, 0 to 19.",
        ),
        Column(name="decisions", glue_type="bigint", comment="Decisions with such a value."),
        Column(name="weight", glue_type="bigint", comment="Sum of the magnitudes of attributions, in millionths."),
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

PRODUCT_CATEGORIES = LakeTable(
    name="product_categories",
    description="Category of each product by validity period, as the roll-ups of sales have it; the first version "
    "applies to earlier sales, too.",
    columns=(
        Column(name="product_id", glue_type="string"),
        Column(name="valid_from", glue_type="timestamp", comment="Start of validity, UTC; 1990 for the first version."),
        Column(
            name="valid_before",
            glue_type="timestamp",
            comment="End of validity; the end of 9999 for the newest version.",
        ),
        Column(name="category", glue_type="string", comment="Null if the version has none."),
    ),
)

DECISION_DIMENSIONS = ("merchant", "channel", "geography", "device", "risk_band", "model_version", "rule_version")
UNLABELLED = "none"
"""The truth of a decision in roll-ups that has no label."""

_FACE = (
    Column(name="dimension", glue_type="string", comment=f"A dimension of decisions, or {NO_DIMENSION}."),
    Column(name="value", glue_type="string", comment="Value of the dimension; null without one."),
)
_DECISION_HOUR = Column(name="hour", glue_type="timestamp", comment="Start of the hour of the decisions, UTC.")
_AMOUNT = Column(name="amount", glue_type="decimal(38,10)", comment="Sum of amounts in this currency.")
_DECISION_MEASURES = (
    Column(name="currency", glue_type="string"),
    Column(name="outcome", glue_type="string", comment="approve, review or decline."),
    Column(name="truth", glue_type="string", comment=f"Label given last, fraud or legitimate; {UNLABELLED} without."),
    Column(name="decisions", glue_type="bigint"),
    Column(name="priced", glue_type="bigint", comment="Decisions with an amount."),
    _AMOUNT,
    Column(name="charged_back", glue_type="bigint", comment="Approved ones whose latest chargeback says fraud."),
    Column(name="revised", glue_type="bigint", comment="Labels that differ from the label before them."),
    Column(name="first_decided", glue_type="timestamp", comment="Time of the first of the decisions, UTC."),
    Column(name="last_decided", glue_type="timestamp", comment="Time of the last of the decisions, UTC."),
    Column(name="last_labelled", glue_type="timestamp", comment="Time of the last of their labels, UTC."),
)

DECISIONS_HOURLY_BY_ONE = LakeTable(
    name="decisions_hourly_by_one",
    description="Fraud decisions and their truth per hour and one dimension at a time, or none.",
    time_column="hour",
    kept_apart="dimension",
    columns=(*_FACE, _DECISION_HOUR, *_DECISION_MEASURES),
)

DECISIONS_DAILY_BY_ONE = LakeTable(
    name="decisions_daily_by_one",
    description="Fraud decisions and their truth per UTC day and one dimension at a time, or none.",
    time_column="dt",
    kept_apart="dimension",
    columns=(*_FACE, _DAY, *_DECISION_MEASURES),
)

LABEL_DELAYS_BY_ONE = LakeTable(
    name="label_delays_by_one",
    description="Labels by the hour of their decision, their delay, and one dimension at a time, or none.",
    time_column="hour",
    kept_apart="dimension",
    columns=(
        *_FACE,
        _DECISION_HOUR,
        Column(name="delay", glue_type="string", comment="Days from the decision to the label, rounded up."),
        Column(name="labels", glue_type="bigint"),
    ),
)

FRAUD_CASES = LakeTable(
    name="fraud_cases",
    description="Approved decisions with a label that says fraud, one row each: what label delays are learned from.",
    time_column="decided_at",
    columns=(
        Column(name="decided_at", glue_type="timestamp", comment="Time of the decision, UTC."),
        Column(name="decision_id", glue_type="string"),
        Column(name="truth", glue_type="string", comment="Label given last."),
        Column(name="is_charged_back", glue_type="string", comment="yes if its latest chargeback says fraud, else no."),
        Column(name="fraud_at", glue_type="timestamp", comment="Time of its first label that says fraud."),
        Column(name="chargeback_at", glue_type="timestamp", comment="Time of its first chargeback that says fraud."),
        Column(name="last_labelled", glue_type="timestamp", comment="Time of its last label, UTC."),
        Column(name="currency", glue_type="string"),
        _AMOUNT,
        Column(name="decisions", glue_type="bigint", comment="Always 1."),
    ),
)

DECISION_LATENCY_HOURLY = LakeTable(
    name="decision_latency_hourly",
    description="Decision times per hour in logarithmic buckets of 1 % relative error.",
    time_column="hour",
    columns=(
        _DECISION_HOUR,
        Column(name="latency_bucket", glue_type="string", comment="Number of the bucket, as text."),
        Column(name="decisions", glue_type="bigint"),
        Column(name="highest_ms", glue_type="double", comment="Longest decision time in milliseconds."),
    ),
)

DECISIONS_BY_MINUTE = LakeTable(
    name="decisions_by_minute",
    description="Number of fraud decisions per minute.",
    time_column="minute",
    columns=(
        Column(name="minute", glue_type="timestamp", comment="Start of the minute, UTC."),
        Column(name="decisions", glue_type="bigint"),
    ),
)

ROLLUP_DEFINITIONS: Mapping[str, int] = {DataType.TRANSACTIONS: 2}
"""The number of the definition of the roll-ups of a data type, 1 unless given.

It is published with roll-ups, and those of another definition are not read. Raise it whenever the same base rows give
other values: all days are then computed again after the deployment, and read from the base until they are.
"""


def definition_of(name: str) -> int:
    """Return the number of the definition of the roll-ups of a table."""
    return ROLLUP_DEFINITIONS.get(name, 1)


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
    FEATURES_DAILY,
    PRODUCT_VERSIONS,
    PRODUCT_COSTS,
    PRODUCT_CATEGORIES,
    DECISIONS_HOURLY_BY_ONE,
    DECISIONS_DAILY_BY_ONE,
    LABEL_DELAYS_BY_ONE,
    FRAUD_CASES,
    DECISION_LATENCY_HOURLY,
    DECISIONS_BY_MINUTE,
)
