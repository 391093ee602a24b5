"""Replays a slice of decisions: decides them anew, and counts them by what the results need."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from shared.replay.bootstrap import resample
from shared.replay.cells import CELLS, GRID, TRUTHS
from shared.replay.cohort_counts import Cells, CohortCounts
from shared.replay.encoding import codes_of
from shared.replay.facts import FACTS, checked
from shared.replay.outcomes import Decided, decide
from shared.replay.plan import ReplayPlan
from shared.replay.tally import Floats, Sums, Tally, amounts_of
from shared.replay.totals import SliceTotals
from shared.replay.weights import units

Truths = npt.NDArray[np.int8]

_CURVE = (len(GRID) + 1, len(TRUTHS))
_TRUTHS: Mapping[str | None, int] = {str(truth): code for code, truth in enumerate(TRUTHS)}
_NEXT = np.append(GRID, np.inf)
_ROWS_AT_ONCE = 2**16
"""Rows that are counted at a time; their intermediate arrays fit into the cache of a processor."""


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
    decided, seen = decide(rows, plan), len(rows)
    rows = rows.select(FACTS.names)
    if not decided.is_scored.all():
        rows, decided = rows.filter(pa.array(decided.is_scored)), decided.scored_only()
    truths = codes_of(rows["truth"], _TRUTHS, np.int8)
    cells = _cells(decided, truths, rows["charged_back"])
    cohorts, curve = CohortCounts(rows), Sums(prod(_CURVE))
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        some = slice(start, start + _ROWS_AT_ONCE)
        amounts = amounts_of(rows["amount"][some])
        cohorts.add(some, cells[some], amounts)
        curve.add(reached(decided.scores[some]) * len(TRUTHS) + truths[some], amounts)
    first, last = _ends(rows["moment"])
    totals = SliceTotals(
        fingerprint=plan.fingerprint,
        seen=seen,
        reproduced=decided.reproduced,
        unscorable=seen - len(rows),
        revised=pc.sum(rows["revised"]).as_py() or 0,
        after_horizon=pc.sum(rows["after_horizon"]).as_py() or 0,
        excluded=rows["amount"].null_count,
        first_ms=first,
        last_ms=last,
        present=decided.present,
        cells=cohorts.cells(),
        curve=curve.tally(*_CURVE),
        cohorts=cohorts.cohorts(),
        resamples=Tally.zeros(0, *CELLS),
    )
    return Counted(totals, rows, cells)


def _cells(decided: Decided, truths: Truths, charged_back: pa.BooleanArray) -> Cells:
    """Return the place of each decision in `CELLS`."""
    outcomes = decided.recorded * np.int8(CELLS[1]) + decided.replayed
    with_truths = outcomes * np.int8(CELLS[2]) + truths
    cells: Cells = (with_truths * np.int8(CELLS[3]) + np.asarray(charged_back.cast(pa.int8()))).view(np.uint8)
    return cells


def reached(scores: Floats) -> npt.NDArray[np.int64]:
    """Return how many thresholds of `GRID` each score reaches: from 1 at 0 to all of them at 1."""
    steps = (scores * (len(GRID) - 1)).astype(np.int64)
    steps += _NEXT.take(steps + 1, mode="clip") <= scores  # the product may be rounded across a threshold
    steps -= _NEXT.take(steps, mode="clip") > scores
    return steps + 1


def _ends(moments: pa.TimestampArray) -> tuple[int | None, int | None]:
    ends = pc.min_max(moments.cast(pa.int64())).as_py()
    return ends["min"], ends["max"]
