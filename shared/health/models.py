"""The nouns of the health route (resolutions § 9)."""

from enum import StrEnum

from pydantic import Field

from shared.runtime.models import Model, Timestamp


class DependencyStatus(StrEnum):
    """Whether something the platform stands on answers."""

    OK = "ok"
    DOWN = "down"


class OverallStatus(StrEnum):
    """How much of the platform can answer."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"


class Dependency(Model):
    """Something the platform stands on, and how it answered."""

    name: str = Field(examples=["dynamodb"])
    required: bool = Field(description="Nothing can be answered without it; the others carry a part of the API.")
    status: DependencyStatus
    latency_ms: float = Field(ge=0, description="How long the answer took, or how long it was waited for.")


class Health(Model):
    """What answers and what does not."""

    status: OverallStatus = Field(
        description="`degraded` when something that is not required is down. `down`, with 503, otherwise."
    )
    checked_at: Timestamp = Field(description="A report is remembered for a few seconds.")
    dependencies: list[Dependency]
