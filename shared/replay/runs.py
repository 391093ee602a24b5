"""Starts and cancels runs, and finds out about those whose execution ended without a word."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.ingestion.ids import truncate_to_milliseconds
from shared.replay.ids import new_id
from shared.replay.records import StoredRun, StoredScenario
from shared.replay.states import IllegalMove, ReplayStatus, require_move
from shared.replay.workflow import ExecutionState
from shared.runtime.errors import Conflict
from shared.runtime.observability import logger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.replay.estimates import Estimates
    from shared.replay.store import ReplayStore
    from shared.replay.workflow import RunWorkflow
    from shared.runtime.models import Clock

_QUIET = timedelta(minutes=1)
"""How long a run may make no progress before its execution is looked up."""

_ENDED_SILENTLY = "The run stopped before it was completed. Run the scenario again: finished slices are kept."


@dataclass(frozen=True, kw_only=True)
class ReplayRuns:
    """Starts, cancels and shows the runs of scenarios."""

    store: "ReplayStore"
    estimates: "Estimates"
    workflow: "RunWorkflow"
    clock: "Clock"

    def start(self, scenario_id: str, by: str) -> StoredRun:
        """Queue a run of a scenario and start its execution.

        It continues the latest run if that failed and was not itself a continuation: what is stored of it, and the
        snapshots that it reads, are kept. If the execution cannot be started, the run is found out to have stopped.

        Raises:
            NotFound: the scenario does not exist.
            IllegalMove: a run is queued or running.
        """
        scenario, latest = self.current(scenario_id)
        require_move(scenario.status, ReplayStatus.QUEUED)
        run = self._new_run(scenario, latest, by)
        if not self.store.begin(scenario, run):
            raise IllegalMove(self.store.get(scenario_id).status, ReplayStatus.QUEUED)
        self.workflow.start(scenario_id, run.run_id)
        return run

    def cancel(self, scenario_id: str) -> StoredScenario:
        """Cancel the run of a scenario that is queued or running, and stop its execution.

        The run is cancelled first: steps of it that still run then change nothing.

        Raises:
            NotFound: the scenario does not exist.
            IllegalMove: no run is queued or running.
        """
        scenario, latest = self.current(scenario_id)
        require_move(scenario.status, ReplayStatus.CANCELLED)
        if latest is None or not self.store.end(latest, ReplayStatus.CANCELLED):
            raise IllegalMove(self.store.get(scenario_id).status, ReplayStatus.CANCELLED)
        self.workflow.stop(latest.run_id)
        return self.store.get(scenario_id)

    def current(self, scenario_id: str) -> tuple[StoredScenario, StoredRun | None]:
        """Return a scenario and its latest run; one whose execution ended or is missing has failed.

        Raises:
            NotFound: the scenario does not exist.
        """
        scenario = self.store.get(scenario_id)
        latest = self.store.latest_run(scenario)
        if latest is None or not self._has_stopped(latest):
            return scenario, latest
        logger().warning("a run stopped before it was completed", run_id=latest.run_id)
        self.store.end(latest, ReplayStatus.FAILED, error=_ENDED_SILENTLY)
        scenario = self.store.get(scenario_id)
        return scenario, self.store.latest_run(scenario)

    def completed_run(self, scenario_id: str, run_id: str | None) -> StoredRun:
        """Return a completed run of a scenario, by default the latest one.

        Raises:
            NotFound: the scenario, or the run, does not exist.
            Conflict: the run is not completed.
        """
        scenario = self.store.get(scenario_id)
        run = self.store.run(scenario_id, run_id) if run_id else self.store.latest_run(scenario)
        status = ReplayStatus.DRAFT if run is None else run.status
        if run is None or status is not ReplayStatus.COMPLETED:
            raise Conflict(
                f"There are no results: the run is {status}" if run else "There are no results: it never ran",
                details={"status": status.value},
            )
        return run

    def _has_stopped(self, run: StoredRun) -> bool:
        if not run.is_under_way or self.clock() - run.changed_at < _QUIET:
            return False
        return self.workflow.state(run.run_id) is not ExecutionState.UNDER_WAY

    def _new_run(self, scenario: StoredScenario, latest: StoredRun | None, by: str) -> StoredRun:
        now = truncate_to_milliseconds(self.clock())
        run_id = new_id(now)
        continues = latest is not None and latest.status is ReplayStatus.FAILED and latest.work_id == latest.run_id
        decisions = _decisions_of(self.store.runs(scenario.scenario_id) if latest else ())
        return StoredRun(
            scenario_id=scenario.scenario_id,
            run_id=run_id,
            work_id=latest.work_id if latest and continues else run_id,
            status=ReplayStatus.QUEUED,
            as_of=scenario.as_of or now,
            requested_at=now,
            requested_by=by,
            estimated_at=truncate_to_milliseconds(now + self.estimates.time_of(decisions)),
            changed_at=now,
        )


def _decisions_of(runs: "Sequence[StoredRun]") -> int | None:
    """Return the number of decisions of the last run that counted them."""
    return next((each.total for each in reversed(runs) if each.total is not None), None)
