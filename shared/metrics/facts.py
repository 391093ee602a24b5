"""The facts behind metrics, as data: their tables, time resolution, columns and filters."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from shared.lake.catalog.rollup_tables import PRODUCT_CATEGORIES
from shared.lake.catalog.tables import EXCHANGE_RATES
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
    TAX = "tax"
    SHIPPING = "shipping"
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
    """The source of a response: a roll-up by one dimension, by UTC day or by all dimensions, or the base table."""

    BY_DIMENSION = "roll-up by one dimension"
    DAILY = "daily roll-up"
    ROLLUP = "roll-up"
    BASE = "base"


@dataclass(frozen=True, kw_only=True)
class FactTable:
    """A table that contains a fact, with its time resolution and the number of dimensions that can be combined.

    With `whole_only` it is read only if no range or bucket begins within a unit, because a later table has finer units.
    """

    name: str
    grain: Grain = Grain.MOMENT
    max_filters: int = len(Dimension)
    whole_only: bool = False


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
    from the start of its history, others as much longer than both ranges as `margin`. The filter by category may depend
    on another table, `category_table`.
    """

    data_type: DataType
    columns: tuple[str, ...]
    tables: Mapping[Source, FactTable]
    records: Measure
    dimensions: tuple[Dimension, ...] = tuple(Dimension)
    has_currency: bool = True
    has_amounts: bool = False
    semi_additive: bool = False
    margin: timedelta = timedelta()
    category_table: str | None = None

    @property
    def filters(self) -> tuple[str, ...]:
        """The supported fields of `filters`."""
        return (*self.dimensions, CURRENCY) if self.has_currency else tuple(self.dimensions)

    @property
    def base(self) -> str:
        """The name of the base table."""
        return self.tables[Source.BASE].name

    def reference_tables(self, *, filters: Collection[str], currency: str | None) -> tuple[str, ...]:
        """Return the other tables that a result depends on, with filters by these dimensions and perhaps a currency."""
        of_filters = (self.category_table,) if Dimension.PRODUCT_CATEGORY in filters and self.category_table else ()
        of_amounts = (EXCHANGE_RATES.name,) if self.has_amounts and currency is None else ()
        return (*of_filters, *of_amounts)


_TRANSACTIONS = FactTable(name="transactions")

FACTS: Mapping[FactName, Fact] = {
    FactName.SALES: Fact(
        data_type=DataType.TRANSACTIONS,
        columns=("status", "timestamp", "currency", "quantity", "unit_price", "discount", "tax", "shipping"),
        tables={
            Source.BY_DIMENSION: FactTable(name="sales_hourly_by_one", grain=Grain.HOUR, max_filters=1),
            Source.DAILY: FactTable(name="sales_daily", grain=Grain.DAY, whole_only=True),
            Source.ROLLUP: FactTable(name="sales_hourly", grain=Grain.HOUR),
            Source.BASE: _TRANSACTIONS,
        },
        records=Measure.LINES,
        has_amounts=True,
        category_table=PRODUCT_CATEGORIES.name,
    ),
    FactName.ORDERS: Fact(
        data_type=DataType.TRANSACTIONS,
        columns=("status", "timestamp", "currency", "order_id", "quantity", "unit_price", "discount"),
        tables={
            Source.ROLLUP: FactTable(name="sales_daily_by_order", grain=Grain.DAY),
            Source.BASE: _TRANSACTIONS,
        },
        records=Measure.LINES,
        has_amounts=True,
        category_table=PRODUCT_CATEGORIES.name,
    ),
    FactName.CUSTOMERS: Fact(
        data_type=DataType.TRANSACTIONS,
        columns=("status", "timestamp", "customer_id", "quantity"),
        tables={
            Source.ROLLUP: FactTable(name="sales_daily_by_customer", grain=Grain.DAY),
            Source.BASE: _TRANSACTIONS,
        },
        records=Measure.LINES,
        category_table=PRODUCT_CATEGORIES.name,
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
        category_table=DataType.PRODUCTS,
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
        margin=timedelta(days=1),
    ),
}
