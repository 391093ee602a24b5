"""The BG/NBD model of repeat purchases (Fader, Hardie and Lee, 2005), fitted by maximum likelihood. Pure.

An active customer purchases at random at a rate that is gamma distributed over customers (r, alpha). After each
purchase a customer becomes inactive for good with a probability that is beta distributed over customers (a, b).

Only the scheduled function imports this module, because SciPy is too large for the request path.
"""

from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1

Floats = NDArray[np.float64]

_STARTS = ((1.0, 1.0, 1.0, 1.0), (0.25, 0.5, 1.0, 3.0))
_BOUND = 12.0
_AWAY_FROM_ONE = 1e-6
_INDISTINGUISHABLE = 0.01
_NO_MAXIMUM = "the likelihood has no maximum: customers hardly differ, or hardly any made a second purchase"


class NotFitted(Exception):
    """No maximum of the likelihood was found."""


@dataclass(frozen=True)
class Histories:
    """Purchase histories up to a moment: arrays with one element per customer, all times in one unit.

    `frequency` is the number of purchases after the first, `recency` the time from the first to the last, and `age` the
    time from the first to the moment.
    """

    frequency: Floats
    recency: Floats
    age: Floats


@dataclass(frozen=True)
class ModelParameters:
    """The four parameters of the model; alpha is in the time unit of the histories."""

    r: float
    alpha: float
    a: float
    b: float


@dataclass(frozen=True)
class Fit:
    """The maximum likelihood parameters and their log-likelihood."""

    parameters: ModelParameters
    log_likelihood: float


def fit(histories: Histories) -> Fit:
    """Fit the parameters to histories by maximum likelihood.

    Equal histories are grouped, and times are scaled by the largest age, so that the result does not depend on the
    unit. If churn does not improve the log-likelihood by at least 0.01, the model without churn is returned: a is near
    0, b large.

    Raises:
        NotFitted: the search ended without a maximum inside its bounds.
    """
    unit = float(histories.age.max(initial=0.0))
    if unit <= 0:
        raise NotFitted("every customer's first purchase is on the last day")
    if not np.any(histories.frequency > 0):
        raise NotFitted("no customer made a second purchase")
    rows, counts = np.unique(np.stack(_arrays(histories), axis=1), axis=0, return_counts=True)
    scaled = Histories(rows[:, 0], rows[:, 1] / unit, rows[:, 2] / unit)
    best = _search(scaled, counts.astype(np.float64))
    parameters = ModelParameters(best.r, best.alpha * unit, best.a, best.b)
    return Fit(parameters, log_likelihood(parameters, histories))


def log_likelihood(parameters: ModelParameters, histories: Histories) -> float:
    """Return the log-likelihood of the histories under the parameters."""
    return float(_log_likelihoods(parameters, histories).sum())


def probability_alive(parameters: ModelParameters, histories: Histories) -> Floats:
    """Return the probability (0 to 1) that each customer is still active."""
    return np.asarray(1 / (1 + _odds_gone(parameters, histories)), np.float64)


def expected_purchases(parameters: ModelParameters, histories: Histories, time: float | Floats) -> Floats:
    """Return the expected number of purchases of each customer within a time from now, in the unit of the histories."""
    r, alpha, a, b = astuple(parameters)
    if abs(a - 1) < _AWAY_FROM_ONE:
        a = 1 + _AWAY_FROM_ONE
    x, _, age = _arrays(histories)
    until = alpha + age + time
    mass = hyp2f1(r + x, b + x, a + b + x - 1, time / until)
    purchases = (a + b + x - 1) / (a - 1) * (1 - ((alpha + age) / until) ** (r + x) * mass)
    return np.asarray(purchases * probability_alive(parameters, histories), np.float64)


def days_until_purchase(parameters: ModelParameters, histories: Histories, longest: int) -> list[int | None]:
    """Return the days within which one purchase of each customer is expected; None if that exceeds `longest`."""
    low = np.zeros_like(histories.age)
    high = np.full_like(histories.age, float(longest))
    reached = expected_purchases(parameters, histories, high) >= 1
    while np.any(high - low > 1):
        middle = np.floor((low + high) / 2)
        enough = expected_purchases(parameters, histories, middle) >= 1
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return [int(days) if found else None for days, found in zip(high, reached, strict=True)]


def _arrays(histories: Histories) -> tuple[Floats, Floats, Floats]:
    return histories.frequency, histories.recency, histories.age


def _search(histories: Histories, counts: Floats) -> ModelParameters:
    def cost(logarithms: Floats) -> float:
        likelihoods = _log_likelihoods(ModelParameters(*np.exp(logarithms)), histories)
        return -float(counts @ likelihoods) / float(counts.sum())

    bounds = [(-_BOUND, _BOUND)] * 4
    options = {"ftol": 1e-13, "gtol": 1e-8, "maxiter": 1000}
    found = [minimize(cost, np.log(start), method="L-BFGS-B", bounds=bounds, options=options) for start in _STARTS]
    best = min(found, key=lambda each: each.fun)
    if not np.isfinite(best.fun) or np.any(np.abs(best.x[:2]) > _BOUND - 1e-6):
        raise NotFitted(_NO_MAXIMUM)
    nobody_leaves = np.array([*best.x[:2], -_BOUND, _BOUND])
    if (cost(nobody_leaves) - best.fun) * float(counts.sum()) < _INDISTINGUISHABLE:
        # Towards this limit the likelihood is so flat that rounding, which differs between processors, would
        # determine at which a and b a search ends, or whether it ends inside the bounds at all.
        return _parameters(nobody_leaves)
    if np.any(np.abs(best.x) > _BOUND - 1e-6):
        raise NotFitted(_NO_MAXIMUM)
    return _parameters(best.x)


def _parameters(logarithms: Floats) -> ModelParameters:
    return ModelParameters(*(float(each) for each in np.exp(logarithms)))


def _log_likelihoods(parameters: ModelParameters, histories: Histories) -> Floats:
    r, alpha, a, b = astuple(parameters)
    x, recency, age = _arrays(histories)
    bought = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    alive = betaln(a, b + x) - betaln(a, b) - (r + x) * np.log(alpha + age)
    came = np.maximum(x, 1)
    gone = betaln(a + 1, b + came - 1) - betaln(a, b) - (r + x) * np.log(alpha + recency)
    return np.asarray(bought + np.logaddexp(alive, np.where(x > 0, gone, -np.inf)), np.float64)


def _odds_gone(parameters: ModelParameters, histories: Histories) -> Floats:
    r, alpha, a, b = astuple(parameters)
    x, recency, age = _arrays(histories)
    odds = a / (b + np.maximum(x, 1) - 1) * ((alpha + age) / (alpha + recency)) ** (r + x)
    return np.asarray(np.where(x > 0, odds, 0.0), np.float64)
