"""The last step of a run: the results from the totals of all slices."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.replay.results import results
from shared.replay.states import ReplayStatus
from shared.replay.totals import SliceTotals, add_up
from shared.runtime.errors import InternalError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.replay.run_files import ReplayFiles
    from shared.replay.run_plan import RunPlan
    from shared.replay.store import ReplayStore


@dataclass(frozen=True, kw_only=True)
class ReplayReduction:
    """Adds up slices, stores the results, and completes the run last, so that what is completed has results."""

    store: "ReplayStore"
    files: "ReplayFiles"

    def complete(self, scenario_id: str, run_id: str) -> str | None:
        """Complete a run and return the checksum of its results; None if the run has ended otherwise.

        Raises:
            InternalError: a slice is missing, or the slices have another number of decisions than Athena counted.
        """
        run = self.store.run(scenario_id, run_id)
        if run.status is not ReplayStatus.RUNNING:
            return run.checksum
        planned = self.files.plan(run.work_id)
        totals = add_up(planned.plan, self._all_totals(run.work_id, planned))
        if totals.seen != planned.decisions:
            raise InternalError(f"{totals.seen} of {planned.decisions} decisions were replayed")
        found = results(totals, planned.plan, run_id)
        self.files.put_results(found)
        completed = self.store.end(run, ReplayStatus.COMPLETED, checksum=found.checksum)
        return found.checksum if completed else None

    def _all_totals(self, work_id: str, planned: "RunPlan") -> "Iterator[SliceTotals]":
        for place in range(planned.slices):
            body = self.files.find_totals(work_id, place)
            if body is None:
                raise InternalError(f"slice {place} was not computed")
            yield SliceTotals.from_bytes(body)
