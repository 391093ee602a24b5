"""Counts the decisions of a slice by cell, and by the values of dimensions.

Each sum by group is a pass over the rows, so dimensions are counted together unless that makes too many groups.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from shared.replay.cells import CELLS, COHORTS, MOST_VALUES, Cohorts
from shared.replay.encoding import places, with_few_values
from shared.replay.tally import Amounts, Sums, Tally

Cells = npt.NDArray[np.uint8]

_CELLS = prod(CELLS)
_MOST_TOGETHER = 64
"""Combinations of values by which decisions are counted together; sums by these and cells stay in the cache."""


@dataclass(frozen=True)
class _Dimension:
    """A column with few values: these, None last, and the place of the value of each row."""

    name: str
    values: tuple[str | None, ...]
    places: npt.NDArray[np.integer]


class CohortCounts:
    """Counts decisions, some rows at a time. A dimension with too many values is left out."""

    def __init__(self, rows: pa.RecordBatch) -> None:
        encoded = {name: with_few_values(rows[name], MOST_VALUES) for name in COHORTS}
        self._dimensions = [
            _Dimension(name, (*column.dictionary.to_pylist(), None), places(column))
            for name, column in encoded.items()
            if len(column.dictionary) <= MOST_VALUES
        ]
        self._counts = list(map(_Together, _divide(self._dimensions)))

    def add(self, rows: slice, cells: Cells, amounts: Amounts) -> None:
        """Add rows."""
        for each in self._counts:
            each.add(rows, cells, amounts)

    def cells(self) -> Tally:
        """Return all decisions by cell."""
        return self._counts[0].over(None)

    def cohorts(self) -> Mapping[str, Cohorts]:
        """Return decisions by cell for each value that occurs."""
        found = {name: Cohorts.of({}, is_too_many=True) for name in COHORTS}
        for each in self._counts:
            found |= {dimension.name: _cohorts(dimension, each.over(dimension)) for dimension in each.dimensions}
        return found


class _Together:
    """Counts decisions by cell and by the values of some dimensions, or none, together."""

    def __init__(self, dimensions: Sequence[_Dimension]) -> None:
        self.dimensions = dimensions
        self._shape = tuple(len(each.values) for each in dimensions)
        self._sums = Sums(prod(self._shape) * _CELLS)

    def add(self, rows: slice, cells: Cells, amounts: Amounts) -> None:
        """Add rows."""
        groups: npt.NDArray[np.integer] = cells
        step = _CELLS
        for dimension in reversed(self.dimensions):
            groups = groups + dimension.places[rows] * np.int64(step)
            step *= len(dimension.values)
        self._sums.add(groups, amounts)

    def over(self, kept: _Dimension | None) -> Tally:
        """Return decisions by the values of one dimension and by cell; of none, by cell alone."""
        others = [axis for axis, each in enumerate(self.dimensions) if each is not kept]
        return self._sums.tally(*self._shape, *CELLS).over(*others)


def _divide(dimensions: Sequence[_Dimension]) -> Sequence[Sequence[_Dimension]]:
    """Return the dimensions that are counted together; at least one list, which may be empty."""
    if prod(len(each.values) for each in dimensions) <= _MOST_TOGETHER:
        return [dimensions]
    return [[each] for each in dimensions]


def _cohorts(dimension: _Dimension, found: Tally) -> Cohorts:
    occurring = (place for place in range(len(dimension.values)) if found.counts[place].any())
    return Cohorts.of({dimension.values[place]: found.at(place) for place in occurring})
