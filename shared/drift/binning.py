"""Chooses the bins of a feature on one half of its baseline, and counts values in them. Pure.

Numbers have the deciles of the even half as bins (a, b], open at both ends; their edges are bounds of logarithmic
buckets, so that counts by bucket can be added up to bins exactly. Equal edges are merged; a value that several deciles
share, such as the 1 of a flag, has a bin of its own, because values below it would otherwise count as the same. Texts
and booleans have a bin for each of their 50 commonest values, and 20 bins by hash for the others.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from shared.drift.profile import Counts, Value
from shared.lake.rollups.feature_rules import HASH_BINS, FeatureKind, hash_bin
from shared.statistics.sketches import representative, upper_edge

MISSING, NEVER_SEEN, NO_NUMBER = "(missing)", "(never seen)", "(no number)"
MOST_BINS_OF_VALUES = 50
NUMERIC_SHARE = 0.99
"""Share of a baseline's values that are numbers, from which on a feature is numeric."""

_DECILES = 10


@dataclass(frozen=True)
class Bin:
    """A bin: its name and, of numbers, its bounds (low, high], of which an open one is None."""

    name: str
    low: float | None = None
    high: float | None = None


class Places(dict[Value, int]):
    """Places of values, found once for all days."""

    def __init__(self, find: Callable[[Value], int]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, value: Value) -> int:
        """Find the place of another value."""
        self[value] = found = self._find(value)
        return found


@dataclass(frozen=True)
class NumberBins:
    """Bins of numbers between edges, which are numbers of buckets."""

    edges: Sequence[int]

    @cached_property
    def bins(self) -> Sequence[Bin]:
        """All bins, in the order of their values; then other values and missing ones."""
        bounds = [None, *(upper_edge(each) + 0.0 for each in self.edges), None]  # -0.0 + 0.0 is 0.0
        ranges = [Bin(_interval(low, high), low, high) for low, high in pairwise(bounds)]
        return (*ranges, Bin(NO_NUMBER), Bin(MISSING))

    @cached_property
    def places(self) -> Places:
        """The place of each value among the bins."""
        return Places(self._place)

    def _place(self, value: Value) -> int:
        if value.kind != FeatureKind.NUMBER:
            return len(self.edges) + 1
        return bisect_left(self.edges, int(value.bucket))


@dataclass(frozen=True)
class ValueBins:
    """Bins of values: the commonest, the others by hash, and those that were never seen when the bins were chosen."""

    commonest: Mapping[Value, int]
    seen: frozenset[Value]

    @cached_property
    def bins(self) -> Sequence[Bin]:
        """All bins: values, other values, never seen, and missing ones."""
        others = (Bin(f"(other {number})") for number in range(HASH_BINS))
        return (*(Bin(name_of(each)) for each in self.commonest), *others, Bin(NEVER_SEEN), Bin(MISSING))

    @cached_property
    def places(self) -> Places:
        """The place of each value among the bins."""
        return Places(self._place)

    def _place(self, value: Value) -> int:
        if value in self.commonest:
            return self.commonest[value]
        if value not in self.seen:
            return len(self.commonest) + HASH_BINS
        return len(self.commonest) + hash_bin(value.bucket)


Bins = NumberBins | ValueBins


def is_numeric(counts: Counts) -> bool:
    """Whether 99 % of the values of a baseline are numbers."""
    numbers = sum(decisions for value, decisions in counts.items() if value.kind == FeatureKind.NUMBER)
    return numbers > 0 and numbers >= NUMERIC_SHARE * sum(counts.values())


def choose_bins(even: Counts, *, numeric: bool) -> Bins:
    """Choose the bins of a feature on the even half of its baseline."""
    return NumberBins(_edges(even)) if numeric else _value_bins(even)


def count(counts: Counts, decisions: int, bins: Bins) -> list[int]:
    """Count values by bin; what is left of the decisions has none, and counts as missing."""
    found, places = [0] * len(bins.bins), bins.places
    for value, number in counts.items():
        found[places[value]] += number
    found[-1] = max(0, decisions - sum(found))
    return found


def _edges(even: Counts) -> Sequence[int]:
    numbers = Counter({int(value.bucket): each for value, each in even.items() if value.kind == FeatureKind.NUMBER})
    deciles = Counter(_deciles(numbers))
    isolated = {edge - 1 for edge, shared in deciles.items() if shared > 1}
    return sorted({*deciles, *isolated})


def _deciles(numbers: Mapping[int, int]) -> Iterator[int]:
    """Yield, for each inner decile, the lowest bucket up to which there are so many of the values."""
    total, reached, decile = sum(numbers.values()), 0, 1
    for bucket in sorted(numbers):
        reached += numbers[bucket]
        while decile < _DECILES and reached * _DECILES >= decile * total:
            yield bucket
            decile += 1


def _value_bins(even: Counts) -> ValueBins:
    ordered = sorted(even, key=lambda value: (-even[value], value))
    return ValueBins({value: place for place, value in enumerate(ordered[:MOST_BINS_OF_VALUES])}, frozenset(even))


def name_of(value: Value) -> str:
    """Return the name of a value: a text itself, a number within 1 %."""
    match value.kind:
        case FeatureKind.NUMBER:
            return f"{representative(int(value.bucket)):.3g}"
        case FeatureKind.HASH:
            return f"(hash {value.bucket})"
        case _:
            return value.bucket


def bounds_of(counts: Counts) -> tuple[int, int] | None:
    """Return the lowest and the highest bucket of numbers; None without numbers."""
    buckets = [int(value.bucket) for value in counts if value.kind == FeatureKind.NUMBER]
    return (min(buckets), max(buckets)) if buckets else None


def _interval(low: float | None, high: float | None) -> str:
    if low is None:
        return "(all)" if high is None else f"<= {high:.4g}"
    return f"> {low:.4g}" if high is None else f"{low:.4g} to {high:.4g}"
