"""Reads the file of stages: what an operator decides about a stage, outside the code (`stages.example.toml`)."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from infra.aws.stage_errors import IllegalStage
from infra.aws.stages import Deployments, StageConfig, Subscription, stage_named
from shared.decisions.configuration import IllegalConfiguration
from shared.runtime.phrases import phrase

STAGES_FILE = Path(__file__).resolve().parents[2] / "stages.toml"


class StageFileError(ValueError):
    """The file of stages cannot be used, or lacks what a stage requires; one sentence that says what to do."""


class StageValues(BaseModel):
    """What the file may give for a stage; fields as in `StageConfig`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cors_origins: tuple[str, ...] = ()
    alarm_emails: tuple[str, ...] = ()
    domain: str | None = None
    certificate_arn: str | None = None
    reporting_currency: str = Field(default="", pattern="^[A-Z]{3}$")
    subscriptions: tuple[Subscription, ...] = ()
    webhooks_allowed: tuple[str, ...] = ()
    fraud_configuration: dict[str, Any] = {}
    rate_limits: dict[str, dict[str, int]] = {}
    queries_at_once: int = Field(default=0, ge=1)
    connections_per_subject: int = Field(default=0, ge=1)
    dashboard_renewal_seconds: int = Field(default=0, ge=0, le=300)
    lambda_concurrency: int = Field(default=0, ge=1)
    monthly_budget: int | None = Field(default=None, ge=1)
    budget_stops_queries: bool = False
    requests_per_address: int = Field(default=0, ge=0, le=2_000_000_000)
    identity_horizon_days: float | None = Field(default=None, gt=0)
    deployments: Deployments = "all-at-once"
    customer_managed_keys: bool = False

    @property
    def given(self) -> dict[str, Any]:
        """The values that the file has."""
        return {name: getattr(self, name) for name in self.model_fields_set}


def read_stage(name: str, file: Path) -> StageConfig:
    """Return a stage with what its table of the file gives; without a file, the stage as it is.

    Raises:
        UnknownStage: there is no stage of that name.
        StageFileError: the file cannot be read, or a value in the table of the stage is illegal.
    """
    stage = stage_named(name)
    try:
        return replace(stage, **_values(name, file).given)
    except ValidationError as invalid:
        raise StageFileError(f"{file.name}, [{name}]: {'; '.join(_mistakes(invalid))}.") from None
    except (IllegalStage, IllegalConfiguration) as illegal:
        raise StageFileError(f"{file.name}, [{name}]: {illegal}.") from None


def require_complete(stage: StageConfig) -> None:
    """Refuse a stage that lacks what it requires.

    Raises:
        StageFileError: it does.
    """
    if missing := [name for name in stage.required if not getattr(stage, name)]:
        raise StageFileError(
            f"Stage {stage.name} is not deployed without {' and '.join(missing)}: copy stages.example.toml to "
            f"{STAGES_FILE.name} and fill in [{stage.name}]."
        )


def _values(name: str, file: Path) -> StageValues:
    if not file.exists():
        return StageValues()
    try:
        document: Mapping[str, Any] = tomllib.loads(file.read_text())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as unreadable:
        raise StageFileError(f"{file.name} cannot be read: {unreadable}.") from None
    for each in document:
        stage_named(each)
    return StageValues.model_validate(document.get(name, {}))


def _mistakes(invalid: ValidationError) -> Iterator[str]:
    for problem in invalid.errors():
        yield f"{'.'.join(map(str, problem['loc']))} {phrase(problem)}"
