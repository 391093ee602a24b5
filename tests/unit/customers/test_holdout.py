"""Validation of the model on held-out days."""

import numpy as np
import pytest

from shared.customers.bgnbd import Histories, ModelParameters, NotFitted
from shared.customers.holdout import check

ALIKE = ModelParameters(r=56497.83097174612, alpha=2840159.108644565, a=1232.9891145978593, b=496.6944518944996)
"""Fitted to four customers who purchase at nearly the same rate; floating point cannot tell what they will do."""


def test_a_model_without_finite_expectations_is_not_fitted() -> None:
    histories = Histories(np.array([1.0, 2.0]), np.array([10.0, 30.0]), np.array([100.0, 100.0]))

    with pytest.raises(NotFitted, match="not finite"):
        check(ALIKE, histories, np.array([1.0, 1.0]), 50)
