"""How long a run will take, by the runs that completed before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import fmean
from typing import TYPE_CHECKING

from shared.pipelines.run_register import COMPLETED

if TYPE_CHECKING:
    from shared.pipelines.run_register import RunRegister

_DEFAULT_SECONDS, _DEFAULT_RATE = 30.0, 20_000.0
"""Before any run has completed: seconds for the query and the start of functions, and decisions per second."""

_MEASURED_BY = 20


@dataclass(frozen=True)
class Measured:
    """A completed run: its number of decisions, and how long it took."""

    decisions: int
    seconds: float


@dataclass(frozen=True)
class Estimates:
    """Estimates by the runs that completed last."""

    register: "RunRegister"

    def time_of(self, decisions: int | None) -> timedelta:
        """Return how long a run of so many decisions will take; of as many as earlier ones if it is unknown."""
        ended = [each for each in self.register.latest(_MEASURED_BY) if each.status == COMPLETED]
        measured = [Measured(each.decisions, each.seconds) for each in ended]
        return timedelta(seconds=estimate_seconds(measured, decisions))


def estimate_seconds(measured: Sequence[Measured], decisions: int | None) -> float:
    """Return how many seconds a run of so many decisions will take, at least 1.

    A run takes some seconds whatever its size, and some per decision: the least-squares line through the earlier runs
    (https://en.wikipedia.org/wiki/Simple_linear_regression), with the default rate where these are too much alike. If
    the number of decisions is unknown, it is taken to be the mean of the earlier runs.
    """
    if not measured:
        return _DEFAULT_SECONDS + (decisions or 0) / _DEFAULT_RATE
    mean_decisions, mean_seconds = fmean(each.decisions for each in measured), fmean(each.seconds for each in measured)
    per_decision = _slope(measured, mean_decisions, mean_seconds)
    fixed = max(0.0, mean_seconds - per_decision * mean_decisions)
    return max(1.0, fixed + per_decision * (mean_decisions if decisions is None else decisions))


def _slope(measured: Sequence[Measured], mean_decisions: float, mean_seconds: float) -> float:
    spread = sum((each.decisions - mean_decisions) ** 2 for each in measured)
    together = sum((each.decisions - mean_decisions) * (each.seconds - mean_seconds) for each in measured)
    return together / spread if together > 0 else min(1 / _DEFAULT_RATE, mean_seconds / max(1.0, mean_decisions))
