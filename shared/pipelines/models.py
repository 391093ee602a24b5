"""Models of the pipeline health route."""

from enum import StrEnum

from pydantic import Field

from shared.runtime.models import CamelModel, Optional, Timestamp


class PipelineStatus(StrEnum):
    """Whether data pass a pipeline or a stage in time."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    DOWN = "down"
    IDLE = "idle"


class StageUnit(StrEnum):
    """What a stage takes in and gives out."""

    CONNECTIONS = "connections"
    CUSTOMERS = "customers"
    DAYS = "days"
    MESSAGES = "messages"
    ROWS = "rows"
    RUNS = "runs"
    SOURCES = "sources"


class StageHealth(CamelModel):
    """The health of one stage of a pipeline."""

    stage: str = Field(description="Name of the stage.", examples=["merge"])
    status: PipelineStatus = Field(
        description="`down`: something waits for longer than the freshness of the objective allows, and nothing has "
        "passed the stage since it came. `degraded`: something waits for too long, is overdue or is lost, or a service "
        "that the stage needs does not respond. `idle`: nothing was taken in during the last 24 hours, and nothing "
        "waits. `healthy`: otherwise."
    )
    unit: StageUnit = Field(description="Added: the unit of `in`, `out` and `waiting`.")
    taken_in: int | None = Field(
        ge=0,
        alias="in",
        description="Number of items that the stage had to process. Rows: those that were received in the last 24 "
        "hours, to the full hour, and reached the stage, from the ledger. Days: days with data. Sources: those that "
        "used to deliver regularly, each in the pipeline by which it delivered first. Null if they are not counted.",
    )
    given_out: int | None = Field(
        ge=0, alias="out", description="Number of these items that have passed the stage; null if they are not counted."
    )
    waiting: int | None = Field(
        ge=0,
        description="Added: number of items that wait for the stage, whenever they came; null if it is not known, "
        "because they are counted when they are read.",
    )
    dead_letters: Optional[int] = Field(
        default=None,
        ge=0,
        description="Added: number of messages in the dead-letter queue of the stage, and of notifications that were "
        "given up in the last two weeks; absent if it has no such queue.",
    )
    lag_seconds: int = Field(
        ge=0,
        description="Seconds by which the stage is late: the time since the oldest waiting item came, minus the "
        "`freshnessSeconds` of the objective; of a source, the time since its next delivery was expected, once it "
        "counts as silent (after 1.5 intervals). 0 on time. Rows of files may take as long as `file-ingest` allows. "
        "Rows that are redriven are not late, whenever they were received.",
    )
    oldest_waiting_seconds: int | None = Field(
        ge=0, description="Seconds since the oldest waiting item came; null if nothing waits."
    )
    cause: Optional[str] = Field(default=None, description="Added: why the stage is degraded or down.")


class PipelineObjective(CamelModel):
    """The service level that a pipeline is judged by."""

    freshness_seconds: int = Field(description="Seconds that an item may take to pass a stage.")
    completeness: float = Field(ge=0, le=1, description="Smallest completeness of a healthy pipeline.")


class PipelineHealth(CamelModel):
    """The health of one pipeline."""

    pipeline_id: str = Field(description="Id of the pipeline.", examples=["stream-analytics"])
    status: PipelineStatus = Field(
        description="`down`: nothing passes one of its stages although something waits. `degraded`: a stage is late or "
        "degraded, or `completeness` is below its objective. `idle`: all stages are idle. `healthy`: otherwise."
    )
    freshness_seconds: int | None = Field(
        ge=0,
        description="Seconds since the moment up to which everything that the pipeline received has passed all of its "
        "stages: the last receipt or, if something waits, that of the oldest waiting item. Of `customer-models`, "
        "seconds since the published computation started. Null if nothing was ever received.",
        examples=[120],
    )
    completeness: float | None = Field(
        ge=0,
        le=1,
        description="(loaded + duplicate + conflict + quarantined) ÷ received, over the rows received in the last 24 "
        "hours, from the ledger. Rows in flight count as received once they are late, so that a delivery within its "
        "normal processing time does not lower it. Null if no such row was received, and for pipelines without rows.",
        examples=[0.995],
    )
    stages: list[StageHealth] = Field(description="The stages, in the order in which data pass them.")
    cause: Optional[str] = Field(
        default=None,
        description="The first stage whose balance breaks, and why; of several, the first with the worst status. "
        "Absent while the pipeline is healthy or idle.",
        examples=["merge: 1200 rows of 3 deliveries not merged, the oldest for 20 minutes; nothing has passed since"],
    )
    slo_burn_rate: float | None = Field(
        ge=0,
        description="How fast the error budget was spent in the last 24 hours: (1 - completeness) ÷ (1 - objective). "
        "1 spends exactly the whole budget; null without completeness, and with an objective of 1.",
    )
    objective: PipelineObjective = Field(description="Added: the service level that the pipeline is judged by.")
    checked_at: Timestamp = Field(description="Time of the check. Reports are cached for a few seconds.")


class PipelineHealthResponse(CamelModel):
    """The health of the pipelines that a request asks for."""

    pipelines: list[PipelineHealth] = Field(description="The pipelines, in the order of the contract.")
