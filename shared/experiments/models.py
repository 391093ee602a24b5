"""Models of experiments as clients define and read them."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from shared.experiments.promotion_models import Promotion
from shared.experiments.requests import StrictModel
from shared.experiments.result_models import ExperimentResults
from shared.experiments.vocabulary import METRICS, ExperimentStatus, ExperimentUnit, MetricDirection
from shared.records.ids import LONGEST_ID
from shared.runtime.checked_requests import CheckedRequest
from shared.runtime.models import CamelModel, Optional, Timestamp
from shared.runtime.values import EARLIEST, LATEST

FEWEST_VARIANTS, MOST_VARIANTS = 2, 10
_LONGEST_NAME, _LONGEST_TEXT = 200, 2000
_LONGEST_DAYS, _MOST_UNITS, _MOST_HARM = 366, 1_000_000_000, 1e15

ExperimentId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=LONGEST_ID)]
_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=_LONGEST_NAME)]
_Text = Annotated[str, StringConstraints(max_length=_LONGEST_TEXT)]


def _metric(name: str) -> str:
    if name not in METRICS:
        raise ValueError(f"must be one of {', '.join(METRICS)}")
    return name


def _in_range(moment: datetime) -> datetime:
    if not EARLIEST <= moment <= LATEST:
        raise ValueError(f"must be between the years {EARLIEST.year} and {LATEST.year}")
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


_Metric = Annotated[str, AfterValidator(_metric), Field(json_schema_extra={"enum": list(METRICS)})]
_Moment = Annotated[Timestamp, AfterValidator(_in_range)]

_EXAMPLE: JsonDict = {
    "id": "review-threshold",
    "name": "Higher review threshold",
    "hypothesis": "Reviewing from 0.45 on approves more orders and misses little fraud.",
    "variants": [
        {"id": "control", "name": "As today", "isControl": True, "allocation": 0.5, "configuration": {"review": 0.3}},
        {"id": "treatment", "name": "From 0.45 on", "allocation": 0.5, "configuration": {"review": 0.45}},
    ],
    "primaryMetric": "approvalRate",
    "guardrails": [{"metric": "fraudRate", "maximumHarm": 0.002}],
}


class Variant(StrictModel):
    """One of the policies that are compared."""

    id: ExperimentId = Field(description="Id, as decisions carry it in `variant_id`.", examples=["treatment"])
    name: _Name = Field(description="Name.", examples=["Review from 0.45 on"])
    description: _Text = Field(default="", description="What is different.")
    is_control: bool = Field(default=False, strict=True, description="Whether the others are compared with this one.")
    allocation: float = Field(
        strict=True, gt=0, lt=1, allow_inf_nan=False, description="Share of the units; all together are 1."
    )
    configuration: dict[str, Any] = Field(
        default_factory=dict, description="What the decision engine is to use; it becomes the policy on promotion."
    )


class Guardrail(StrictModel):
    """A metric that must not get worse by more than so much."""

    metric: _Metric = Field(description="Name of a KPI.", examples=["fraudRate"])
    maximum_harm: float = Field(
        strict=True,
        ge=0,
        le=_MOST_HARM,
        allow_inf_nan=False,
        description="The largest tolerable difference from the control in the worse direction, absolute: a share for "
        "ratios, an amount per unit for sums.",
    )


class Design(CamelModel):
    """What an experiment compares, and how."""

    name: _Name = Field(description="Name.")
    description: _Text = Field(default="", description="What the experiment is about.")
    hypothesis: _Text = Field(default="", description="What is expected, and why.")
    variants: list[Variant] = Field(
        min_length=FEWEST_VARIANTS,
        max_length=MOST_VARIANTS,
        description="2 to 10 variants, exactly one of which is the control.",
    )
    primary_metric: _Metric = Field(description="The KPI that decides. Any but `decisionThroughput`.")
    primary_direction: MetricDirection | None = Field(
        default=None, description="Where it is meant to go (default: the direction in which the KPI improves)."
    )
    guardrails: list[Guardrail] = Field(
        default_factory=list, max_length=len(METRICS), description="Metrics that must not get worse; each once."
    )
    unit: ExperimentUnit = Field(
        default=ExperimentUnit.CUSTOMER,
        description="What is assigned as a whole: `customer` (default; a decision without one is a unit of its own) or "
        "`decision`.",
    )
    minimum_duration_days: int = Field(
        default=3, strict=True, ge=1, le=_LONGEST_DAYS, description="Days that it must have run before promotion."
    )
    minimum_units: int = Field(
        default=1000, strict=True, ge=1, le=_MOST_UNITS, description="Units that each variant must have by then."
    )
    start_date: _Moment | None = Field(
        default=None, description="Decisions count from then on; it may be in the past (default: when it is started)."
    )
    end_date: _Moment | None = Field(
        default=None, description="Decisions count until then, or until it is completed if that is earlier."
    )


class ExperimentRequest(CheckedRequest, StrictModel, Design):
    """The experiment to create, as a draft."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: ExperimentId | None = Field(
        default=None,
        description="Added: the id that decisions carry in `experiment_id` (default: a new one).",
        examples=["review-threshold"],
    )


def _unchanged(name: str) -> Any:
    return Field(default=None, description=f"Added: accepted as it is; `{name}` cannot be changed here.")


class ExperimentChange(CheckedRequest, StrictModel):
    """The fields of an experiment to replace; those that are not sent stay as they are."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Higher review threshold", "version": 1}]})

    name: _Name = Field(default="", description="Name.")
    description: _Text = Field(default="", description="What the experiment is about.")
    hypothesis: _Text = Field(default="", description="What is expected, and why. Only of a draft, as all below.")
    variants: list[Variant] = Field(
        default_factory=list, min_length=FEWEST_VARIANTS, max_length=MOST_VARIANTS, description="All variants."
    )
    primary_metric: _Metric = Field(default="", description="The KPI that decides.")
    primary_direction: MetricDirection | None = Field(default=None, description="Where it is meant to go.")
    guardrails: list[Guardrail] = Field(default_factory=list, max_length=len(METRICS), description="All guardrails.")
    unit: ExperimentUnit = Field(default=ExperimentUnit.CUSTOMER, description="What is assigned as a whole.")
    minimum_duration_days: int = Field(default=3, strict=True, ge=1, le=_LONGEST_DAYS, description="Least duration.")
    minimum_units: int = Field(default=1000, strict=True, ge=1, le=_MOST_UNITS, description="Least units per variant.")
    start_date: _Moment | None = Field(default=None, description="Decisions count from then on.")
    end_date: _Moment | None = Field(default=None, description="Decisions count until then; not only of a draft.")
    version: Annotated[int, Field(strict=True, ge=1)] | None = Field(
        default=None, description="Version that is changed; required unless `If-Match` is sent."
    )
    id: Any = _unchanged("id")
    status: Any = _unchanged("status")
    created_at: Any = _unchanged("createdAt")
    created_by: Any = _unchanged("createdBy")
    updated_at: Any = _unchanged("updatedAt")


class Transition(CamelModel):
    """A state that an experiment was in from a time on."""

    status: ExperimentStatus = Field(description="The state.")
    at: Timestamp = Field(description="Since when.")
    by: str = Field(description="Who moved it there.")


class StoredExperiment(Design):
    """An experiment as it is stored."""

    id: str = Field(description="Id, as decisions carry it in `experiment_id`.")
    primary_direction: MetricDirection = Field(description="Where the primary metric is meant to go.")
    status: ExperimentStatus = Field(description="Where it is in its life.")
    created_at: Timestamp = Field(description="Time of creation.")
    updated_at: Timestamp = Field(description="Time of the last change.")
    created_by: str = Field(description="Who created it.")
    version: int = Field(description="Number of changes, from 1; send it with the next one.")
    completed_at: Optional[Timestamp] = Field(default=None, description="Added: decisions until then count.")
    history: list[Transition] = Field(description="Added: the states that it was in, the first one first.")
    promotion: Optional[Promotion] = Field(default=None, description="The promotion of a variant, with its evidence.")

    @property
    def control(self) -> Variant:
        """The variant that the others are compared with."""
        return next(each for each in self.variants if each.is_control)

    @property
    def challengers(self) -> list[Variant]:
        """The other variants."""
        return [each for each in self.variants if not each.is_control]

    def find_variant(self, variant_id: str) -> Variant | None:
        """Return a variant; None if there is none with this id."""
        return next((each for each in self.variants if each.id == variant_id), None)

    @property
    def document(self) -> dict[str, Any]:
        """The experiment as JSON, which its `ETag` is made of."""
        return self.model_dump(mode="json", by_alias=True)


class Experiment(StoredExperiment):
    """An experiment."""

    results: Optional[ExperimentResults] = Field(
        default=None, description="How the variants compare; omitted without decisions, for drafts and in lists."
    )


class ExperimentsResponse(CamelModel):
    """A page of experiments."""

    experiments: list[Experiment] = Field(description="The experiments, the oldest first; without `results`.")
    total: int = Field(ge=0, description="Number of experiments on all pages.")
