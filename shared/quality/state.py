"""What was counted of the rows of one delivery or of many: exact, and added up in any order.

Every score follows from these counts and from nothing else, so a report over a year is a sum of small states.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce

from shared.quality.checks import Dimension

MOST_SAMPLES = 3


@dataclass(frozen=True)
class Count:
    """How many rows (of completeness: values) were looked at, how many failed, and how many of those are wrong."""

    checked: int = 0
    failed: int = 0
    wrong: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.checked + other.checked, self.failed + other.failed, self.wrong + other.wrong)

    def __sub__(self, other: "Count") -> "Count":
        return Count(self.checked - other.checked, self.failed - other.failed, self.wrong - other.wrong)


@dataclass(frozen=True)
class QualityState:
    """Counts by dimension (`accuracy`) and by check (`accuracy.unit_cost_plausible`), with masked samples of failures.

    A dimension counts a row once, however many of its checks the row fails. A kind of invalid value
    (`validity.quantity:type`) counts failures only: it was looked for in all rows.
    """

    counts: Mapping[str, Count] = field(default_factory=dict)
    samples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __add__(self, other: "QualityState") -> "QualityState":
        """Add up what was counted of two sets of rows."""
        return QualityState(
            {name: self.of(name) + other.of(name) for name in sorted({*self.counts, *other.counts})},
            {name: _fewest(self, other, name) for name in sorted({*self.samples, *other.samples})},
        )

    def of(self, name: str) -> Count:
        """The count of a dimension or a check."""
        return self.counts.get(name, _NOTHING)

    @property
    def rows(self) -> int:
        """How many rows there were."""
        return self.of(Dimension.VALIDITY).checked

    def checks_of(self, dimension: Dimension) -> Iterator[tuple[str, Count]]:
        """The checks of a dimension by name, each with how many rows it looked at."""
        for name, count in sorted(self.counts.items()):
            outer, _, inner = name.partition(".")
            if outer == dimension and inner:
                yield inner, count if count.checked else Count(self.of(dimension).checked, count.failed, count.wrong)


_NOTHING = Count()


def _fewest(one: QualityState, other: QualityState, name: str) -> tuple[str, ...]:
    found = {*one.samples.get(name, ()), *other.samples.get(name, ())}
    return tuple(sorted(found)[:MOST_SAMPLES])


def total(states: Iterable[QualityState]) -> QualityState:
    """Add up any number of states."""
    return reduce(QualityState.__add__, states, QualityState())
