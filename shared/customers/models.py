"""Models of the customer routes; fields added to the contract start with "Added:" in their description."""

from datetime import date
from typing import Any

from pydantic import Field

from shared.runtime.models import Model, Optional, Timestamp
from shared.runtime.numbers import Number


class HoldOutReport(Model):
    """Accuracy of the model on the last quarter of the days, which it was not fitted on.

    Counts and errors are of the customers that the model was fitted on.
    """

    days: int = Field(description="Number of days held out.", examples=[93])
    customers: int = Field(description="Customers with a purchase before the held-out days.", examples=[3370])
    expected_purchases: float = Field(description="Purchases that the model expected from all customers together.")
    actual_purchases: int = Field(
        description="Actual purchases: days on which a customer bought, summed over customers."
    )
    model_error: float = Field(description="Root mean square error per customer.", examples=[1.21])
    naive_error: float = Field(
        description="The same error when every customer is assumed to continue at their past rate."
    )


class ModelReport(Model):
    """The BG/NBD model that predicts repeat purchases; its times are in days."""

    model: str = Field(description="Name of the model.", examples=["bg/nbd"])
    fitted_at: Timestamp = Field(description="Time of the fit.")
    used: bool = Field(
        description="Whether predictions use the model: only if it beats the naive forecast on the hold-out."
    )
    reason: Optional[str] = Field(description="Why the model is not used.")
    parameters: Optional[dict[str, float]] = Field(
        description="Maximum-likelihood estimates of r, alpha, a and b.",
        examples=[{"r": 0.243, "alpha": 30.9, "a": 0.793, "b": 2.426}],
    )
    log_likelihood: Optional[float] = Field(description="Log-likelihood of the fit.")
    fitted_on: Optional[int] = Field(
        description="Number of customers that the model was fitted and validated on: all of them, or a uniform sample "
        "of at least 50 000 if there are more. Every customer is predicted with the fitted parameters.",
        examples=[4372],
    )
    hold_out: Optional[HoldOutReport] = Field(description="Accuracy on held-out days.")


class CustomerSegment(Model):
    """One customer segment."""

    segment_id: str = Field(description="Id of the segment.", examples=["champions"])
    name: str = Field(description="Name of the segment.", examples=["Champions"])
    description: str = Field(description="Which customers the segment contains.")
    customer_count: int = Field(description="Number of customers in the segment.")
    percentage: float = Field(description="Share of all customers, 0 to 100.")
    avg_lifetime_value: Number = Field(description="Mean net amount per customer to date; 0 for an empty segment.")
    avg_order_value: Number | None = Field(
        description="Net amount ÷ orders with a positive net amount; null if there are none."
    )
    retention_rate: float | None = Field(
        description="Share of the customers with a purchase in the previous 90 days who also bought in the last 90; "
        "null if there were none."
    )
    characteristics: dict[str, Any] = Field(
        description="`cells`: the value scores of the segment by recency score. `revenue_share`, `average_orders`, "
        "`average_days_since_last_order`: null if the denominator is 0."
    )


class CustomerSegmentationResponse(Model):
    """All eleven customer segments, including empty ones."""

    segments: list[CustomerSegment] = Field(description="The segments.")
    total_customers: int = Field(description="Customers with a completed line of positive quantity.")
    segmentation_date: Timestamp = Field(description="Time of the computation.")
    as_of: date = Field(description="Added: the last day with a sale; periods are counted back from its end.")
    definition_version: str = Field(description="Added: version of the segment definitions.", examples=["rfm-1"])
    definition_date: date = Field(description="Added: date since which this version is in effect.")
    reporting_currency: str = Field(description="Added: currency of all amounts.", examples=["USD"])
    excluded_records: int = Field(description="Added: lines without an exchange rate; no amount includes them.")
    model: ModelReport = Field(description="Added: the model behind the predictions in profiles.")


class FavoriteCategory(Model):
    """A product category and its share of the customer's purchases."""

    category: str = Field(description="The category.")
    share: float = Field(description="Share of the units bought that have a category, 0 to 1.")


class CustomerPreferences(Model):
    """Preferences of a customer; ties are resolved alphabetically."""

    favorite_categories: list[FavoriteCategory] = Field(description="At most three, by descending share.")
    preferred_channel: str | None = Field(description="Channel of most orders; null if no order has one.")
    preferred_region: str | None = Field(description="Region of most orders; null if no order has one.")
    preferred_hour_utc: int | None = Field(description="UTC hour of most orders, 0 to 23.")
    average_basket_size: Number = Field(description="Mean units per order.")


class BehaviorMetrics(Model):
    """Purchase behaviour of a customer; periods end with the day `as_of`."""

    orders_last_30d: int = Field(description="Orders in the last 30 days.")
    orders_last_90d: int = Field(description="Orders in the last 90 days.")
    days_since_last_order: int = Field(description="Days from the last purchase to `as_of`.")
    average_days_between_orders: Number | None = Field(
        description="Mean days between orders; null with fewer than two."
    )
    return_rate: Number = Field(description="Units returned ÷ units bought.")
    distinct_products: int = Field(description="Number of distinct products bought.")
    active_days: int = Field(description="Days with a completed line, including returns.")
    revenue_last_90d: Number = Field(description="Net amount of the last 90 days.")


class RfmScores(Model):
    """The scores that determine the segment, each from 1 (worst) to 5 (best)."""

    recency: int = Field(description="Score of the time since the last purchase.")
    frequency: int = Field(description="Score of the number of orders.")
    monetary: int = Field(description="Score of the net amount.")


class SegmentStay(Model):
    """A period that a customer spent in one segment."""

    segment: str = Field(description="The `segment_id`.", examples=["champions"])
    entered: Timestamp = Field(description="Start of the period.")
    left: Optional[Timestamp] = Field(description="End of the period; absent if it is the current one.")


class CustomerProfileResponse(Model):
    """Profile of a customer: value, preferences, behaviour and predictions."""

    customer_id: str = Field(description="Id of the customer.")
    segment: str = Field(description="The `segment_id`.", examples=["champions"])
    lifetime_value: Number = Field(description="Net amount of all lines to date, less returns.")
    total_orders: int = Field(description="Orders with a completed line of positive quantity.")
    avg_order_value: Optional[Number] = Field(description="Net amount ÷ orders with a positive net amount.")
    first_purchase_date: Timestamp = Field(description="Time of the first purchase.")
    last_purchase_date: Timestamp = Field(description="Time of the last purchase.")
    predicted_next_purchase: Optional[Timestamp] = Field(
        description="First day by whose end one more purchase is expected, at most one year after `as_of`."
    )
    risk_score: Optional[float] = Field(description="Probability that the customer has churned, 0 to 1.")
    preferences: CustomerPreferences = Field(description="Preferences of the customer.")
    behavior_metrics: BehaviorMetrics = Field(description="Purchase behaviour of the customer.")
    expected_purchases: Optional[float] = Field(description="Added: purchases expected within 90 days of `as_of`.")
    absent: dict[str, str] = Field(description="Added: for each absent field, the reason.")
    scores: RfmScores = Field(description="Added: the scores that determine the segment.")
    segment_history: list[SegmentStay] = Field(description="Added: the last 50 periods in segments, oldest first.")
    segmentation_date: Timestamp = Field(description="Added: time of the computation.")
    as_of: date = Field(description="Added: the last day with a sale; periods are counted back from its end.")
    definition_version: str = Field(description="Added: version of the segment definitions.", examples=["rfm-1"])
    reporting_currency: str = Field(description="Added: currency of all amounts.", examples=["USD"])
    excluded_records: int = Field(description="Added: lines without an exchange rate; no amount includes them.")
    model: ModelReport = Field(description="Added: the model behind the predictions.")
