"""The second step of a run: one slice of its decisions."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.replay.facts import read_facts
from shared.replay.kernel import replay
from shared.replay.states import ReplayStatus
from shared.replay.totals import SliceTotals, add_up

if TYPE_CHECKING:
    from shared.replay.run_files import ReplayFiles
    from shared.replay.run_plan import RunPlan
    from shared.replay.store import ReplayStore


@dataclass(frozen=True, kw_only=True)
class ReplaySlices:
    """Computes slices. A slice that is computed is only counted, and one of a run that has ended does nothing."""

    store: "ReplayStore"
    files: "ReplayFiles"

    def compute(self, scenario_id: str, run_id: str, place: int) -> int:
        """Compute a slice and count its decisions towards the progress of the run; return their number.

        The totals are stored before they are counted. A crash in between leaves a slice that a repetition counts.
        """
        run = self.store.run(scenario_id, run_id)
        if run.status is not ReplayStatus.RUNNING:
            return 0
        stored = self.files.find_totals(run.work_id, place)
        totals = self._compute(run.work_id, place) if stored is None else SliceTotals.from_bytes(stored)
        self.store.count_slice(run, place, totals.seen)
        return totals.seen

    def _compute(self, work_id: str, place: int) -> SliceTotals:
        planned = self.files.plan(work_id)
        totals = self._totals(work_id, planned, place)
        self.files.put_totals(work_id, place, totals.to_bytes())
        return totals

    def _totals(self, work_id: str, planned: "RunPlan", place: int) -> SliceTotals:
        """Replay the files of a slice one after another: a row is in one of them, and totals add up exactly."""
        plan = planned.plan
        files = self.files.rows(work_id, planned, place)
        return add_up(plan, (replay(read_facts(body, plan.overrides), plan) for body in files))
