"""Reports the health of the pipelines, and keeps a report for a few seconds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.pipelines.catalogue import BY_ID, PIPELINES, STAGES
from shared.pipelines.models import PipelineHealth, PipelineHealthResponse
from shared.runtime.errors import NotFound

if TYPE_CHECKING:
    from shared.pipelines.objectives import ObjectiveOf
    from shared.pipelines.observation import Observation
    from shared.runtime.models import Clock

REMEMBERED_FOR = timedelta(seconds=10)


@dataclass(kw_only=True)
class PipelineReports:
    """Judges all pipelines by one observation."""

    observe: "Callable[[], Observation]"
    objectives: "Callable[[], ObjectiveOf]"
    clock: "Clock"
    _last: Sequence[PipelineHealth] = field(default=(), init=False)

    def report(self, pipeline_id: str | None = None, stage: str | None = None) -> PipelineHealthResponse:
        """Return the health of all pipelines or of one, with all of their stages or one.

        Raises:
            NotFound: the pipeline does not exist, or none of the pipelines has the stage.
        """
        _check(pipeline_id, stage)
        asked = [each for each in self._all() if pipeline_id in {None, each.pipeline_id}]
        return PipelineHealthResponse(pipelines=asked if stage is None else _with_stage(asked, stage))

    def _all(self) -> Sequence[PipelineHealth]:
        if not self._last or self.clock() - self._last[0].checked_at >= REMEMBERED_FOR:
            seen, objective_of = self.observe(), self.objectives()
            self._last = [each.health(seen, objective_of) for each in PIPELINES]
        return self._last


def _check(pipeline_id: str | None, stage: str | None) -> None:
    if pipeline_id is not None and pipeline_id not in BY_ID:
        raise NotFound(f"There is no such pipeline; the pipelines are {', '.join(BY_ID)}")
    known = STAGES if pipeline_id is None else {each.name for each in BY_ID[pipeline_id].stages}
    if stage is not None and stage not in known:
        raise NotFound(f"There is no such stage; the stages are {', '.join(sorted(known))}")


def _with_stage(pipelines: Sequence[PipelineHealth], stage: str) -> list[PipelineHealth]:
    selected = {each.pipeline_id: [it for it in each.stages if it.stage == stage] for each in pipelines}
    return [
        each.model_copy(update={"stages": selected[each.pipeline_id]})
        for each in pipelines
        if selected[each.pipeline_id]
    ]
