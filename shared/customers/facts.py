"""Sums of sale lines by customer, as queries return them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class HistoryPeriod:
    """The days of a run, from the first sale to the last; the last quarter of them is the hold-out."""

    first_day: date
    last_day: date

    @property
    def days(self) -> int:
        """The number of days from the first to the last."""
        return (self.last_day - self.first_day).days

    @property
    def held_out_days(self) -> int:
        """The number of days in the hold-out."""
        return self.days // 4

    @property
    def calibration_end(self) -> date:
        """The last day before the hold-out."""
        return self.last_day - timedelta(days=self.held_out_days)

    def back(self, days: int) -> date:
        """Return the first of the last `days` days."""
        return self.last_day + ONE_DAY - timedelta(days=days)


@dataclass(frozen=True, kw_only=True)
class CustomerFacts:
    """One customer: only orders that have a line with a positive quantity count; amounts are in the reporting currency.

    Fields that start with `seen` cover only the time before the hold-out.
    """

    customer_id: str
    orders: int
    paid_orders: int
    first_purchase: datetime
    last_purchase: datetime
    purchase_days: int
    seen_purchase_days: int
    seen_last_purchase: datetime | None
    orders_last_30d: int
    orders_last_90d: int
    orders_90d_before: int
    net_amount: Decimal
    revenue_last_90d: Decimal
    units_bought: Decimal
    units_returned: Decimal
    distinct_products: int
    active_days: int
    excluded_records: int


@dataclass(frozen=True)
class CategoryWeight:
    """The units of a category that a customer bought."""

    category: str
    units: Decimal


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """What a customer buys most, where and when; the favourite categories are in descending order.

    `units` counts the units of all categories, also of those that are not among the favourites.
    """

    categories: tuple[CategoryWeight, ...]
    units: Decimal | None
    channel: str | None
    region: str | None
    hour: int | None
