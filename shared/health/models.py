"""Models of the health route."""

from enum import StrEnum

from pydantic import Field

from shared.runtime.models import Model, Timestamp


class DependencyStatus(StrEnum):
    """Whether a dependency responds."""

    OK = "ok"
    DOWN = "down"


class OverallStatus(StrEnum):
    """Overall availability of the platform."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"


class Dependency(Model):
    """The result of one dependency check."""

    name: str = Field(description="Name of the dependency.", examples=["dynamodb"])
    required: bool = Field(description="Whether the whole API depends on it; the others affect a part of the API.")
    status: DependencyStatus = Field(description="Whether the dependency responds.")
    latency_ms: float = Field(ge=0, description="Response time in milliseconds, or the time waited before giving up.")


class Health(Model):
    """The health of the platform and of each dependency."""

    status: OverallStatus = Field(
        description="`degraded`: a dependency that is not required is down. `down` (status 503): a required one is."
    )
    checked_at: Timestamp = Field(description="Time of the check. Reports are cached for a few seconds.")
    dependencies: list[Dependency] = Field(description="The result of each check.")
