"""What metrics are made of, as data: which tables keep it, how fine, from which columns, and what can be filtered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from shared.lake.catalog.rollup_tables import NO_DIMENSION
from shared.records.schema import DataType

CURRENCY = "currency"
"""The filter that says which currency is reported in, beside those by dimension."""


class Dimension(StrEnum):
    """What a metric may be filtered by, OR within one and AND across them."""

    PRODUCT_CATEGORY = "product_category"
    CUSTOMER_SEGMENT = "customer_segment"
    REGION = "region"
    CHANNEL = "channel"


class Measure(StrEnum):
    """What a query adds up for every bucket."""

    NET_AMOUNT = "net_amount"
    LINES = "lines"
    LOWEST_AMOUNT = "lowest_amount"
    HIGHEST_AMOUNT = "highest_amount"
    ORDERS = "orders"
    CUSTOMERS = "customers"
    UNITS = "units"
    PRODUCT_LOCATIONS = "product_locations"
    LOWEST_UNITS = "lowest_units"
    HIGHEST_UNITS = "highest_units"
    RECORDS = "records"
    SESSIONS = "sessions"
    PURCHASING_SESSIONS = "purchasing_sessions"
    EVENTS = "events"


class Grain(StrEnum):
    """How finely a table keeps time."""

    MOMENT = "moment"
    HOUR = "hour"
    DAY = "day"

    @property
    def unit(self) -> timedelta:
        """How long one of its units is; a moment is a millisecond."""
        return _UNITS[self]


_UNITS = {
    Grain.MOMENT: timedelta(milliseconds=1),
    Grain.HOUR: timedelta(hours=1),
    Grain.DAY: timedelta(days=1),
}


class Source(StrEnum):
    """Where an answer comes from: a roll-up, one that keeps a dimension at a time, or the lines themselves."""

    BY_DIMENSION = "roll-up by one dimension"
    ROLLUP = "roll-up"
    BASE = "base"


@dataclass(frozen=True, kw_only=True)
class FactTable:
    """A table that tells a fact: how fine it is and how many dimensions it keeps together.

    Of one dimension at a time there are as many tables as there are dimensions, and one more of none.
    """

    name: str
    grain: Grain = Grain.MOMENT
    max_filters: int = len(Dimension)

    def table_name(self, dimensions: Iterable[str]) -> str:
        """The name of the table that keeps these dimensions."""
        return self.name.format(dimension=next(iter(dimensions), NO_DIMENSION))


class FactName(StrEnum):
    """The facts that metrics are made of."""

    SALES = "sales"
    ORDERS = "orders"
    CUSTOMERS = "customers"
    LEVELS = "levels"
    SESSIONS = "sessions"


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One kind of fact: the records it is read from, the tables that tell it, and what can be asked of it.

    `tables` are in the order of their size, the base last; `columns` are those of the base that it follows from;
    `records` is the measure that counts the records behind an answer. A fact that looks back needs all that was before.
    """

    data_type: DataType
    columns: tuple[str, ...]
    tables: Mapping[Source, FactTable]
    records: Measure
    dimensions: tuple[Dimension, ...] = tuple(Dimension)
    has_currency: bool = True
    semi_additive: bool = False
    base_only_reason: str = ""

    @property
    def filters(self) -> tuple[str, ...]:
        """The fields of `filters` that may be asked for."""
        return (*self.dimensions, CURRENCY) if self.has_currency else tuple(self.dimensions)


_TRANSACTIONS = FactTable(name="transactions")

FACTS: Mapping[FactName, Fact] = {
    FactName.SALES: Fact(
        data_type=DataType.TRANSACTIONS,
        columns=("status", "timestamp", "currency", "quantity", "unit_price", "discount"),
        tables={
            Source.BY_DIMENSION: FactTable(name="sales_hourly_by_{dimension}", grain=Grain.HOUR, max_filters=1),
            Source.ROLLUP: FactTable(name="sales_hourly", grain=Grain.HOUR),
            Source.BASE: _TRANSACTIONS,
        },
        records=Measure.LINES,
    ),
    FactName.ORDERS: Fact(
        data_type=DataType.TRANSACTIONS,
        columns=("status", "timestamp", "currency", "order_id", "quantity", "unit_price", "discount"),
        tables={Source.BASE: _TRANSACTIONS},
        records=Measure.LINES,
        base_only_reason="distinct orders",
    ),
    FactName.CUSTOMERS: Fact(
        data_type=DataType.TRANSACTIONS,
        columns=("status", "timestamp", "customer_id", "quantity"),
        tables={
            Source.ROLLUP: FactTable(name="sales_daily_by_customer", grain=Grain.DAY),
            Source.BASE: _TRANSACTIONS,
        },
        records=Measure.LINES,
    ),
    FactName.LEVELS: Fact(
        data_type=DataType.INVENTORY,
        columns=("product_id", "location", "timestamp", "quantity_on_hand"),
        tables={
            Source.ROLLUP: FactTable(name="inventory_daily", grain=Grain.DAY),
            Source.BASE: FactTable(name="inventory"),
        },
        records=Measure.RECORDS,
        dimensions=(Dimension.PRODUCT_CATEGORY,),
        has_currency=False,
        semi_additive=True,
    ),
    FactName.SESSIONS: Fact(
        data_type=DataType.EVENTS,
        columns=("session_id", "timestamp", "event_type"),
        tables={
            Source.ROLLUP: FactTable(name="sessions_daily"),
            Source.BASE: FactTable(name="events"),
        },
        records=Measure.EVENTS,
        dimensions=(Dimension.PRODUCT_CATEGORY, Dimension.REGION, Dimension.CHANNEL),
        has_currency=False,
    ),
}
