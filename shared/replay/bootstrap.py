"""The paired bootstrap: decisions counted by cell with the weights of their customers, for each resample."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, product

import numpy as np
import numpy.typing as npt

from shared.fraud.counts import FLAGGED, Outcome, Truth
from shared.replay.cells import CELLS, OUTCOMES, TRUTHS
from shared.replay.plan import RESAMPLES
from shared.replay.tally import Amounts, Floats, Tally, limbs_of
from shared.replay.weights import Hashes, weights

Places = npt.NDArray[np.intp]

_CELLS = int(np.prod(CELLS))
_UNITS_AT_ONCE = 256
"""Units of which the weights are in memory at once: 2 MB, which stay in the cache."""


def _has_amount(recorded: Outcome, replayed: Outcome, truth: Truth) -> bool:
    """Whether a KPI has the amount of these decisions: of fraud, or of what is flagged and legitimate."""
    is_flagged = recorded in FLAGGED or replayed in FLAGGED
    return truth is Truth.FRAUD or (is_flagged and truth in (Truth.LEGITIMATE, Truth.PRESUMED))


_PRICED = np.array([_has_amount(*kinds) for kinds in product(OUTCOMES, OUTCOMES, TRUTHS) for _ in range(CELLS[-1])])


def resample(cells: npt.NDArray[np.uint8], amounts: Amounts, hashes: Hashes, seed: int) -> Tally:
    """Return decisions by resample and cell; sums are exact, so those of slices add up to those of the whole.

    Args:
        cells: the cell of each row, as a place in `CELLS`.
        amounts: of the same rows.
        hashes: the unit of each row; rows of a unit have the same weights.
        seed: of the run.
    """
    counted = _Columns(np.flatnonzero(np.bincount(cells, minlength=_CELLS)))
    priced = _Columns(counted.cells[_PRICED[counted.cells]])
    numbers = np.zeros((RESAMPLES, len(counted.cells)))
    sums = np.zeros((len(amounts.digits), RESAMPLES, len(priced.cells)))
    for unit_hashes, rows, units in _blocks(hashes):
        drawn = weights(unit_hashes, seed, RESAMPLES).T
        numbers += drawn @ counted.table(units, cells[rows], None, len(unit_hashes))
        is_priced = _PRICED[cells[rows]]
        priced_rows, priced_units = rows[is_priced], units[is_priced]
        for place, digit in enumerate(amounts.digits):
            values = digit[priced_rows]
            sums[place] += drawn @ priced.table(priced_units, cells[priced_rows], values, len(unit_hashes))
    found = Tally.zeros(RESAMPLES, _CELLS)
    found.counts[:, counted.cells] = numbers
    found.limbs[:, priced.cells] = limbs_of(list(sums), (RESAMPLES, len(priced.cells)))
    return found.reshaped(RESAMPLES, *CELLS)


@dataclass(frozen=True)
class _Columns:
    """The cells that tables by unit have a column for: those that occur."""

    cells: Places

    @cached_property
    def _places(self) -> Places:
        places = np.zeros(_CELLS, np.intp)
        places[self.cells] = np.arange(len(self.cells))
        return places

    def table(self, units: Places, cells: npt.NDArray[np.uint8], values: Floats | None, size: int) -> Floats:
        """Return sums of values, or numbers of rows without any, by unit and cell."""
        width = len(self.cells)
        summed = np.bincount(units * width + self._places[cells], values, size * width)
        return summed.astype(np.float64, copy=False).reshape(size, width)


def _blocks(hashes: Hashes) -> Iterator[tuple[Hashes, Places, Places]]:
    """Yield units, their rows, and the place of each row's unit among them."""
    order = np.argsort(hashes)
    ordered = hashes[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=ordered[:1] ^ np.uint64(1)))
    edges = [*starts[::_UNITS_AT_ONCE], len(order)]
    for start, end in pairwise(edges):
        block = ordered[start:end]
        is_first = np.diff(block, prepend=block[:1] ^ np.uint64(1)) != 0
        yield block[is_first], order[start:end], np.cumsum(is_first) - 1
