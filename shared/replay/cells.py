"""How decisions are counted: by cell, by threshold of the score, and by cohort."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from shared.fraud.counts import Outcome, Truth
from shared.replay.tally import Tally

OUTCOMES, TRUTHS = tuple(Outcome), tuple(Truth)
CELLS = (len(OUTCOMES), len(OUTCOMES), len(TRUTHS), 2)
"""A decision is counted by its recorded outcome, its replayed one, its truth, and whether it was charged back."""

GRID = np.arange(101) / 100
"""Thresholds of the curve. A decision is counted by how many of them its score reaches, and by its truth."""

COHORTS = ("channel", "risk_band")
MOST_VALUES = 200
"""Values of a dimension; with more of them in a run, it has no cohorts, so that slices and results are bounded."""


@dataclass(frozen=True)
class Cohorts:
    """Decisions by the value of a dimension, None first; without any values if there are too many."""

    values: tuple[str | None, ...]
    cells: Tally
    is_too_many: bool = False

    @classmethod
    def of(cls, found: Mapping[str | None, Tally], *, is_too_many: bool = False) -> Self:
        """Return cohorts in their order, or none of too many."""
        if is_too_many or len(found) > MOST_VALUES:
            return cls((), Tally.zeros(0, *CELLS), is_too_many=True)
        values = sorted(found, key=lambda value: (value is not None, value or ""))
        stacked = Tally.zeros(len(values), *CELLS)
        for place, value in enumerate(values):
            stacked.counts[place], stacked.limbs[place] = found[value].counts, found[value].limbs
        return cls(tuple(values), stacked)

    def __add__(self, other: "Cohorts") -> "Cohorts":
        """Return both together. Too many in one are too many in both, so the order of additions does not matter."""
        found = {value: self.cells.at(place) for place, value in enumerate(self.values)}
        for place, value in enumerate(other.values):
            added = other.cells.at(place)
            found[value] = found[value] + added if value in found else added
        return Cohorts.of(found, is_too_many=self.is_too_many or other.is_too_many)
