"""Profiles: how often each value of each feature occurs, of a baseline by half and of a judged range by day. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from shared.drift.question import named_model
from shared.lake.rollups.feature_rules import FeatureKind, hash_bin


class Value(NamedTuple):
    """A value as profiles count it: its kind, and the bucket of a number, a text, or the bin of its hash."""

    kind: str
    bucket: str


Counts = Mapping[Value, int]


@dataclass(frozen=True)
class Profile:
    """Values of features in some decisions."""

    decisions: int = 0
    features: Mapping[str, Counts] = field(default_factory=dict)

    def counts(self, feature: str) -> Counts:
        """Return the values of a feature; none if it is unknown."""
        return self.features.get(feature, {})


@dataclass(frozen=True)
class BaselineProfile:
    """A profile by half: bins are chosen on the even one, and the odd one is the reference."""

    even: Profile = field(default_factory=Profile)
    odd: Profile = field(default_factory=Profile)

    @property
    def decisions(self) -> int:
        """The decisions of both halves."""
        return self.even.decisions + self.odd.decisions

    @property
    def features(self) -> frozenset[str]:
        """The features that occur in it."""
        return frozenset({*self.even.features, *self.odd.features})

    def counts(self, feature: str) -> Counts:
        """Return the values of a feature in both halves."""
        return added([self.even.counts(feature), self.odd.counts(feature)])


@dataclass(frozen=True)
class CurrentProfile:
    """The decisions of a judged range, whole and by day from its first one, and the sums of attributions."""

    whole: Profile = field(default_factory=Profile)
    days: Mapping[int, Profile] = field(default_factory=dict)
    attributions: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Profiles:
    """The model version that was judged (None without decisions), its decisions, and those before them by half."""

    model_version: str | None
    current: CurrentProfile
    before: BaselineProfile


def read_profiles(rows: Iterable[Mapping[str, Any]]) -> Profiles:
    """Read the rows of a query of `shared.drift.queries`."""
    current, even, odd = _Builder(), _Builder(), _Builder()
    days: dict[int, _Builder] = {}
    attributions: dict[str, int] = {}
    model: str | None = None
    for row in rows:
        model, feature, kind = row["model_version"], row["feature"], row["kind"]
        if kind == FeatureKind.ATTRIBUTION:
            attributions[feature] = row["weight"]
            continue
        for counts in _unpack(row["counts"]):
            value = Value(kind, counts.bucket or row["bucket"])
            current.add(feature, value, counts.decisions)
            even.add(feature, value, counts.even)
            odd.add(feature, value, counts.odd)
            for day, decisions in counts.days:
                days.setdefault(day, _Builder()).add(feature, value, decisions)
    whole = CurrentProfile(current.built(), {day: days[day].built() for day in sorted(days)}, attributions)
    before = BaselineProfile(even.built(), odd.built())
    return Profiles(None if model is None else named_model(model), whole, before)


class _Builder:
    """Adds counts up to a profile; values that do not occur are left out."""

    def __init__(self) -> None:
        self._decisions = 0
        self._features: dict[str, dict[Value, int]] = {}

    def add(self, feature: str, value: Value, decisions: int) -> None:
        """Add a value of a feature, of which there is one row."""
        if value.kind == FeatureKind.DECISIONS:
            self._decisions += decisions
        elif decisions:
            self._features.setdefault(feature, {})[value] = decisions

    def built(self) -> Profile:
        """Return the profile."""
        return Profile(self._decisions, self._features)


class _Counts(NamedTuple):
    """The counts of a value: its bucket, if it is a number, the decisions of each side, and those of each day."""

    bucket: str
    decisions: int
    even: int
    odd: int
    days: Sequence[tuple[int, int]]


def _unpack(packed: str) -> Iterator[_Counts]:
    """Read an array of counts such as `[40001|5|4|0|0:2 3:3, 40002|…]`."""
    for counts in packed.strip("[]").split(", "):
        bucket, decisions, even, odd, on_days = counts.split("|")
        days = [(int(day), int(number)) for day, _, number in (each.partition(":") for each in on_days.split())]
        yield _Counts(bucket, int(decisions), int(even), int(odd), days)


def added(profiles: Sequence[Counts]) -> Counts:
    """Add counts up."""
    total: Counter[Value] = Counter()
    for each in profiles:
        total.update(each)
    return total


def is_folded(counts: Counts) -> bool:
    """Whether the texts of a feature are counted by hash."""
    return any(value.kind == FeatureKind.HASH for value in counts)


def folded(counts: Counts) -> Counts:
    """Count texts by hash, as roll-ups do with features that have too many of them."""
    total: Counter[Value] = Counter()
    for value, decisions in counts.items():
        is_text = value.kind == FeatureKind.TEXT
        total[Value(FeatureKind.HASH, str(hash_bin(value.bucket))) if is_text else value] += decisions
    return total
