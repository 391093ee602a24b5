"""The pipelines and their stages as data: what is measured where, and what counts as late there."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from shared.ledger.entry import Channel
from shared.pipelines import ingestion, processing
from shared.pipelines.judgement import Measurement, judge_pipeline, judge_stage
from shared.pipelines.models import PipelineHealth, StageUnit
from shared.pipelines.objectives import ObjectiveOf
from shared.pipelines.observation import Allowed, Observation
from shared.records.schema import DataType

Measure = Callable[[Observation, Allowed, timedelta], Measurement]


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A stage: `measure` gets what was observed, and how long rows of each channel, or anything else, may take."""

    name: str
    unit: StageUnit
    measure: Measure


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """A pipeline.

    Attributes:
        pipeline_id: its id in the contract.
        stages: its stages, in the order in which data pass them.
        last_receipt: returns when the pipeline last received something; None if it never did.
        channels: those whose rows pass the pipeline and are accounted for in the ledger.
    """

    pipeline_id: str
    stages: Sequence[Stage]
    last_receipt: Callable[[Observation], datetime | None]
    channels: Sequence[Channel] = ()

    def health(self, seen: Observation, objective_of: ObjectiveOf) -> PipelineHealth:
        """Judge the pipeline by what was observed."""
        objective = objective_of(self.pipeline_id)
        within = timedelta(seconds=objective.freshness_seconds)
        allowed = {channel: max(within, _needed_by(channel, objective_of)) for channel in self.channels}
        found = [each.measure(seen, allowed, within) for each in self.stages]
        stages = [judge_stage(each.name, each.unit, it, seen.at) for each, it in zip(self.stages, found, strict=True)]
        waiting = [each.waiting_since for each in found if each.waiting_since]
        last = self.last_receipt(seen)
        return judge_pipeline(
            self.pipeline_id,
            stages,
            complete_until=None if last is None else min((last, *waiting)),
            completeness=seen.completeness(allowed) if self.channels else None,
            objective=objective,
            at=seen.at,
        )


def _needed_by(channel: Channel, objective_of: ObjectiveOf) -> timedelta:
    """Return how long rows of files take at least: all are received when their file arrives, and then read in parts."""
    if channel is not Channel.FILE:
        return timedelta()
    return timedelta(seconds=objective_of(FILE_INGEST).freshness_seconds)


def _last_delivery(channels: Sequence[Channel], seen: Observation) -> datetime | None:
    return max((each.arrivals.last for each in seen.arrivals if each.channel in channels), default=None)


def _last_rolled_up(data_types: Sequence[DataType], seen: Observation) -> datetime | None:
    """Return when a data type was last received whose roll-ups were ever computed."""
    rolled = {each.name for each in seen.states if each.name in data_types and each.definition is not None}
    return max((each.arrivals.last for each in seen.arrivals if each.data_type in rolled), default=None)


def _started(seen: Observation) -> datetime | None:
    return seen.computation.started_at if seen.computation else None


def _last_run(seen: Observation) -> datetime | None:
    return max((*seen.runs.active, *(each.at for each in seen.runs.ended)), default=None)


def _never(_: Observation) -> None:
    return None


def _rows(measure: Callable[[Observation, Allowed], Measurement]) -> Measure:
    """Return a measure of rows, each of which may take as long as its channel allows."""
    return lambda seen, allowed, _: measure(seen, allowed)


def _rollups(*data_types: DataType) -> Stage:
    return Stage(name="roll-up", unit=StageUnit.DAYS, measure=partial(processing.rollups, data_types=data_types))


FILE_INGEST = "file-ingest"
_SOURCES = Stage(name="sources", unit=StageUnit.SOURCES, measure=_rows(ingestion.sources))
_MERGE = Stage(name="merge", unit=StageUnit.ROWS, measure=_rows(processing.merge))

PIPELINES = (
    Pipeline(
        pipeline_id="batch-ingest",
        channels=[Channel.BATCH],
        last_receipt=partial(_last_delivery, [Channel.BATCH]),
        stages=[_SOURCES, Stage(name="load", unit=StageUnit.ROWS, measure=_rows(ingestion.batches)), _MERGE],
    ),
    Pipeline(
        pipeline_id=FILE_INGEST,
        channels=[Channel.FILE],
        last_receipt=partial(_last_delivery, [Channel.FILE]),
        stages=[
            _SOURCES,
            Stage(name="queue", unit=StageUnit.MESSAGES, measure=ingestion.file_queue),
            Stage(name="load", unit=StageUnit.ROWS, measure=ingestion.files),
            _MERGE,
        ],
    ),
    Pipeline(
        pipeline_id="stream-analytics",
        channels=[Channel.STREAM],
        last_receipt=partial(_last_delivery, [Channel.STREAM]),
        stages=[_SOURCES, Stage(name="consume", unit=StageUnit.ROWS, measure=ingestion.stream), _MERGE],
    ),
    Pipeline(
        pipeline_id="merge",
        channels=list(Channel),
        last_receipt=partial(_last_delivery, list(Channel)),
        stages=[
            Stage(name="queue", unit=StageUnit.MESSAGES, measure=_rows(processing.merge_queue)),
            _MERGE,
            _rollups(*DataType),
        ],
    ),
    Pipeline(
        pipeline_id="customer-models",
        last_receipt=_started,
        stages=[Stage(name="compute", unit=StageUnit.CUSTOMERS, measure=processing.customers)],
    ),
    Pipeline(
        pipeline_id="drift-profiles",
        last_receipt=partial(_last_rolled_up, [DataType.DECISIONS]),
        stages=[_rollups(DataType.DECISIONS)],
    ),
    Pipeline(
        pipeline_id="live-push",
        last_receipt=_never,
        stages=[
            Stage(name="connect", unit=StageUnit.CONNECTIONS, measure=_rows(processing.connections)),
            Stage(name="notify", unit=StageUnit.MESSAGES, measure=processing.notifications),
            Stage(name="deliver", unit=StageUnit.MESSAGES, measure=processing.deliveries),
        ],
    ),
    Pipeline(
        pipeline_id="replay",
        last_receipt=_last_run,
        stages=[Stage(name="run", unit=StageUnit.RUNS, measure=processing.runs)],
    ),
)
"""All pipelines, in the order of the contract."""

BY_ID: Mapping[str, Pipeline] = {each.pipeline_id: each for each in PIPELINES}
STAGES = frozenset(stage.name for each in PIPELINES for stage in each.stages)
