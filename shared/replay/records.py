"""Scenarios and runs as they are stored. Pure."""

from dataclasses import dataclass
from datetime import datetime

from shared.replay.scenario_models import (
    ReplayProgress,
    ReplayRun,
    ReplayScenario,
    ReplayScenarioRequest,
)
from shared.replay.states import UNDER_WAY, ReplayStatus

_RESULTS = "/api/v1/analytics/replay/scenarios/{}/results?runId={}"


@dataclass(frozen=True, kw_only=True)
class StoredScenario:
    """A scenario: what was asked for, and the state of its latest run."""

    scenario_id: str
    request: ReplayScenarioRequest
    created_at: datetime
    created_by: str
    status: ReplayStatus = ReplayStatus.DRAFT
    as_of: datetime | None = None
    run_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class StoredRun:
    """A run of a scenario.

    Attributes:
        work_id: the run whose decisions, written by slice, it works on: its own, or a failed one that it continues.
        total: the number of decisions; None until they are counted.
        slices: the number of slices; None until they are written.
        changed_at: when a step last made progress.
    """

    scenario_id: str
    run_id: str
    work_id: str
    status: ReplayStatus
    as_of: datetime
    requested_at: datetime
    requested_by: str
    estimated_at: datetime
    changed_at: datetime
    total: int | None = None
    processed: int = 0
    slices: int | None = None
    completed_at: datetime | None = None
    checksum: str | None = None
    error: str | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether it is queued or running."""
        return self.status in UNDER_WAY

    @property
    def seconds(self) -> float:
        """How long it took; 0 while it is under way."""
        return (self.completed_at - self.requested_at).total_seconds() if self.completed_at else 0.0

    def model(self) -> ReplayRun:
        """Return the run as routes show it."""
        completed = self.status is ReplayStatus.COMPLETED
        return ReplayRun(
            run_id=self.run_id,
            requested_by=self.requested_by,
            status=self.status,
            progress=_progress(self.total or 0, self.processed, completed=completed),
            as_of=self.as_of,
            started_at=self.requested_at,
            completed_at=self.completed_at,
            estimated_completion_time=self.estimated_at if self.is_under_way else None,
            error=self.error,
            results_url=_RESULTS.format(self.scenario_id, self.run_id) if completed else None,
            checksum=self.checksum,
        )


def scenario_model(scenario: StoredScenario, run: StoredRun | None) -> ReplayScenario:
    """Return a scenario as routes show it, with its latest run."""
    request = scenario.request
    of_run = {} if run is None else dict(run.model())
    shown = {name: each for name, each in of_run.items() if name in ReplayScenario.model_fields}
    return ReplayScenario.model_validate(
        {
            "status": ReplayStatus.DRAFT,
            "progress": _progress(0, 0, completed=False),
            **shown,
            "as_of": scenario.as_of,
            "id": scenario.scenario_id,
            "name": request.name,
            "description": request.description,
            "time_window": request.time_window,
            "filters": request.filters,
            "overrides": request.overrides,
            "created_at": scenario.created_at,
            "created_by": scenario.created_by,
        }
    )


def _progress(total: int, processed: int, *, completed: bool) -> ReplayProgress:
    percentage = 100.0 * processed / total if total else 100.0 if completed else 0.0
    return ReplayProgress(total=total, processed=processed, percentage=round(percentage, 2))
