"""What the numbers of a stage mean, and what the stages mean for their pipeline."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.decisions.configuration import ServiceLevel
from shared.pipelines.judgement import Measurement, burn_rate, in_words, judge_pipeline, judge_stage
from shared.pipelines.models import PipelineHealth, PipelineStatus, StageHealth, StageUnit

AT = datetime(2025, 11, 8, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HEALTHY, DEGRADED = PipelineStatus.HEALTHY, PipelineStatus.DEGRADED
DOWN, IDLE = PipelineStatus.DOWN, PipelineStatus.IDLE


def stage(**found: Any) -> StageHealth:
    """Judge a stage."""
    return judge_stage("merge", StageUnit.ROWS, Measurement(**found), AT)


def pipeline(*stages: StageHealth, completeness: float | None = None, objective: float = 0.999) -> PipelineHealth:
    """Judge a pipeline."""
    expected = ServiceLevel(freshness_seconds=900, completeness=objective)
    return judge_pipeline(
        "merge", stages, complete_until=AT - MINUTE, completeness=completeness, objective=expected, at=AT
    )


WAITING = {"waiting": 3, "waiting_since": AT - 20 * MINUTE}
LATE = {**WAITING, "due": AT - 5 * MINUTE, "late": "3 rows wait"}


@pytest.mark.parametrize(
    ("found", "status", "cause"),
    [
        ({}, IDLE, None),
        ({"taken_in": None, "given_out": None}, IDLE, None),
        ({"taken_in": 5, "given_out": 5}, HEALTHY, None),
        ({"waiting": None}, HEALTHY, None),
        ({**WAITING, "due": AT + MINUTE, "is_blocked": True}, HEALTHY, None),
        ({**WAITING, "due": AT, "is_blocked": True}, HEALTHY, None),
        (LATE, DEGRADED, "3 rows wait"),
        ({**LATE, "is_blocked": True}, DOWN, "3 rows wait; nothing has passed since"),
        ({"due": AT - MINUTE, "late": "silent", "is_blocked": True}, DEGRADED, "silent"),
        ({"unreachable": "SQS"}, DEGRADED, "SQS does not respond"),
        ({"lost": "1 run is lost"}, DEGRADED, "1 run is lost"),
        ({**LATE, "unreachable": "Glue"}, DEGRADED, "Glue does not respond; 3 rows wait"),
        ({"dead_letters": 2}, IDLE, None),
    ],
)
def test_a_stage_is_judged_by_what_waits_and_since_when(
    found: dict[str, Any], status: PipelineStatus, cause: str | None
) -> None:
    assert (stage(**found).status, stage(**found).cause) == (status, cause)


def test_lag_and_age_are_in_whole_seconds_and_never_negative() -> None:
    late, early = stage(**LATE), stage(waiting_since=AT + MINUTE, due=AT + MINUTE)

    assert (late.lag_seconds, late.oldest_waiting_seconds) == (300, 1200)
    assert (early.lag_seconds, early.oldest_waiting_seconds) == (0, 0)


def test_a_pipeline_is_as_bad_as_its_worst_stage_and_names_the_first_such() -> None:
    silent = judge_stage("sources", StageUnit.SOURCES, Measurement(due=AT - MINUTE, late="silent"), AT)
    blocked = stage(**LATE, is_blocked=True)

    assert (pipeline(silent).status, pipeline(silent).cause) == (DEGRADED, "sources: silent")
    assert pipeline(silent, blocked).status is DOWN
    assert pipeline(silent, blocked).cause == "merge: 3 rows wait; nothing has passed since"
    assert pipeline(silent, stage(**LATE)).cause == "sources: silent"


def test_a_pipeline_is_idle_only_if_all_stages_are() -> None:
    assert pipeline(stage(), stage()).status is IDLE
    assert pipeline(stage(), stage(taken_in=1, given_out=1)).status is HEALTHY


def test_completeness_below_the_objective_degrades() -> None:
    works = stage(taken_in=1000, given_out=1000)

    assert pipeline(works, completeness=0.999).status is HEALTHY
    assert pipeline(works, completeness=0.9989).status is DEGRADED
    assert pipeline(works, completeness=0.9, objective=0.9).status is HEALTHY


@pytest.mark.parametrize(
    ("completeness", "objective", "rate"),
    [(1.0, 0.999, 0.0), (0.999, 0.999, 1.0), (0.99, 0.999, 10.0), (0.5, 0.0, 0.5), (0.5, 1.0, None), (None, 0.9, None)],
)
def test_the_burn_rate_is_the_share_of_the_error_budget(
    completeness: float | None, objective: float, rate: float | None
) -> None:
    assert burn_rate(completeness, objective) == (rate if rate is None else pytest.approx(rate))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0 seconds"),
        (1, "1 second"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (86_400, "24 hours"),
        (3e5, "3 days"),
    ],
)
def test_spans_are_written_in_the_largest_fitting_unit(seconds: float, words: str) -> None:
    assert in_words(timedelta(seconds=seconds)) == words
