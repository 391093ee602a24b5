"""Compares features of a judged range with a baseline: counts by bin, daily PSI, and the quality of values. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from shared.drift.baseline import Baseline
from shared.drift.binning import Bins, bounds_of, choose_bins, count, is_numeric
from shared.drift.profile import BaselineProfile, Counts, CurrentProfile, Profile, Profiles, folded, is_folded
from shared.lake.rollups.feature_rules import FeatureKind
from shared.statistics.divergences import divergence

ALWAYS = ("score", "amount")
"""Features of every decision, besides those in its map."""

_TYPICAL = 0.99
"""Share of a baseline's values of one kind, from which on values of other kinds do not conform."""


@dataclass(frozen=True, kw_only=True)
class BinCount:
    """A bin with its counts: of the odd half of the baseline, and of the judged range."""

    name: str
    low: float | None
    high: float | None
    reference: int
    current: int


@dataclass(frozen=True, kw_only=True)
class Quality:
    """The values of a feature in the judged range, as the baseline expects them.

    `conforming` counts those of the expected kind, and `unseen` texts and booleans that the baseline does not have;
    both are None if the baseline does not tell. `out_of_range` counts numbers beyond those of the baseline.
    """

    is_known: bool
    values: int
    conforming: int | None
    unseen: int | None
    out_of_range: int


@dataclass(frozen=True, kw_only=True)
class FeatureComparison:
    """A feature of a judged range beside its baseline; `history` has the PSI of each day with decisions."""

    name: str
    bins: Sequence[BinCount]
    history: Sequence[tuple[date, float]]
    attribution_share: float | None
    quality: Quality


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """All features of a judged range beside their baseline, in the order of their names.

    `reference` is the number of decisions in the odd half of the baseline, of which it has `baseline_decisions`.
    """

    model_version: str | None
    decisions: int
    reference: int
    baseline_decisions: int
    baseline: Baseline
    features: Sequence[FeatureComparison]


def compare(found: Profiles, baseline: Baseline, profile: BaselineProfile, first_day: date) -> Comparison:
    """Compare all features that occur on either side.

    Args:
        found: the judged range.
        baseline: the baseline that `profile` is of.
        profile: the values of the baseline.
        first_day: the day that `found` counts days from.
    """
    names = sorted({*profile.features, *found.current.whole.features, *ALWAYS})
    shares = _attribution_shares(found.current.attributions)
    return Comparison(
        model_version=found.model_version,
        decisions=found.current.whole.decisions,
        reference=profile.odd.decisions,
        baseline_decisions=profile.decisions,
        baseline=baseline,
        features=[_compare(name, found.current, profile, first_day, shares.get(name)) for name in names],
    )


@dataclass(frozen=True)
class _Sides:
    """Both sides of a feature in one form: if the texts of either are counted by hash, those of both are."""

    even: Counts
    odd: Counts
    folds: bool

    @classmethod
    def of(cls, name: str, current: CurrentProfile, profile: BaselineProfile) -> "_Sides":
        even, odd = profile.even.counts(name), profile.odd.counts(name)
        folds = any(map(is_folded, (even, odd, current.whole.counts(name))))
        return cls(folded(even), folded(odd), folds) if folds else cls(even, odd, folds)

    def count(self, name: str, profile: Profile, bins: Bins) -> Mapping[int, int]:
        counts = profile.counts(name)
        return dict(enumerate(count(folded(counts) if self.folds else counts, profile.decisions, bins)))


def _compare(
    name: str, current: CurrentProfile, profile: BaselineProfile, first_day: date, share: float | None
) -> FeatureComparison:
    sides = _Sides.of(name, current, profile)
    bins = choose_bins(sides.even, numeric=is_numeric(profile.counts(name)))
    reference = dict(enumerate(count(sides.odd, profile.odd.decisions, bins)))
    found = sides.count(name, current.whole, bins)
    return FeatureComparison(
        name=name,
        bins=[
            BinCount(name=each.name, low=each.low, high=each.high, reference=reference[place], current=found[place])
            for place, each in enumerate(bins.bins)
            if reference[place] or found[place]
        ],
        history=[
            (first_day + timedelta(days=day), divergence(sides.count(name, each, bins), reference).psi)
            for day, each in current.days.items()
        ],
        attribution_share=share,
        quality=_quality(current.whole.counts(name), profile.counts(name), hashed=sides.folds),
    )


def _quality(current: Counts, baseline: Counts, *, hashed: bool) -> Quality:
    kinds, bounds = _expected_kinds(baseline), bounds_of(baseline)
    values = sum(current.values())
    conforming = sum(number for value, number in current.items() if _kind(value.kind) in kinds)
    tells_unseen = bool(baseline) and not hashed and not is_numeric(baseline)
    unseen = sum(number for value, number in current.items() if value not in baseline)
    return Quality(
        is_known=bool(baseline),
        values=values,
        conforming=conforming if baseline else None,
        unseen=unseen if tells_unseen else None,
        out_of_range=0 if bounds is None else sum(_out_of_range(current, bounds)),
    )


def _out_of_range(current: Counts, bounds: tuple[int, int]) -> Iterator[int]:
    low, high = bounds
    for value, number in current.items():
        if value.kind == FeatureKind.NUMBER and not low <= int(value.bucket) <= high:
            yield number


def _expected_kinds(baseline: Counts) -> frozenset[str]:
    """Return the kind of 99 % of the values, if there is one, or else all kinds that occur."""
    kinds: dict[str, int] = {}
    for value, number in baseline.items():
        kinds[_kind(value.kind)] = kinds.get(_kind(value.kind), 0) + number
    typical = {kind for kind, number in kinds.items() if number >= _TYPICAL * sum(kinds.values())}
    return frozenset(typical or kinds)


def _kind(kind: str) -> str:
    return FeatureKind.TEXT.value if kind == FeatureKind.HASH else kind


def _attribution_shares(sums: Mapping[str, int]) -> Mapping[str, float]:
    total = sum(sums.values())
    return {name: each / total for name, each in sums.items()} if total else {}
