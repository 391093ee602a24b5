"""The configuration of fraud analytics: the maturity horizon, what mistakes cost, and the service levels of pipelines.

The values of a stage are the defaults below, changed by the stage's own; a stored configuration replaces them at run
time.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Any, Self

import orjson
from pydantic import BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from shared.runtime.models import CamelModel, Optional, Timestamp
from shared.runtime.numbers import Number
from shared.runtime.phrases import phrase

_LONGEST_HORIZON_DAYS = 365
_LONGEST_DELAY_SECONDS = 366 * 24 * 3600
_HIGHEST_COST = 1_000_000
_PLACES = 4
_HOUR = 3600

DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {
        "maturityHorizonDays": 45,
        "costParameters": {"marginRate": 0.3, "lostShare": {"decline": 1, "review": 0.1}, "reviewCost": 3},
        "slos": {
            name: {"freshnessSeconds": seconds, "completeness": 0.999}
            for name, seconds in {
                "batch-ingest": _HOUR // 4,
                "file-ingest": _HOUR,
                "stream-analytics": _HOUR // 12,
                "merge": _HOUR // 4,
                "customer-models": 26 * _HOUR,  # computed once a day
                "drift-profiles": _HOUR,
                "live-push": 60,
                "replay": _HOUR,
            }.items()
        },
    }
)
"""The values of a stage without its own, as JSON."""


class IllegalConfiguration(ValueError):
    """The values of a stage are invalid; the message names every mistake with its path."""


def _decimal(value: Any) -> Decimal:
    """Read a number exactly as it is written."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise PydanticCustomError("number_type", "must be a number")
    return Decimal(str(value))


_FRACTION: JsonDict = {"type": "number", "minimum": 0, "maximum": 1}
_COST: JsonDict = {"type": "number", "minimum": 0, "maximum": _HIGHEST_COST}
Fraction = Annotated[
    Number, Field(ge=0, le=1, decimal_places=_PLACES), BeforeValidator(_decimal), WithJsonSchema(_FRACTION)
]
"""A fraction from 0 to 1 with at most 4 decimal places."""

_Cost = Annotated[
    Number, Field(ge=0, le=_HIGHEST_COST, decimal_places=_PLACES), BeforeValidator(_decimal), WithJsonSchema(_COST)
]


class _Strict(CamelModel):
    model_config = ConfigDict(extra="forbid")


class LostShare(_Strict):
    """Which share of the sales that were stopped by mistake is lost, by the outcome of the decision."""

    decline: Fraction = Field(description="Share of declined legitimate sales that is lost, 0 to 1.", examples=[1])
    review: Fraction = Field(description="Share of reviewed legitimate sales that is lost, 0 to 1.", examples=[0.1])


class CostParameters(_Strict):
    """What a legitimate decision costs that was flagged.

    `falsePositiveCost` is the sum over all false positives of the product of amount, `marginRate` and
    `lostShare[outcome]`, plus `reviewCost` for each that was reviewed.
    """

    margin_rate: Fraction = Field(description="Margin as a fraction of the amount of a sale, 0 to 1.", examples=[0.3])
    lost_share: LostShare = Field(description="Share of stopped sales that is lost, by outcome.")
    review_cost: _Cost = Field(
        description="Cost of one review, in the reporting currency; at most 4 decimal places.", examples=[3]
    )


class ServiceLevel(_Strict):
    """What is expected of a pipeline; it is degraded if it misses either objective."""

    freshness_seconds: Annotated[int, Field(strict=True, ge=1, le=_LONGEST_DELAY_SECONDS)] = Field(
        description="Seconds that the pipeline may be late, beyond the expected interval between deliveries of its "
        "sources.",
        examples=[900],
    )
    completeness: Fraction = Field(
        description="Smallest share of the records received in the last 24 hours that must have an outcome, 0 to 1.",
        examples=[0.999],
    )


def _pipeline_id(field: str) -> str:
    return field.replace("_", "-")


class ServiceLevels(_Strict):
    """The service level of each pipeline, by its id."""

    model_config = ConfigDict(alias_generator=_pipeline_id)

    batch_ingest: ServiceLevel = Field(description="Batches.")
    file_ingest: ServiceLevel = Field(description="Uploaded files.")
    stream_analytics: ServiceLevel = Field(description="Records of the event stream.")
    merge: ServiceLevel = Field(description="Merges into the tables of the lake, and their roll-ups.")
    customer_models: ServiceLevel = Field(description="The daily computation of customers.")
    drift_profiles: ServiceLevel = Field(description="Daily profiles of features.")
    live_push: ServiceLevel = Field(description="Messages to WebSocket clients.")
    replay: ServiceLevel = Field(description="Runs of replay scenarios.")

    def of(self, pipeline_id: str) -> ServiceLevel:
        """Return the service level of a pipeline.

        Raises:
            KeyError: there is no such pipeline.
        """
        found: ServiceLevel = {_pipeline_id(name): level for name, level in self}[pipeline_id]
        return found


class FraudParameters(_Strict):
    """The values that fraud analytics computes with."""

    maturity_horizon_days: Annotated[int, Field(strict=True, ge=1, le=_LONGEST_HORIZON_DAYS)] = Field(
        description="Age in days, 1 to 365, from which an approved decision without a label is presumed legitimate.",
        examples=[45],
    )
    cost_parameters: CostParameters = Field(description="What decisions that were flagged by mistake cost.")
    slos: ServiceLevels = Field(description="Service levels of the pipelines, by pipeline id.")

    @property
    def document(self) -> dict[str, Any]:
        """The values as JSON, without their version."""
        return self.model_dump(mode="json", by_alias=True, include=set(FraudParameters.model_fields))


class FraudConfiguration(FraudParameters):
    """The values in force, and who set them when; version 0 has the values of the stage."""

    version: int = Field(
        default=0, ge=0, description="Number of changes so far; 0 while the values of the stage are in force."
    )
    updated_at: Timestamp | None = Field(default=None, description="Time of the last change; null in version 0.")
    updated_by: str | None = Field(default=None, description="User who made the last change; null in version 0.")

    @classmethod
    def of_stage(cls, changes: Mapping[str, Any]) -> Self:
        """Return the defaults with the changes of a stage, such as `{"costParameters": {"marginRate": 0.25}}`.

        Raises:
            IllegalConfiguration: a change is unknown or invalid; the message names every one.
        """
        try:
            return cls.model_validate(FraudParameters.model_validate(with_changes(DEFAULTS, changes)).document)
        except ValidationError as invalid:
            raise IllegalConfiguration("; ".join(f"{path} {message}" for path, message in mistakes(invalid))) from None

    @classmethod
    def of_version(cls, values: FraudParameters, *, version: int, updated_at: datetime | str, updated_by: str) -> Self:
        """Return a changed configuration."""
        change = {"version": version, "updatedAt": updated_at, "updatedBy": updated_by}
        return cls.model_validate({**values.document, **change})

    def stored(self, body: str) -> FraudParameters:
        """Parse values that were stored with any version of this model.

        Fields that are not stored have the values of this configuration; those that no longer exist are left out.
        """
        return FraudParameters.model_validate(_known(orjson.loads(body), self.document))


class FraudConfigurationInForce(FraudConfiguration):
    """The configuration in force, and the currency of all amounts."""

    currency: str = Field(description="The reporting currency, in which costs and all converted amounts are.")


class FraudConfigurationRequest(FraudParameters):
    """A new configuration: all values, and the version that they replace."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**DEFAULTS, "version": 0}]})

    version: Optional[Annotated[int, Field(strict=True, ge=0)]] = Field(
        default=None, description="Version that these values replace; required unless `If-Match` is sent."
    )


class FraudConfigurationHistory(CamelModel):
    """A slice of the versions of the configuration, and their total number."""

    versions: list[FraudConfiguration] = Field(description="The versions, oldest first.")
    total: int = Field(ge=0, description="Number of versions.")


def mistakes(invalid: ValidationError) -> list[tuple[str, str]]:
    """Return the path and the description of every invalid value."""
    found = invalid.errors(include_url=False)
    return [(".".join(map(str, each["loc"])) or "configuration", phrase(each)) for each in found]


def with_changes(document: Any, changes: Any) -> Any:
    """Return a document with changes at any depth; they are not checked."""
    if not isinstance(document, Mapping) or not isinstance(changes, Mapping):
        return changes
    return {**document, **{name: with_changes(document.get(name), each) for name, each in changes.items()}}


def _known(stored: Any, template: Any) -> Any:
    """Return the stored values of the fields that a template has, and its own for those that are not stored."""
    if not isinstance(template, Mapping):
        return stored
    kept = stored if isinstance(stored, Mapping) else {}
    return {name: _known(kept[name], each) if name in kept else each for name, each in template.items()}
