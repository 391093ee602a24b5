"""Models of the source routes: a source's configuration, status and totals."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic.config import JsonDict
from pydantic_core import InitErrorDetails, PydanticCustomError

from shared.mapping.model import EXAMPLE as MAPPING
from shared.mapping.model import SourceMapping
from shared.mapping.written_times import zone_name
from shared.records.ids import DEFAULT_NAMESPACE, Namespace, SourceId
from shared.records.schema import DataType
from shared.runtime.durations import DurationBetween
from shared.runtime.models import Model, Optional, PageResponse, Timestamp
from shared.runtime.phrases import phrase
from shared.sources.rules import FAILING_DELIVERIES, MISSED_CADENCES
from shared.sources.trial.configuration import find_contradictions, find_faults
from shared.sources.trial.sent import Path

_SHORTEST, _LONGEST = timedelta(minutes=1), timedelta(days=366)
_EXAMPLE: JsonDict = {
    "name": "Till of the shop in London",
    "type": "file",
    "cadence": "P1D",
    "thresholds": {"transactions": 80},
    "mappings": {"transactions": MAPPING},
}


Cadence = Annotated[timedelta, DurationBetween(_SHORTEST, _LONGEST)]
Threshold = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False, strict=True)]


class SourceType(StrEnum):
    """Kind of source."""

    API = "api"
    DATABASE = "database"
    FILE = "file"
    STREAM = "stream"


class SourceStatus(StrEnum):
    """Status of a source."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    ERROR = "error"


class SourceConfiguration(Model):
    """Configuration of a source; it applies from the next delivery on."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    name: Optional[Annotated[str, Field(min_length=1, max_length=100)]] = Field(
        default=None, description="Display name (default: derived from the id)."
    )
    type: Optional[SourceType] = Field(
        default=None,
        description="Kind of source (default: that of its first delivery: `api` for a batch, `file` for an upload, "
        "`stream` for the event stream; `api` before it).",
    )
    cadence: Optional[Cadence] = Field(
        default=None, description="Expected interval between deliveries, as an ISO 8601 duration from PT1M to P366D."
    )
    timezone: Optional[Annotated[str, AfterValidator(zone_name)]] = Field(
        default=None,
        max_length=64,
        description="IANA time zone of times without one (default: `UTC`); a mapping may have its own.",
    )
    namespace: Namespace = Field(
        default=DEFAULT_NAMESPACE,
        description="Namespace of the ids in the source's records: 1 to 32 letters, digits or hyphens. All sources "
        f"share `{DEFAULT_NAMESPACE}`, so that labels find their decisions and products their sales. Any other "
        "namespace precedes each id and reference, with a colon (`shop-a:1001`); ids of experiments, variants and "
        "locations are shared by all. Sources with the same namespace share their ids. A change applies to new "
        "deliveries: they have new ids, and records delivered before keep theirs.",
        examples=["shop-a"],
    )
    thresholds: dict[DataType, Threshold] = Field(
        default_factory=dict,
        description="Minimum quality score per data type (default: 70). Batches below it are rejected.",
    )
    mappings: dict[DataType, SourceMapping] = Field(
        default_factory=dict,
        description="Per data type, the mapping of the source's columns to the fields of the data model.",
    )


def _read_and_try(sent: Any, read: ValidatorFunctionWrapHandler) -> dict[DataType, SourceMapping]:
    """Parse mappings and try them; errors of the schema and of the trial are reported together."""
    problems: list[InitErrorDetails] = []
    mappings: dict[DataType, SourceMapping] = {}
    try:
        mappings = read(sent)
    except ValidationError as failure:
        problems += [_problem(each["loc"], phrase(each), each["input"]) for each in failure.errors(include_url=False)]
    faults = list(find_faults(sent)) or find_contradictions(mappings)
    problems += [_problem(path, message, value) for path, message, value in faults]
    if problems:
        raise ValidationError.from_exception_data("mappings", problems)
    return mappings


def _problem(path: Path, message: str, value: Any) -> InitErrorDetails:
    return InitErrorDetails(type=PydanticCustomError("value_error", "{said}", {"said": message}), loc=path, input=value)


class SourceConfigurationRequest(SourceConfiguration):
    """What is to be known of a source beside what it delivers; its next delivery is judged by it."""

    mappings: Annotated[dict[DataType, SourceMapping], WrapValidator(_read_and_try)] = Field(
        default_factory=dict, description="Per data type how the source's records become those of the data model."
    )


_STATUS = (
    f"`inactive`: no delivery yet, or none for {MISSED_CADENCES} times the cadence (seven days without a cadence). "
    f"`error`: all rows of the last {FAILING_DELIVERIES} deliveries (or of all, if fewer) are in quarantine; cancelled "
    "deliveries do not count, and a redrive that loads a row ends it. `active`: otherwise."
)


class DataSource(Model):
    """A data source with its status and totals."""

    source_id: SourceId
    name: str = Field(description="Display name.")
    type: SourceType = Field(
        description="Kind of the source: as configured, or that of its first delivery, which later ones do not change."
    )
    status: SourceStatus = Field(description=_STATUS)
    last_ingestion: Timestamp | None = Field(description="Time of the last delivery; null if there was none.")
    total_records: int = Field(description="Records received, from the ledger.")
    configuration: dict[str, Any] = Field(
        description="`name`, `type`, `cadence`, `timezone`, `namespace`, `thresholds` and `mappings` as configured, "
        "which can be `PUT` back with a change; `data_types`: per "
        "type the ledger counters and the watermark; `faults`: fields saved by an earlier version that cannot be "
        "applied, each with the reason (records that depend on them go to quarantine)."
    )


class DataSourcesResponse(PageResponse):
    """One page of data sources, in order of registration."""

    content: list[DataSource] = Field(description="The sources on this page.")
