"""Whether the model may be believed: fitted on the earlier part of the histories, held against the later. Pure."""

from dataclasses import dataclass

import numpy as np

from shared.customers.bgnbd import Floats, Histories, ModelParameters, expected_purchases


@dataclass(frozen=True, kw_only=True)
class HoldOut:
    """How the model and the naive guess did on what they had not seen.

    The naive guess is that every customer goes on buying again at the rate so far. Errors are root mean squares of
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
        """Whether the model did better than the naive guess."""
        return self.model_error < self.naive_error


def check(parameters: ModelParameters, calibration: Histories, actual: Floats, days: int) -> HoldOut:
    """Hold what a model expects of the time after its calibration against what came."""
    expected = expected_purchases(parameters, calibration, float(days))
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
