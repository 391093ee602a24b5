"""Fits the model to a sample of customers, and predicts purchases of any customer with it. Pure, on NumPy."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime

import numpy as np

from shared.customers.bgnbd import (
    Fit,
    Histories,
    ModelParameters,
    NotFitted,
    days_until_purchase,
    expected_purchases,
    fit,
    probability_alive,
)
from shared.customers.facts import CustomerFacts, HistoryPeriod
from shared.customers.forecast import NOT_FINITE, TOO_FEW_PURCHASES, Expectation
from shared.customers.holdout import HoldOut, check
from shared.customers.models import HoldOutReport, ModelReport
from shared.customers.queries import RECENT_DAYS

SHORTEST_HOLD_OUT = 14
LONGEST_PREDICTION = 365
_MODEL = "bg/nbd"


def fit_model(customers: Sequence[CustomerFacts], period: HistoryPeriod, at: datetime) -> ModelReport:
    """Fit the model to customers and validate it on the hold-out."""
    fitted, held_out, reason = _fit_and_validate(customers, period)
    return ModelReport(
        model=_MODEL,
        fitted_at=at,
        used=reason is None,
        reason=reason,
        parameters=asdict(fitted.parameters) if fitted else None,
        log_likelihood=fitted.log_likelihood if fitted else None,
        fitted_on=len(customers),
        hold_out=_to_report(held_out) if held_out else None,
    )


def predict(
    customers: Sequence[CustomerFacts], model: ModelReport, period: HistoryPeriod
) -> Mapping[str, Expectation | str]:
    """Predict for customers with purchases on at least two days; the others get the reason for having no prediction."""
    if not model.used or model.parameters is None:
        return {each.customer_id: model.reason or "" for each in customers}
    bought_again = [each for each in customers if each.purchase_days > 1]
    found: dict[str, Expectation | str] = {each.customer_id: TOO_FEW_PURCHASES for each in customers}
    found |= {each.customer_id: NOT_FINITE for each in bought_again}
    return found | dict(_expectations(bought_again, ModelParameters(**model.parameters), period))


def _fit_and_validate(
    customers: Sequence[CustomerFacts], period: HistoryPeriod
) -> tuple[Fit | None, HoldOut | None, str | None]:
    """Return the fit of the whole history, the result on the hold-out, and the reason for rejecting the model."""
    if period.held_out_days < SHORTEST_HOLD_OUT:
        return None, None, f"there are fewer than {4 * SHORTEST_HOLD_OUT} days of sales to fit and validate a model"
    seen = [each for each in customers if each.seen_last_purchase is not None]
    calibration = _calibration_histories(seen, period)
    later = np.array([each.purchase_days - each.seen_purchase_days for each in seen], np.float64)
    try:
        held_out = check(fit(calibration).parameters, calibration, later, period.held_out_days)
        fitted = fit(_all_histories(customers, period))
    except NotFitted as error:
        return None, None, f"the model could not be fitted: {error}"
    passed = None if held_out.is_passed else "the model does not beat the naive forecast on the hold-out"
    return fitted, held_out, passed


def _all_histories(customers: Sequence[CustomerFacts], period: HistoryPeriod) -> Histories:
    return _histories(
        [(each.purchase_days, each.first_purchase, each.last_purchase) for each in customers], period.last_day
    )


def _calibration_histories(customers: Sequence[CustomerFacts], period: HistoryPeriod) -> Histories:
    told = [
        (each.seen_purchase_days, each.first_purchase, each.seen_last_purchase or each.first_purchase)
        for each in customers
    ]
    return _histories(told, period.calibration_end)


def _histories(told: Sequence[tuple[int, datetime, datetime]], end: date) -> Histories:
    """Count in days; all purchases of a customer on one day are one purchase."""
    rows = [(days - 1, (last.date() - first.date()).days, (end - first.date()).days) for days, first, last in told]
    table = np.array(rows, np.float64).reshape(-1, 3)
    return Histories(table[:, 0], table[:, 1], table[:, 2])


def _expectations(
    customers: Sequence[CustomerFacts], parameters: ModelParameters, period: HistoryPeriod
) -> Iterator[tuple[str, Expectation]]:
    histories = _all_histories(customers, period)
    alive = probability_alive(parameters, histories)
    purchases = expected_purchases(parameters, histories, float(RECENT_DAYS))
    days = days_until_purchase(parameters, histories, LONGEST_PREDICTION)
    for each, probability, expected, until in zip(customers, alive, purchases, days, strict=True):
        if np.isfinite(probability) and np.isfinite(expected):
            yield each.customer_id, Expectation(float(probability), float(expected), until)


def _to_report(held_out: HoldOut) -> HoldOutReport:
    return HoldOutReport(
        days=held_out.days,
        customers=held_out.customers,
        expected_purchases=held_out.expected,
        actual_purchases=held_out.actual,
        model_error=held_out.model_error,
        naive_error=held_out.naive_error,
    )
