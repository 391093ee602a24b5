"""Builds a customer's profile from facts, scores and predictions. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from shared.customers.facts import CustomerFacts, Preferences
from shared.customers.forecast import NOT_WITHIN_A_YEAR, NOTHING_PAID, Expectation
from shared.customers.models import (
    BehaviorMetrics,
    CustomerPreferences,
    CustomerProfileResponse,
    FavoriteCategory,
    RfmScores,
    SegmentStay,
)
from shared.customers.rules import Scores
from shared.customers.run import CustomerRun
from shared.customers.segments import DEFINITION
from shared.runtime.numbers import EXACT

_A_DAY = Decimal(86_400)
_PLACES = 4


@dataclass(frozen=True, kw_only=True)
class Known:
    """The inputs of one profile; `expected` is a reason (text) if there is no prediction."""

    facts: CustomerFacts
    preferences: Preferences
    scores: Scores
    stays: Sequence[SegmentStay]
    expected: Expectation | str


def profile(known: Known, run: CustomerRun) -> CustomerProfileResponse:
    """Build a customer's profile, with a reason for every absent field."""
    facts = known.facts
    prediction = _prediction(known.expected, run.last_day)
    absent = dict(prediction.absent) if facts.paid_orders else {**prediction.absent, "avg_order_value": NOTHING_PAID}
    return CustomerProfileResponse(
        customer_id=facts.customer_id,
        segment=known.scores.segment.segment_id,
        lifetime_value=facts.net_amount,
        total_orders=facts.orders,
        avg_order_value=EXACT.divide(facts.net_amount, Decimal(facts.paid_orders)) if facts.paid_orders else None,
        first_purchase_date=facts.first_purchase,
        last_purchase_date=facts.last_purchase,
        predicted_next_purchase=prediction.next_purchase,
        risk_score=prediction.risk,
        preferences=_preferences(known),
        behavior_metrics=_behavior(facts, run.last_day),
        expected_purchases=prediction.purchases,
        absent=absent,
        scores=RfmScores(**vars(known.scores)),
        segment_history=list(known.stays),
        segmentation_date=run.at,
        as_of=run.last_day,
        definition_version=DEFINITION,
        reporting_currency=run.reporting_currency,
        excluded_records=facts.excluded_records,
        model=run.model,
    )


@dataclass(frozen=True, kw_only=True)
class _Prediction:
    """The predictions in a profile, and the reasons for absent ones."""

    next_purchase: datetime | None = None
    risk: float | None = None
    purchases: float | None = None
    absent: Mapping[str, str]


def _prediction(expected: Expectation | str, last_day: date) -> _Prediction:
    if isinstance(expected, str):
        fields = ("predicted_next_purchase", "risk_score", "expected_purchases")
        return _Prediction(absent=dict.fromkeys(fields, expected))
    within = expected.days_until_next
    return _Prediction(
        next_purchase=None if within is None else _midnight(last_day + timedelta(days=within)),
        risk=round(1 - expected.probability_alive, _PLACES),
        purchases=round(expected.purchases, _PLACES),
        absent={} if within is not None else {"predicted_next_purchase": NOT_WITHIN_A_YEAR},
    )


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _preferences(known: Known) -> CustomerPreferences:
    preferences = known.preferences
    units = preferences.units or Decimal(1)
    return CustomerPreferences(
        favorite_categories=[
            FavoriteCategory(category=each.category, share=round(float(each.units / units), _PLACES))
            for each in preferences.categories
        ],
        preferred_channel=preferences.channel,
        preferred_region=preferences.region,
        preferred_hour_utc=preferences.hour,
        average_basket_size=EXACT.divide(known.facts.units_bought, Decimal(known.facts.orders)),
    )


def _behavior(facts: CustomerFacts, last_day: date) -> BehaviorMetrics:
    between = Decimal(str((facts.last_purchase - facts.first_purchase).total_seconds())) / _A_DAY
    return BehaviorMetrics(
        orders_last_30d=facts.orders_last_30d,
        orders_last_90d=facts.orders_last_90d,
        days_since_last_order=(last_day - facts.last_purchase.date()).days,
        average_days_between_orders=EXACT.divide(between, Decimal(facts.orders - 1)) if facts.orders > 1 else None,
        return_rate=EXACT.divide(facts.units_returned, facts.units_bought),
        distinct_products=facts.distinct_products,
        active_days=facts.active_days,
        revenue_last_90d=facts.revenue_last_90d,
    )
