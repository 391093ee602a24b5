"""The facts behind metrics, as data: their tables, time resolution, columns and filters."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from shared.lake.catalog.rollup_tables import NO_DIMENSION
from shared.records.schema import DataType

CURRENCY = "currency"
"""The filter that selects the currency; the other filters are dimensions."""


class Dimension(StrEnum):
    """A dimension by which metrics are filtered: OR between values of one, AND between several."""

    PRODUCT_CATEGORY = "product_category"
    CUSTOMER_SEGMENT = "customer_segment"
    REGION = "region"
    CHANNEL = "channel"


class Measure(StrEnum):
    """A quantity that a query aggregates per bucket."""

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
    """The time resolution of a table."""

    MOMENT = "moment"
    HOUR = "hour"
    DAY = "day"

    @property
    def unit(self) -> timedelta:
        """The length of one unit; a moment is a millisecond."""
        return _UNITS[self]


_UNITS = {
    Grain.MOMENT: timedelta(milliseconds=1),
    Grain.HOUR: timedelta(hours=1),
    Grain.DAY: timedelta(days=1),
}


class Source(StrEnum):
    """The source of a response: a roll-up by one dimension, a roll-up by all dimensions, or the base table."""

    BY_DIMENSION = "roll-up by one dimension"
    ROLLUP = "roll-up"
    BASE = "base"


@dataclass(frozen=True, kw_only=True)
class FactTable:
    """A table that contains a fact, with its time resolution and the number of dimensions that can be combined.

    A roll-up by one dimension has a table for each dimension and one without dimensions.
    """

    name: str
    grain: Grain = Grain.MOMENT
    max_filters: int = len(Dimension)

    def table_name(self, dimensions: Iterable[str]) -> str:
        """Return the name of the table for these dimensions."""
        return self.name.format(dimension=next(iter(dimensions), NO_DIMENSION))


class FactName(StrEnum):
    """The facts from which metrics are computed."""

    SALES = "sales"
    ORDERS = "orders"
    CUSTOMERS = "customers"
    LEVELS = "levels"
    SESSIONS = "sessions"


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A kind of fact: its data type, its tables and its filters.

    `tables` are ordered by size, the base table last. `columns` are the columns of the base table from which the fact
    is computed. `records` is the measure that counts the source records of a response. A semi-additive fact is read
    from the start of its history.
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
        """The supported fields of `filters`."""
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
