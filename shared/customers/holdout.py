"""Validates the model: fitted on the earlier part of the histories, compared with the later part. Pure."""

from dataclasses import dataclass

import numpy as np

from shared.customers.bgnbd import Floats, Histories, ModelParameters, NotFitted, expected_purchases


@dataclass(frozen=True, kw_only=True)
class HoldOut:
    """Errors of the model and of the naive forecast on the hold-out.

    The naive forecast is that each customer continues to purchase at the previous rate. Errors are root mean squares of
    purchases per customer.
    """

    days: int
    customers: int
    expected: float
    actual: int
    model_error: float
    naive_error: float

    @property
    def is_passed(self) -> bool:
        """Whether the model has a smaller error than the naive forecast."""
        return self.model_error < self.naive_error


def check(parameters: ModelParameters, calibration: Histories, actual: Floats, days: int) -> HoldOut:
    """Compare the predictions for the time after the calibration with the actual purchases.

    Raises:
        NotFitted: the parameters are so extreme, as few customers with equal rates make them, that floating point has
            no expectation for some customer.
    """
    expected = expected_purchases(parameters, calibration, float(days))
    if not np.all(np.isfinite(expected)):
        raise NotFitted("its expectations are not finite")
    age = np.maximum(calibration.age, 1.0)
    naive = calibration.frequency / age * days
    return HoldOut(
        days=days,
        customers=len(actual),
        expected=float(expected.sum()),
        actual=int(actual.sum()),
        model_error=_error(expected, actual),
        naive_error=_error(np.asarray(naive, np.float64), actual),
    )


def _error(guessed: Floats, actual: Floats) -> float:
    return float(np.sqrt(np.mean((guessed - actual) ** 2)))
