"""Quality counts of the rows of one or many deliveries: exact, and additive in any order.

Every score is derived from these counts alone, so a report over a year is a sum of small states.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce

from shared.quality.checks import QualityDimension

MOST_SAMPLES = 3

SHARED_ID = "id_shared_between_sources"
"""The name of the count of rows whose id another source uses. It is no check of a dimension: it is known only after the
merge, and does not change the score."""


@dataclass(frozen=True)
class Count:
    """Number of rows (for completeness: values) checked, failed, and wrong among those."""

    checked: int = 0
    failed: int = 0
    wrong: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.checked + other.checked, self.failed + other.failed, self.wrong + other.wrong)

    def __sub__(self, other: "Count") -> "Count":
        return Count(self.checked - other.checked, self.failed - other.failed, self.wrong - other.wrong)


@dataclass(frozen=True)
class QualityCounts:
    """Counts by dimension (`accuracy`) and by check (`accuracy.unit_cost_plausible`), with masked samples of failures.

    A dimension counts a row once, however many of its checks fail. An error of validation (`validity.quantity:type`)
    counts failures only, because all rows are checked for it.
    """

    counts: Mapping[str, Count] = field(default_factory=dict)
    samples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __add__(self, other: "QualityCounts") -> "QualityCounts":
        """Add the counts of two sets of rows."""
        return QualityCounts(
            {name: self.of(name) + other.of(name) for name in sorted({*self.counts, *other.counts})},
            {name: _fewest(self, other, name) for name in sorted({*self.samples, *other.samples})},
        )

    def of(self, name: str) -> Count:
        """Return the count of a dimension or a check."""
        return self.counts.get(name, _NOTHING)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self.of(QualityDimension.VALIDITY).checked

    def checks_of(self, dimension: QualityDimension) -> Iterator[tuple[str, Count]]:
        """Yield the checks of a dimension by name."""
        for name, count in sorted(self.counts.items()):
            outer, _, inner = name.partition(".")
            if outer == dimension and inner:
                yield inner, count if count.checked else Count(self.of(dimension).checked, count.failed, count.wrong)


_NOTHING = Count()


def _fewest(one: QualityCounts, other: QualityCounts, name: str) -> tuple[str, ...]:
    found = {*one.samples.get(name, ()), *other.samples.get(name, ())}
    return tuple(sorted(found)[:MOST_SAMPLES])


def total(states: Iterable[QualityCounts]) -> QualityCounts:
    """Add up any number of states."""
    return reduce(QualityCounts.__add__, states, QualityCounts())
