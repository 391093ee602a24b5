"""Models of the replay routes: scenarios, their runs, and the registered thresholds of rule versions."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import ConfigDict, Field, ValidationInfo, field_validator
from pydantic.config import JsonDict

from shared.fraud.cohort_ids import Dimension
from shared.records.value_schemas import EARLIEST, LONGEST_TEXT
from shared.replay.overrides import Overrides
from shared.replay.policy import PolicyThresholds
from shared.replay.states import ReplayStatus
from shared.runtime.models import CamelModel, Optional, Timestamp

_LONGEST_NAME, _LONGEST_NOTE, _MOST_VALUES = 200, 2000, 100
_EXAMPLE: JsonDict = {
    "name": "Test new threshold",
    "timeWindow": {"start": "2025-01-01T00:00:00Z", "end": "2025-02-01T00:00:00Z"},
    "overrides": {"thresholds": {"fraud_threshold": 0.8}},
}
_LARGEST_FILTERS = 50_000
_Threshold = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False, strict=True)] | None
_Value = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]


class TimeWindow(CamelModel):
    """The decisions that are replayed, by their time."""

    model_config = ConfigDict(extra="forbid")

    start: Timestamp = Field(description="Start of the window, inclusive; a bare date is midnight UTC.")
    end: Timestamp = Field(
        description="End of the window, exclusive; not in the future. Windows may be years long, with at most 20 "
        "million decisions."
    )

    @field_validator("start")
    @classmethod
    def _not_before_records(cls, start: Timestamp) -> Timestamp:
        if start < EARLIEST:
            raise ValueError(f"must not be before {EARLIEST:%Y-%m-%d}, as records are not")
        return start

    @field_validator("end")
    @classmethod
    def _after_start(cls, end: Timestamp, info: ValidationInfo) -> Timestamp:
        start = info.data.get("start")
        if start is not None and end <= start:
            raise ValueError("must be after start")
        return end


class ReplayScenarioRequest(CamelModel):
    """A scenario to create."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    name: Annotated[str, Field(min_length=1, max_length=_LONGEST_NAME)] = Field(description="Name of the scenario.")
    description: Annotated[str, Field(max_length=_LONGEST_NOTE)] = Field(
        default="", description="Added: what the scenario is to find out."
    )
    time_window: TimeWindow = Field(description="The decisions to replay.")
    filters: Mapping[Dimension, Annotated[tuple[_Value, ...], Field(min_length=1, max_length=_MOST_VALUES)]] = Field(
        default_factory=dict,
        description="Added: only decisions with one of these values, by dimension of the cohorts; all must match.",
    )
    overrides: Overrides = Field(
        description="What is changed, any together; without any, recorded outcomes are compared with themselves."
    )
    as_of: Optional[Timestamp] = Field(
        default=None,
        description="Added: decisions made, and labels given, after this time do not count (default: the time of the "
        "first run). It stays the same for all runs.",
    )

    @field_validator("filters")
    @classmethod
    def _not_too_large(cls, filters: Mapping[Dimension, tuple[str, ...]]) -> Mapping[Dimension, tuple[str, ...]]:
        if sum(len(value) for values in filters.values() for value in values) > _LARGEST_FILTERS:
            raise ValueError(f"must have at most {_LARGEST_FILTERS} characters")
        return filters

    @field_validator("as_of")
    @classmethod
    def _after_window_starts(cls, as_of: Timestamp | None, info: ValidationInfo) -> Timestamp | None:
        window = info.data.get("time_window")
        if as_of is not None and window is not None and as_of <= window.start:
            raise ValueError("must be after the start of timeWindow")
        return as_of


class ReplayProgress(CamelModel):
    """How far the latest run is."""

    total: int = Field(ge=0, description="Decisions to replay; 0 until they are counted.")
    processed: int = Field(ge=0, description="Decisions replayed. A repeated step counts them once.")
    percentage: float = Field(ge=0, le=100, description="processed ÷ total, in per cent; 100 for a completed run.")


class _RunFields(CamelModel):
    """What a run has, which a scenario repeats of its latest one."""

    status: ReplayStatus = Field(
        description="`draft` before the first run, then that of the latest run: `queued`, `running`, `completed`, "
        "`failed` or `cancelled`."
    )
    progress: ReplayProgress = Field(description="How far the run is.")
    as_of: Optional[Timestamp] = Field(description="Added: decisions and labels count up to this time.")
    started_at: Optional[Timestamp] = Field(description="When the run was requested.")
    completed_at: Optional[Timestamp] = Field(description="When the run ended, however it did.")
    estimated_completion_time: Optional[Timestamp] = Field(
        description="Until it ends: when it will have completed, by the measured rate of earlier runs."
    )
    error: Optional[str] = Field(description="Why the run failed, and what to do about it.")
    results_url: Optional[str] = Field(description="Path of the results of a completed run.")


class ReplayScenario(_RunFields):
    """A scenario, with the state of its latest run."""

    id: str = Field(description="Id of the scenario.")
    name: str = Field(description="Name of the scenario.")
    description: str = Field(description="Added: what the scenario is to find out.")
    time_window: TimeWindow = Field(description="The decisions that are replayed.")
    filters: Mapping[Dimension, tuple[str, ...]] = Field(description="Added: only decisions with these values.")
    overrides: Overrides = Field(description="What is changed.")
    created_at: Timestamp = Field(description="Time of its creation.")
    created_by: str = Field(description="Who created it.")
    run_id: Optional[str] = Field(description="Added: the latest run.")


class ReplayScenariosResponse(CamelModel):
    """A page of scenarios."""

    scenarios: list[ReplayScenario] = Field(description="The scenarios, the oldest first.")
    total: int = Field(ge=0, description="Number of scenarios that match.")


class ReplayRunStarted(CamelModel):
    """A run that was started."""

    status: ReplayStatus = Field(description="`queued` until its first step begins.")
    estimated_completion_time: Timestamp = Field(
        description="When it will have completed, by the measured rate of earlier runs."
    )
    run_id: str = Field(description="Added: the run.")


class ReplayRun(_RunFields):
    """Added: one run of a scenario."""

    run_id: str = Field(description="Id of the run.")
    requested_by: str = Field(description="Who started it.")
    checksum: Optional[str] = Field(
        description="SHA-256 of its results without run id and times; equal for equal results."
    )


class ReplayRunsResponse(CamelModel):
    """Added: a page of the runs of a scenario."""

    runs: list[ReplayRun] = Field(description="The runs, the oldest first.")
    total: int = Field(ge=0, description="Number of runs.")


class RegisteredThresholds(CamelModel):
    """Two thresholds of the score; one that is null is never reached."""

    model_config = ConfigDict(extra="forbid")

    fraud_threshold: _Threshold = Field(
        alias="fraud_threshold", description="Scores from here on are declined, 0 to 1; null if none is."
    )
    review_threshold: _Threshold = Field(
        alias="review_threshold",
        description="Lower scores from here on are reviewed, 0 to 1; null if none is. At most `fraud_threshold`.",
    )

    @field_validator("review_threshold")
    @classmethod
    def _not_crossed(cls, review: float | None, info: ValidationInfo) -> float | None:
        decline = info.data.get("fraud_threshold")
        if review is not None and decline is not None and review > decline:
            raise ValueError("must be at most fraud_threshold")
        return review


class RuleThresholdsRequest(CamelModel):
    """The thresholds of a rule version."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"thresholds": {"fraud_threshold": 0.9, "review_threshold": 0.6}}]},
    )

    thresholds: RegisteredThresholds = Field(description="Both thresholds, as the rule version applies them to scores.")


class RuleThresholds(CamelModel):
    """Added: the registered thresholds of a rule version."""

    rule_version: str = Field(description="The rule version.")
    thresholds: PolicyThresholds = Field(description="The thresholds.")
    registered_at: Timestamp = Field(description="When they were registered.")
    registered_by: str = Field(description="Who registered them.")


class RuleThresholdsResponse(CamelModel):
    """Added: a page of the registered rule versions."""

    rules: list[RuleThresholds] = Field(description="The rule versions, by name.")
    total: int = Field(ge=0, description="Number of registered rule versions.")
