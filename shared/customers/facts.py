"""What the lake's sale lines say of one customer, as the queries tell it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class HistoryPeriod:
    """The days that a run looks at: from the first sale to the last, with the hold-out as the last quarter of them."""

    first_day: date
    last_day: date

    @property
    def days(self) -> int:
        """How many days lie between the first and the last."""
        return (self.last_day - self.first_day).days

    @property
    def held_out_days(self) -> int:
        """How many of the last days the model does not see when it is checked."""
        return self.days // 4

    @property
    def calibration_end(self) -> date:
        """The last day that the model sees when it is checked."""
        return self.last_day - timedelta(days=self.held_out_days)

    def back(self, days: int) -> date:
        """The first of so many last days."""
        return self.last_day + ONE_DAY - timedelta(days=days)


@dataclass(frozen=True, kw_only=True)
class CustomerFacts:
    """One customer: orders are those with a line of positive quantity; amounts are in the reporting currency.

    `seen` is what is known up to the hold-out.
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


class PreferenceKind(StrEnum):
    """What a customer may prefer."""

    CATEGORY = "category"
    CHANNEL = "channel"
    REGION = "region"
    HOUR = "hour"


@dataclass(frozen=True, kw_only=True)
class Preference:
    """One thing that a customer prefers, and its share of all of its kind."""

    customer_id: str
    kind: PreferenceKind
    value: str
    weight: Decimal
    whole: Decimal
