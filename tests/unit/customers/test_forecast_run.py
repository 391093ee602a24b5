"""When a model is accepted, and the reason given when it is not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np

from shared.customers.facts import CustomerFacts, HistoryPeriod
from shared.customers.forecast import Expectation
from shared.customers.forecast_run import fit_model, predict
from shared.customers.models import ModelReport

OPENED = date(2025, 1, 1)
NOW = datetime(2026, 1, 2, tzinfo=UTC)
YEAR = HistoryPeriod(first_day=OPENED, last_day=OPENED + timedelta(days=360))
SEEN_DAYS = 270


def customer(name: str, days: Sequence[int], period: HistoryPeriod = YEAR) -> CustomerFacts:
    """A customer who bought on these days after the shop opened."""
    moments = [datetime(2025, 1, 1, 12, tzinfo=UTC) + timedelta(days=int(day)) for day in sorted(days)]
    seen = [each for each in moments if each.date() <= period.calibration_end]
    return CustomerFacts(
        customer_id=name,
        orders=len(moments),
        paid_orders=len(moments),
        first_purchase=moments[0],
        last_purchase=moments[-1],
        purchase_days=len(moments),
        seen_purchase_days=len(seen),
        seen_last_purchase=seen[-1] if seen else None,
        orders_last_30d=0,
        orders_last_90d=0,
        orders_90d_before=0,
        net_amount=Decimal(1),
        revenue_last_90d=Decimal(0),
        units_bought=Decimal(1),
        units_returned=Decimal(0),
        distinct_products=1,
        active_days=1,
        excluded_records=0,
    )


@dataclass(frozen=True)
class Forecast:
    """A model with its predictions, and the reasons of customers without one."""

    report: ModelReport
    expectations: Mapping[str, Expectation]
    reasons: Mapping[str, str]


def forecast(customers: Sequence[CustomerFacts], period: HistoryPeriod, at: datetime) -> Forecast:
    """Fit to customers, and predict for the same."""
    report = fit_model(customers, period, at)
    found = predict(customers, report, period)
    return Forecast(
        report,
        {name: each for name, each in found.items() if isinstance(each, Expectation)},
        {name: each for name, each in found.items() if isinstance(each, str)},
    )


def days_of_leaving(count: int = 300) -> list[list[int]]:
    """When customers bought who are as the model has them: each at a rate of their own, leaving at some point."""
    chance = np.random.default_rng(2005)
    found = []
    for _ in range(count):
        rate, leave = chance.gamma(0.6, 1 / 12), chance.beta(1.0, 2.5)
        days = [int(chance.integers(0, 200))]
        while chance.random() > leave and (then := days[-1] + 1 + int(chance.exponential(1 / rate))) <= YEAR.days:
            days.append(then)
        found.append(days)
    return found


def going_on(days: Sequence[int]) -> CustomerFacts:
    """A customer who, in the holdout period, buys at exactly the rate of the time before."""
    seen = [day for day in days if day <= SEEN_DAYS]
    more = round((len(seen) - 1) / (SEEN_DAYS - seen[0]) * YEAR.held_out_days)
    return customer(f"c-{days}", [*seen, *(SEEN_DAYS + 1 + place for place in range(more))])


def test_a_model_better_than_the_naive_guess_is_accepted_with_its_details() -> None:
    customers = [customer(f"c-{place}", days) for place, days in enumerate(days_of_leaving())]

    found = forecast(customers, YEAR, NOW)

    report = found.report
    assert report.used
    assert report.reason is None
    assert report.fitted_at == NOW
    assert report.parameters is not None
    assert report.hold_out is not None
    assert report.hold_out.days == 90
    assert report.hold_out.model_error < report.hold_out.naive_error
    assert set(found.expectations) == {each.customer_id for each in customers if each.purchase_days > 1}
    assert set(found.reasons) == {each.customer_id for each in customers if each.purchase_days == 1}


def test_a_model_worse_than_the_naive_guess_predicts_nothing() -> None:
    found = forecast(list(map(going_on, days_of_leaving())), YEAR, NOW)

    assert not found.report.used
    assert found.report.parameters is not None
    assert found.report.hold_out is not None
    assert found.report.hold_out.model_error >= found.report.hold_out.naive_error
    assert found.expectations == {}
    assert set(found.reasons.values()) == {"the model does not beat the naive forecast on the hold-out"}


def test_a_model_needs_eight_weeks_of_sales_for_validation() -> None:
    short = HistoryPeriod(first_day=OPENED, last_day=OPENED + timedelta(days=55))

    found = forecast([customer("a", [0, 20, 50], short)], short, NOW)

    assert not found.report.used
    assert found.report.hold_out is None
    assert found.reasons == {"a": "there are fewer than 56 days of sales to fit and validate a model"}


def test_without_repeat_purchases_there_is_no_model() -> None:
    found = forecast([customer(f"o-{n}", [n]) for n in range(0, 300, 10)], YEAR, NOW)

    assert found.report.reason == "the model could not be fitted: no customer made a second purchase"


def test_without_customers_there_are_no_predictions() -> None:
    found = forecast([], YEAR, NOW)

    assert not found.report.used
    assert (dict(found.expectations), dict(found.reasons)) == ({}, {})
