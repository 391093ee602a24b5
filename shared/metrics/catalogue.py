"""The catalogue of business metrics, declared once for validation, the planner, the SQL and the documentation."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from shared.metrics.facts import FACTS, Dimension, Fact, FactName, Measure


class MetricType(StrEnum):
    """The business metrics."""

    REVENUE = "revenue"
    TRANSACTIONS = "transactions"
    CUSTOMERS = "customers"
    INVENTORY = "inventory"
    CONVERSION = "conversion"
    AVERAGE_ORDER_VALUE = "average_order_value"


class Aggregation(StrEnum):
    """How the values in a bucket are aggregated."""

    SUM = "sum"
    AVG = "avg"
    COUNT = "count"
    MIN = "min"
    MAX = "max"


class Additivity(StrEnum):
    """How the value of a longer period is derived from the values of its parts."""

    ADDITIVE = "it adds up; 0 without data"
    DISTINCT = "it is counted anew over the whole; 0 without data"
    RATIO = "both parts are added up and then divided; absent where there is nothing to divide by"
    EXTREME = "it is the extreme of the parts; absent without data"
    LEVEL = "it is what stands at the end; absent before anything is known"


@dataclass(frozen=True, kw_only=True)
class Formula:
    """How a value is derived from measures: one measure, or the quotient of two."""

    numerator: Measure
    denominator: Measure | None = None
    additivity: Additivity

    @property
    def is_zero_without_data(self) -> bool:
        """Whether a bucket without data has the value 0 instead of being absent."""
        return self.additivity in {Additivity.ADDITIVE, Additivity.DISTINCT}


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One metric: its meaning, unit, facts, aggregations and the additional values of each point."""

    description: str
    unit: str
    fact_name: FactName
    formulas: Mapping[Aggregation, Formula]
    supporting_measures: tuple[Measure, ...]

    @property
    def fact(self) -> Fact:
        """The facts from which the metric is computed."""
        return FACTS[self.fact_name]

    @property
    def default(self) -> Aggregation:
        """The default aggregation."""
        return next(iter(self.formulas))

    @property
    def filters(self) -> tuple[str, ...]:
        """The supported fields of `filters`."""
        return self.fact.filters


_NET_AMOUNT = Formula(numerator=Measure.NET_AMOUNT, additivity=Additivity.ADDITIVE)
_LINES = Formula(numerator=Measure.LINES, additivity=Additivity.ADDITIVE)

METRICS: Mapping[MetricType, Metric] = {
    MetricType.REVENUE: Metric(
        description="Net amount of completed lines: quantity x unit price, reduced in magnitude by the discount. "
        "Returns count as negative, so a sale and its return sum to 0. Tax and shipping are not part of it.",
        unit="reporting currency",
        fact_name=FactName.SALES,
        formulas={
            Aggregation.SUM: _NET_AMOUNT,
            Aggregation.AVG: Formula(
                numerator=Measure.NET_AMOUNT, denominator=Measure.LINES, additivity=Additivity.RATIO
            ),
            Aggregation.MIN: Formula(numerator=Measure.LOWEST_AMOUNT, additivity=Additivity.EXTREME),
            Aggregation.MAX: Formula(numerator=Measure.HIGHEST_AMOUNT, additivity=Additivity.EXTREME),
            Aggregation.COUNT: _LINES,
        },
        supporting_measures=(Measure.LINES, Measure.TAX, Measure.SHIPPING),
    ),
    MetricType.TRANSACTIONS: Metric(
        description="Number of distinct completed transaction lines, with or without an exchange rate.",
        unit="lines",
        fact_name=FactName.SALES,
        formulas={Aggregation.COUNT: _LINES},
        supporting_measures=(Measure.NET_AMOUNT,),
    ),
    MetricType.CUSTOMERS: Metric(
        description="Number of distinct customers with a completed line of positive quantity.",
        unit="customers",
        fact_name=FactName.CUSTOMERS,
        formulas={Aggregation.COUNT: Formula(numerator=Measure.CUSTOMERS, additivity=Additivity.DISTINCT)},
        supporting_measures=(Measure.LINES,),
    ),
    MetricType.INVENTORY: Metric(
        description="Units on hand at the end of the bucket: latest level of each product and location, however old.",
        unit="units",
        fact_name=FactName.LEVELS,
        formulas={
            Aggregation.SUM: Formula(numerator=Measure.UNITS, additivity=Additivity.LEVEL),
            Aggregation.AVG: Formula(
                numerator=Measure.UNITS, denominator=Measure.PRODUCT_LOCATIONS, additivity=Additivity.LEVEL
            ),
            Aggregation.MIN: Formula(numerator=Measure.LOWEST_UNITS, additivity=Additivity.LEVEL),
            Aggregation.MAX: Formula(numerator=Measure.HIGHEST_UNITS, additivity=Additivity.LEVEL),
        },
        supporting_measures=(Measure.PRODUCT_LOCATIONS,),
    ),
    MetricType.CONVERSION: Metric(
        description="Sessions with a purchase divided by all that start in the bucket. A session lasts at most a day.",
        unit="purchasing sessions per session",
        fact_name=FactName.SESSIONS,
        formulas={
            Aggregation.AVG: Formula(
                numerator=Measure.PURCHASING_SESSIONS, denominator=Measure.SESSIONS, additivity=Additivity.RATIO
            )
        },
        supporting_measures=(Measure.SESSIONS, Measure.PURCHASING_SESSIONS),
    ),
    MetricType.AVERAGE_ORDER_VALUE: Metric(
        description="Net amount of completed lines divided by distinct orders with a positive net amount.",
        unit="reporting currency per order",
        fact_name=FactName.ORDERS,
        formulas={
            Aggregation.AVG: Formula(
                numerator=Measure.NET_AMOUNT, denominator=Measure.ORDERS, additivity=Additivity.RATIO
            )
        },
        supporting_measures=(Measure.NET_AMOUNT, Measure.ORDERS),
    ),
}
"""The declared metrics. The first aggregation of each is its default."""

__all__ = ["METRICS", "Additivity", "Aggregation", "Dimension", "Formula", "Measure", "Metric", "MetricType"]
