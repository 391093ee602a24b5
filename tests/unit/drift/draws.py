"""Decisions drawn at random, as profiles: many at once, so that hundreds of draws are fast."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray

from shared.drift.baseline import Baseline, BaselineSource
from shared.drift.comparison import Comparison, compare
from shared.drift.profile import BaselineProfile, Counts, CurrentProfile, Profile, Profiles, Value
from shared.lake.rollups.feature_rules import FeatureKind
from shared.statistics.sketches import LOG_GAMMA, OFFSET

Numbers = NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], Counts]
DAY = date(2026, 1, 5)
PRECEDING = Baseline(
    source=BaselineSource.PRECEDING,
    model_version="model-1",
    start=datetime(2026, 1, 4, tzinfo=UTC),
    end=datetime(2026, 1, 5, tzinfo=UTC),
)


def of_numbers(values: Numbers) -> Counts:
    """Return the counts of numbers."""
    sizes = np.where(values == 0, 1, np.abs(values))
    buckets = (np.sign(values) * (np.ceil(np.log(sizes) / LOG_GAMMA) + OFFSET)).astype(int)
    return {
        Value(FeatureKind.NUMBER, str(bucket)): int(count)
        for bucket, count in zip(*np.unique(buckets, return_counts=True), strict=True)
    }


def of_texts(values: NDArray[np.int64]) -> Counts:
    """Return the counts of texts that are named by numbers."""
    return {
        Value(FeatureKind.TEXT, f"merchant-{value}"): int(count)
        for value, count in zip(*np.unique(values, return_counts=True), strict=True)
    }


def amounts(rng: np.random.Generator, count: int) -> Counts:
    """Amounts with a long tail."""
    return of_numbers(rng.lognormal(4, 1.5, count).round(2))


def flags(rng: np.random.Generator, count: int) -> Counts:
    """Zeros and, mostly, ones."""
    return of_numbers((rng.random(count) < 0.9).astype(float))


def merchants(rng: np.random.Generator, count: int) -> Counts:
    """Two hundred merchants, of which some are much commoner than others."""
    weights = 1 / np.arange(1, 201)
    return of_texts(rng.choice(200, count, p=weights / weights.sum()))


def comparison(
    features: Mapping[str, Draw], drifted: Mapping[str, Draw], rng: np.random.Generator, decisions: int
) -> Comparison:
    """Compare decisions of which some features are drawn otherwise with as many in a baseline."""
    half = decisions // 2
    even, odd = (Profile(half, {name: draw(rng, half) for name, draw in features.items()}) for _ in range(2))
    now = {name: drifted.get(name, draw)(rng, decisions) for name, draw in features.items()}
    whole = Profile(decisions, now)
    return of_profiles(whole, even, odd)


def of_profiles(current: Profile, even: Profile, odd: Profile) -> Comparison:
    """Compare profiles."""
    found = Profiles("model-1", CurrentProfile(current, {0: current}), BaselineProfile())
    return compare(found, PRECEDING, BaselineProfile(even, odd), DAY)
