"""Judges what was measured at a stage, and a pipeline by its stages. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.decisions.configuration import ServiceLevel
from shared.pipelines.models import PipelineHealth, PipelineObjective, PipelineStatus, StageHealth, StageUnit
from shared.runtime.words import counted

_WORST_FIRST = (PipelineStatus.DOWN, PipelineStatus.DEGRADED)
_UNITS = (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))
_SMALLEST_OF_A_UNIT = 2


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """What was measured at a stage.

    Attributes:
        taken_in, given_out, waiting: numbers of items; None if they are not known.
        waiting_since: when the oldest waiting item came.
        due: when the item that is late for longest should have passed.
        is_blocked: whether nothing has passed since the oldest waiting item came.
        dead_letters: the number of messages in the dead-letter queue.
        lost: what is lost, in plain words.
        unreachable: the service that the stage needs and that does not respond.
        late: what is late, in plain words.
    """

    taken_in: int | None = 0
    given_out: int | None = 0
    waiting: int | None = 0
    waiting_since: datetime | None = None
    due: datetime | None = None
    is_blocked: bool = False
    dead_letters: int | None = None
    lost: str = ""
    unreachable: str = ""
    late: str = ""


def judge_stage(name: str, unit: StageUnit, found: Measurement, at: datetime) -> StageHealth:
    """Return the health of a stage."""
    lag = max(0, round((at - found.due).total_seconds())) if found.due else 0
    status = _status(found, is_late=lag > 0)
    return StageHealth(
        stage=name,
        status=status,
        unit=unit,
        taken_in=found.taken_in,
        given_out=found.given_out,
        waiting=found.waiting,
        dead_letters=found.dead_letters,
        lag_seconds=lag,
        oldest_waiting_seconds=seconds_since(found.waiting_since, at),
        cause=_cause(found, is_late=lag > 0) if status in _WORST_FIRST else None,
    )


def judge_pipeline(  # noqa: PLR0913 # all that a pipeline is judged by
    pipeline_id: str,
    stages: Sequence[StageHealth],
    *,
    complete_until: datetime | None,
    completeness: float | None,
    objective: ServiceLevel,
    at: datetime,
) -> PipelineHealth:
    """Return the health of a pipeline."""
    required = float(objective.completeness)
    is_incomplete = completeness is not None and completeness < required
    status = _overall([each.status for each in stages], is_incomplete=is_incomplete)
    return PipelineHealth(
        pipeline_id=pipeline_id,
        status=status,
        freshness_seconds=seconds_since(complete_until, at),
        completeness=completeness,
        stages=list(stages),
        cause=_first_cause(stages) if status in _WORST_FIRST else None,
        slo_burn_rate=burn_rate(completeness, required),
        objective=PipelineObjective(freshness_seconds=objective.freshness_seconds, completeness=required),
        checked_at=at,
    )


def burn_rate(completeness: float | None, objective: float) -> float | None:
    """Return how fast the error budget is spent: the share of errors ÷ the share that the objective allows.

    Source: Site Reliability Workbook (Beyer et al. 2018), chapter 5, "Alerting on SLOs".
    """
    if completeness is None or objective >= 1:
        return None
    return (1 - completeness) / (1 - objective)


def seconds_since(moment: datetime | None, at: datetime) -> int | None:
    """Return the whole seconds since a moment, at least 0; None for none."""
    return None if moment is None else max(0, round((at - moment).total_seconds()))


def in_words(span: timedelta) -> str:
    """Return a span of time in the largest unit of which it has at least two, such as `90 minutes`."""
    seconds = max(0, round(span.total_seconds()))
    name, size = next((unit for unit in _UNITS if seconds >= _SMALLEST_OF_A_UNIT * unit[1]), _UNITS[-1])
    return counted(seconds // size, name)


def _status(found: Measurement, *, is_late: bool) -> PipelineStatus:
    if is_late and found.is_blocked and found.waiting_since:
        return PipelineStatus.DOWN
    if is_late or found.lost or found.unreachable:
        return PipelineStatus.DEGRADED
    passes_nothing = not found.taken_in and not found.given_out and found.waiting == 0
    return PipelineStatus.IDLE if passes_nothing else PipelineStatus.HEALTHY


def _cause(found: Measurement, *, is_late: bool) -> str:
    reasons = [f"{found.unreachable} does not respond" if found.unreachable else "", found.lost]
    if is_late:
        reasons.append(found.late)
        if found.is_blocked and found.waiting_since:
            reasons.append("nothing has passed since")
    return "; ".join(filter(None, reasons))


def _overall(statuses: Sequence[PipelineStatus], *, is_incomplete: bool) -> PipelineStatus:
    if PipelineStatus.DOWN in statuses:
        return PipelineStatus.DOWN
    if PipelineStatus.DEGRADED in statuses or is_incomplete:
        return PipelineStatus.DEGRADED
    idle = all(each is PipelineStatus.IDLE for each in statuses)
    return PipelineStatus.IDLE if idle else PipelineStatus.HEALTHY


def _first_cause(stages: Sequence[StageHealth]) -> str | None:
    worst = [each for status in _WORST_FIRST for each in stages if each.status is status]
    return f"{worst[0].stage}: {worst[0].cause}" if worst else None
