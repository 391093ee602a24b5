"""The answers about customers, as contract C § 2.2 and resolutions § 10 spell them; what is added says so."""

from datetime import date
from typing import Any

from pydantic import Field

from shared.metrics.numbers import Number
from shared.runtime.models import Model, Optional, Timestamp


class HoldOutReport(Model):
    """How the model did on the last quarter of the days, fitted without them."""

    days: int = Field(description="Days held out.", examples=[93])
    customers: int = Field(description="Customers who had bought before them.", examples=[3370])
    expected_purchases: float = Field(description="Purchases that the model expected of all together.")
    actual_purchases: int = Field(description="Purchases that came: days on which a customer bought.")
    model_error: float = Field(description="Root mean square error per customer.", examples=[1.21])
    naive_error: float = Field(description="The same of guessing that everybody goes on at the rate so far.")


class ModelReport(Model):
    """The BG/NBD model of who buys again; times are in days."""

    model: str = Field(examples=["bg/nbd"])
    fitted_at: Timestamp
    used: bool = Field(description="Whether it is believed: only if it beats the naive guess on the hold-out.")
    reason: Optional[str] = Field(description="Why it is not.")
    parameters: Optional[dict[str, float]] = Field(
        description="The likeliest parameters r, alpha, a and b.",
        examples=[{"r": 0.243, "alpha": 30.9, "a": 0.793, "b": 2.426}],
    )
    log_likelihood: Optional[float]
    hold_out: Optional[HoldOutReport]


class CustomerSegment(Model):
    """One segment and the customers in it."""

    segment_id: str = Field(examples=["champions"])
    name: str = Field(examples=["Champions"])
    description: str
    customer_count: int
    percentage: float = Field(description="Of all customers, 0 to 100.")
    avg_lifetime_value: Number = Field(description="Net amount per customer so far; 0 without customers.")
    avg_order_value: Number | None = Field(
        description="Net amount ÷ orders with positive net amount; null where there are none."
    )
    retention_rate: float | None = Field(
        description="Of those who bought in the previous 90 days, the share who did so again in the last 90; null "
        "where nobody did."
    )
    characteristics: dict[str, Any] = Field(
        description="`cells`: its value scores by recency score. `revenue_share`, `average_orders`, "
        "`average_days_since_last_order`: null where there is nothing to divide by."
    )


class CustomerSegmentationResponse(Model):
    """All eleven segments, the empty ones too."""

    segments: list[CustomerSegment]
    total_customers: int = Field(description="Customers with a completed line of positive quantity.")
    segmentation_date: Timestamp = Field(description="When it was computed.")
    as_of: date = Field(description="Added: the last day with a sale; all times are counted back from its end.")
    definition_version: str = Field(description="Added: the version of scores and segments.", examples=["rfm-1"])
    definition_date: date = Field(description="Added: since when that version holds.")
    reporting_currency: str = Field(description="Added: amounts are in it.", examples=["USD"])
    excluded_records: int = Field(description="Added: lines of which no amount is told, their currency having no rate.")
    model: ModelReport = Field(description="Added: the model behind the predictions of profiles.")


class FavoriteCategory(Model):
    """A category and its share of the units bought that have one."""

    category: str
    share: float = Field(description="0 to 1.")


class CustomerPreferences(Model):
    """What a customer likes; of two equal things the alphabet's first."""

    favorite_categories: list[FavoriteCategory] = Field(description="At most three, the largest first.")
    preferred_channel: str | None = Field(description="Of most orders; null where no order names one.")
    preferred_region: str | None = Field(description="Of most orders; null where no order names one.")
    preferred_hour_utc: int | None = Field(description="In which most orders were placed, 0 to 23.")
    average_basket_size: Number = Field(description="Units per order.")


class BehaviorMetrics(Model):
    """What a customer does, counted back from the end of `as_of`."""

    orders_last_30d: int
    orders_last_90d: int
    days_since_last_order: int = Field(description="Days from the last purchase to `as_of`.")
    average_days_between_orders: Number | None = Field(description="Null with fewer than two orders.")
    return_rate: Number = Field(description="Units returned ÷ units bought.")
    distinct_products: int
    active_days: int = Field(description="Days with a completed line, returns included.")
    revenue_last_90d: Number


class RfmScores(Model):
    """The scores behind the segment, each 1 (worst) to 5 (best)."""

    recency: int
    frequency: int
    monetary: int


class SegmentStay(Model):
    """A time in one segment."""

    segment: str = Field(examples=["champions"])
    entered: Timestamp
    left: Optional[Timestamp] = Field(description="Absent while it lasts.")


class CustomerProfileResponse(Model):
    """Everything that is known of a customer, and what is expected."""

    customer_id: str
    segment: str = Field(description="The `segment_id`.", examples=["champions"])
    lifetime_value: Number = Field(description="Net amount of all lines so far, returns deducted.")
    total_orders: int = Field(description="Orders with a completed line of positive quantity.")
    avg_order_value: Optional[Number] = Field(description="Net amount ÷ orders with positive net amount.")
    first_purchase_date: Timestamp
    last_purchase_date: Timestamp
    predicted_next_purchase: Optional[Timestamp] = Field(
        description="The first day by whose end one more purchase is expected, at most a year from `as_of`."
    )
    risk_score: Optional[float] = Field(description="1 less the probability of still being a customer, 0 to 1.")
    preferences: CustomerPreferences
    behavior_metrics: BehaviorMetrics
    expected_purchases: Optional[float] = Field(description="Added: expected within 90 days of `as_of`.")
    absent: dict[str, str] = Field(description="Added: why each field that is absent is so.")
    scores: RfmScores = Field(description="Added: the scores behind the segment.")
    segment_history: list[SegmentStay] = Field(description="Added: the last 50 stays in segments, oldest first.")
    segmentation_date: Timestamp = Field(description="Added: when it was computed.")
    as_of: date = Field(description="Added: the last day with a sale; all times are counted back from its end.")
    definition_version: str = Field(description="Added: the version of scores and segments.", examples=["rfm-1"])
    reporting_currency: str = Field(description="Added: amounts are in it.", examples=["USD"])
    excluded_records: int = Field(description="Added: lines of which no amount is told, their currency having no rate.")
    model: ModelReport = Field(description="Added: the model behind what is expected.")
