"""Every business metric declared once, as data: validation, the planner, the SQL and the documents read it here."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class MetricType(StrEnum):
    """The metrics that the contract names (C 2.1)."""

    REVENUE = "revenue"
    TRANSACTIONS = "transactions"
    CUSTOMERS = "customers"
    INVENTORY = "inventory"
    CONVERSION = "conversion"
    AVERAGE_ORDER_VALUE = "average_order_value"


class Aggregation(StrEnum):
    """How the lines of a bucket become its value (C 2.1)."""

    SUM = "sum"
    AVG = "avg"
    COUNT = "count"
    MIN = "min"
    MAX = "max"


class Measure(StrEnum):
    """What a query adds up for every bucket; a value is one of these, or one divided by another."""

    NET_AMOUNT = "net_amount"
    LINES = "lines"
    ORDERS = "orders"
    LOWEST_AMOUNT = "lowest_amount"
    HIGHEST_AMOUNT = "highest_amount"


class Dimension(StrEnum):
    """What a metric may be filtered by, OR within one and AND across them."""

    PRODUCT_CATEGORY = "product_category"
    CUSTOMER_SEGMENT = "customer_segment"
    REGION = "region"
    CHANNEL = "channel"


@dataclass(frozen=True, kw_only=True)
class Formula:
    """How a value follows from measures; additive ones are 0 without data, all others are then absent."""

    numerator: Measure
    denominator: Measure | None = None
    additive: bool = False


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One metric: what it means, its unit, its aggregations and what else each point tells."""

    description: str
    unit: str
    default: Aggregation
    formulas: Mapping[Aggregation, Formula]
    beside: tuple[Measure, ...]
    per_order: bool = False

    @property
    def fits_rollup(self) -> bool:
        """Whether hourly sums can answer it: distinct orders cannot be added up over hours and dimensions."""
        return not self.per_order


METRICS: Mapping[MetricType, Metric] = {
    MetricType.REVENUE: Metric(
        description="Net amount of completed lines: quantity x unit price - discount; returns are negative and count.",
        unit="reporting currency",
        default=Aggregation.SUM,
        formulas={
            Aggregation.SUM: Formula(numerator=Measure.NET_AMOUNT, additive=True),
            Aggregation.AVG: Formula(numerator=Measure.NET_AMOUNT, denominator=Measure.LINES),
            Aggregation.MIN: Formula(numerator=Measure.LOWEST_AMOUNT),
            Aggregation.MAX: Formula(numerator=Measure.HIGHEST_AMOUNT),
            Aggregation.COUNT: Formula(numerator=Measure.LINES, additive=True),
        },
        beside=(Measure.LINES,),
    ),
    MetricType.TRANSACTIONS: Metric(
        description="Distinct completed transaction lines.",
        unit="lines",
        default=Aggregation.COUNT,
        formulas={Aggregation.COUNT: Formula(numerator=Measure.LINES, additive=True)},
        beside=(Measure.NET_AMOUNT,),
    ),
    MetricType.AVERAGE_ORDER_VALUE: Metric(
        description="Net amount of completed lines divided by distinct orders with a positive net amount.",
        unit="reporting currency per order",
        default=Aggregation.AVG,
        formulas={Aggregation.AVG: Formula(numerator=Measure.NET_AMOUNT, denominator=Measure.ORDERS)},
        beside=(Measure.NET_AMOUNT, Measure.ORDERS),
        per_order=True,
    ),
}
"""The metrics that are answered today; a type of the contract that is not here comes with a later issue."""
