"""Replays a slice of decisions: decides them anew, and counts them by what the results need."""

from dataclasses import dataclass, replace
from functools import reduce
from operator import add

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from shared.replay.bootstrap import resample
from shared.replay.cells import CELLS, COHORTS, GRID, MOST_VALUES, TRUTHS, Cohorts
from shared.replay.encoding import codes_of, distinct
from shared.replay.facts import checked
from shared.replay.outcomes import Decided, decide
from shared.replay.overrides import features_of
from shared.replay.plan import ReplayPlan
from shared.replay.tally import Amounts, Floats, Tally, amounts_of, tally
from shared.replay.totals import SliceTotals
from shared.replay.weights import units

Cells = npt.NDArray[np.uint8]
Truths = npt.NDArray[np.int64]

_CELLS = int(np.prod(CELLS))
_NEXT = np.append(GRID, np.inf)
_VALUES_AT_ONCE = 2**17
"""Scores, amounts and features that are read together, so that they stay in the cache."""


@dataclass(frozen=True)
class Counted:
    """A slice without resamples, the rows that were scored, and the place of each of them in `CELLS`."""

    totals: SliceTotals
    scored: pa.RecordBatch
    cells: Cells


def replay(facts: pa.Table, plan: ReplayPlan) -> SliceTotals:
    """Replay a slice.

    Args:
        facts: the columns of `shared.replay.facts`; at most 2^26 rows.
        plan: of the run.

    Raises:
        UnreadableFacts: the facts lack a column, or have impossible values.
        IncompletePolicy: the plan has no thresholds for a version of the rules.
    """
    counted = count(facts, plan)
    rows = counted.scored
    hashes = units(rows["customer_id"], rows["decision_id"])
    resamples = resample(counted.cells, amounts_of(rows["amount"]), hashes, plan.seed)
    return replace(counted.totals, resamples=resamples)


def count(facts: pa.Table, plan: ReplayPlan) -> Counted:
    """Decide a slice anew and count it once; as `replay` but for the resamples, which the totals have none of."""
    rows = checked(facts, plan.overrides)
    at_once = _VALUES_AT_ONCE // (2 + len(features_of(plan.overrides)))
    parts = [_count(rows.slice(start, at_once), plan) for start in range(0, max(1, len(rows)), at_once)]
    is_scored = np.concatenate([each.is_scored for each in parts])
    return Counted(
        reduce(add, [each.totals for each in parts]),
        rows if is_scored.all() else rows.filter(pa.array(is_scored)),
        np.concatenate([each.cells for each in parts]),
    )


@dataclass(frozen=True)
class _Part:
    """A few rows, counted."""

    totals: SliceTotals
    is_scored: npt.NDArray[np.bool_]
    cells: Cells


def _count(rows: pa.RecordBatch, plan: ReplayPlan) -> _Part:
    decided, seen = decide(rows, plan), len(rows)
    is_scored = decided.is_scored
    if not is_scored.all():
        rows, decided = rows.filter(pa.array(is_scored)), decided.scored_only()
    truths = codes_of(rows["truth"], {str(truth): code for code, truth in enumerate(TRUTHS)})
    cells, amounts = _cells(decided, truths, rows["charged_back"]), amounts_of(rows["amount"])
    first, last = _ends(rows["moment"])
    totals = SliceTotals(
        fingerprint=plan.fingerprint,
        seen=seen,
        reproduced=decided.reproduced,
        unscorable=seen - len(rows),
        revised=pc.sum(rows["revised"]).as_py() or 0,
        after_horizon=pc.sum(rows["after_horizon"]).as_py() or 0,
        excluded=amounts.missing,
        first_ms=first,
        last_ms=last,
        present=decided.present,
        cells=tally(cells, _CELLS, amounts).reshaped(*CELLS),
        curve=_curve(decided.scores, truths, amounts),
        cohorts={dimension: _cohorts(rows[dimension], cells, amounts) for dimension in COHORTS},
        resamples=Tally.zeros(0, *CELLS),
    )
    return _Part(totals, is_scored, cells)


def _cells(decided: Decided, truths: Truths, charged_back: pa.BooleanArray) -> Cells:
    """Return the place of each decision in `CELLS`."""
    outcomes = decided.recorded * np.uint8(CELLS[1]) + decided.replayed
    with_truths = outcomes * np.uint8(CELLS[2]) + truths.astype(np.uint8)
    cells: Cells = with_truths * np.uint8(CELLS[3]) + np.asarray(charged_back.cast(pa.uint8()))
    return cells


def _curve(scores: Floats, truths: Truths, amounts: Amounts) -> Tally:
    size = (len(GRID) + 1, len(TRUTHS))
    return tally(reached(scores) * size[1] + truths, size[0] * size[1], amounts).reshaped(*size)


def reached(scores: Floats) -> npt.NDArray[np.int64]:
    """Return how many thresholds of `GRID` each score reaches: from 1 at 0 to all of them at 1."""
    steps = (scores * (len(GRID) - 1)).astype(np.int64)
    steps += _NEXT[steps + 1] <= scores  # the product may be rounded across a threshold
    steps -= _NEXT[steps] > scores
    return steps + 1


def _cohorts(column: pa.DictionaryArray, cells: Cells, amounts: Amounts) -> Cohorts:
    values = distinct(column)
    if len(values) > MOST_VALUES:
        return Cohorts.of({}, is_too_many=True)
    groups = codes_of(column, {value: place for place, value in enumerate(values)}) * _CELLS + cells
    found = tally(groups, len(values) * _CELLS, amounts).reshaped(len(values), *CELLS)
    return Cohorts.of({value: found.at(place) for place, value in enumerate(values)})


def _ends(moments: pa.TimestampArray) -> tuple[int | None, int | None]:
    ends = pc.min_max(moments.cast(pa.int64())).as_py()
    return ends["min"], ends["max"]
