"""Scores of a logistic model, for all rows at once and without overflow."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shared.replay.features import Column, Floats
from shared.replay.overrides import LogisticOverride

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Scores:
    """The score of each row, 0 to 1; NaN where the model has none."""

    values: Floats
    is_scored: npt.NDArray[np.bool_]


def score(model: LogisticOverride, features: Mapping[str, Column], rows: int) -> Scores:
    """Score rows: logistic(intercept + Σ coefficient x (value - mean) ÷ scale).

    Terms are added by feature in the order of their names, one operation at a time, so that a row has the same score
    in every slice. Where a term or the sum leaves the range of floats, the row is computed with exponents apart.

    Args:
        model: the model.
        features: the columns of its features, under the names that the model uses.
        rows: the number of rows.
    """
    names = sorted(model.coefficients)
    log_odds = np.full(rows, model.intercept)
    with np.errstate(all="ignore"):
        for name in names:
            weight = model.coefficients[name] / np.float64(model.scales.get(name, 1.0))
            log_odds += (features[name].numbers - model.means.get(name, 0.0)) * weight
        is_scored = np.isfinite(log_odds)  # a missing feature is NaN, and so is any sum with it
        if not is_scored.all():
            is_scored = np.logical_and.reduce([~np.isnan(features[name].numbers) for name in names])
            beyond = np.flatnonzero(is_scored & ~np.isfinite(log_odds))
            log_odds[beyond] = _apart(model, {name: features[name].numbers[beyond] for name in names})
    log_odds[~is_scored] = np.nan
    return Scores(logistic(log_odds), is_scored)


def logistic(log_odds: Floats) -> Floats:
    """Return 1 ÷ (1 + exp(-x)), whose exponential never overflows; infinite log odds give 0 and 1."""
    small = np.exp(-np.abs(log_odds))
    return np.where(log_odds >= 0, 1.0, small) / (1.0 + small)


def _apart(model: LogisticOverride, numbers: Mapping[str, Floats]) -> Floats:
    """Return the log odds as mantissas and exponents give them; infinite only if the sum itself is.

    Numbers are halved before the mean is subtracted, because their difference may exceed the largest float.
    """
    fractions, exponents = [], []
    for name, values in numbers.items():
        value = np.frexp(values / 2 - model.means.get(name, 0.0) / 2)
        coefficient, scale = np.frexp(model.coefficients[name]), np.frexp(model.scales.get(name, 1.0))
        fractions.append(value[0] * coefficient[0] / scale[0])
        exponents.append(value[1].astype(np.int64) + 1 + int(coefficient[1]) - int(scale[1]))
    rows = len(fractions[0])
    fraction, exponent = np.frexp(model.intercept)
    fractions.append(np.full(rows, fraction))
    exponents.append(np.full(rows, int(exponent)))
    return _sum(np.array(fractions), np.array(exponents))


def _sum(fractions: Floats, exponents: Integers) -> Floats:
    """Return Σ fraction x 2^exponent over the first axis, relative to the largest exponent of terms that are not 0."""
    lowest = np.iinfo(np.int32).min // 2
    largest = np.where(fractions == 0, lowest, exponents).max(axis=0)
    relative = np.clip(exponents - largest, lowest, 0).astype(np.int32)
    total = np.ldexp(fractions, relative).sum(axis=0)
    with np.errstate(over="ignore", under="ignore"):
        return np.asarray(np.ldexp(total, largest.astype(np.int32)))
