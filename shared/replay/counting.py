"""Reads the counts of fraud analytics from totals, as recorded and as replayed, so that the code of KPIs is the same.

The truth is that of the recorded decision. What was presumed legitimate because nobody complained is legitimate when it
is flagged. What was pending stays so, and what was unverified stays so when it is approved: counts have neither of them
among TP, FP, FN and TN.
"""

from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import product

import numpy as np

from shared.fraud.counts import FLAGGED, Cell, Counts, Outcome, Truth
from shared.replay.cells import OUTCOMES, TRUTHS
from shared.replay.tally import Tally
from shared.runtime.numbers import EXACT

_APPROVED = OUTCOMES.index(Outcome.APPROVE)


def recorded(cells: Tally) -> Counts:
    """Return the counts of the recorded outcomes.

    Args:
        cells: decisions by `CELLS`.
    """
    return _counts(cells.over(1, 3), int(cells.counts[_APPROVED, :, :, 1].sum()))


def replayed(cells: Tally) -> Counts:
    """Return the counts of the replayed outcomes."""
    return _counts(cells.over(0, 3), int(cells.counts[:, _APPROVED, :, 1].sum()))


def resampled(cells: Tally) -> Iterator[tuple[Counts, Counts]]:
    """Yield the counts of the recorded and of the replayed outcomes, for each resample.

    Args:
        cells: decisions by resample and `CELLS`.
    """
    before, after = cells.over(2, 4), cells.over(1, 4)
    charged_back = cells.counts[..., 1]
    charged_before, charged_after = charged_back[:, _APPROVED].sum((1, 2)), charged_back[:, :, _APPROVED].sum((1, 2))
    for place in range(len(cells.counts)):
        yield (
            _counts(before.at(place), int(charged_before[place])),
            _counts(after.at(place), int(charged_after[place])),
        )


def moved(cells: Tally, before: Sequence[Outcome], after: Sequence[Outcome], truths: Sequence[Truth]) -> Cell:
    """Return the decisions with one of these recorded outcomes, one of these replayed ones, and one of these truths."""
    found = cells.over(3)
    places = product(map(OUTCOMES.index, before), map(OUTCOMES.index, after), map(TRUTHS.index, truths))
    return reduce(_together, (found.cell(*place) for place in places), Cell())


def at_threshold(below: Tally, reached: Tally) -> Counts:
    """Return the counts if scores that reach a threshold are declined and others approved.

    Args:
        below: decisions by truth whose score is lower.
        reached: decisions by truth whose score reaches the threshold.
    """
    outcomes = Tally.zeros(len(OUTCOMES), len(TRUTHS))
    for outcome, decisions in ((Outcome.APPROVE, below), (Outcome.DECLINE, reached)):
        place = OUTCOMES.index(outcome)
        outcomes.counts[place], outcomes.limbs[place] = decisions.counts, decisions.limbs
    return _counts(outcomes, 0)


def _counts(outcomes: Tally, charged_back: int) -> Counts:
    """Return counts of decisions by outcome and recorded truth."""
    cells: dict[tuple[Outcome, Truth], Cell] = {}
    for place, truth in np.argwhere(outcomes.counts):
        kind = _kind(OUTCOMES[place], TRUTHS[truth])
        cells[kind] = _together(cells.get(kind, Cell()), outcomes.cell(place, truth))
    return Counts(cells=cells, charged_back=charged_back)


def _together(one: Cell, other: Cell) -> Cell:
    return Cell(one.decisions + other.decisions, EXACT.add(one.amount, other.amount))


def _kind(outcome: Outcome, truth: Truth) -> tuple[Outcome, Truth]:
    is_settled = truth is Truth.PRESUMED and outcome in FLAGGED
    return outcome, Truth.LEGITIMATE if is_settled else truth
