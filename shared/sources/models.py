"""Models of the source routes: a source's configuration, status and totals."""

import re
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    TypeAdapter,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)
from pydantic.config import JsonDict
from pydantic_core import InitErrorDetails, PydanticCustomError

from shared.records.ids import SourceId
from shared.records.mapping import EXAMPLE as MAPPING
from shared.records.mapping import SourceMapping
from shared.records.schema import DataType
from shared.runtime.models import Model, Optional, PageResponse, Timestamp
from shared.sources.configuration_trial import Path, find_faults
from shared.sources.rules import FAILING_DELIVERIES, MISSED_CADENCES

_DURATION = re.compile(r"P(?=.)(\d{1,2}W|(\d{1,3}D)?(T(?=.)(\d{1,4}H)?(\d{1,5}M)?(\d{1,7}S)?)?)", re.ASCII)
_AS_TEXT = TypeAdapter(timedelta)
_SHORTEST, _LONGEST = timedelta(minutes=1), timedelta(days=366)
_EXAMPLE: JsonDict = {
    "name": "Till of the shop in London",
    "type": "file",
    "cadence": "P1D",
    "thresholds": {"transactions": 80},
    "mappings": {"transactions": MAPPING},
}


def _duration(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str) or not _DURATION.fullmatch(value):
        raise ValueError("must be an ISO 8601 duration of weeks, days, hours, minutes or seconds, e.g. PT15M or P1D")
    if not _SHORTEST <= _AS_TEXT.validate_python(value) <= _LONGEST:
        raise ValueError("must be between PT1M and P366D")
    return value


Cadence = Annotated[
    timedelta,
    BeforeValidator(_duration),
    PlainSerializer(lambda span: _AS_TEXT.dump_python(span, mode="json"), return_type=str),
    WithJsonSchema({"type": "string", "format": "duration", "examples": ["PT15M", "P1D"]}),
]
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
        default=None, description="Kind of source (default: derived from its first delivery)."
    )
    cadence: Optional[Cadence] = Field(
        default=None, description="Expected interval between deliveries, as an ISO 8601 duration from PT1M to P366D."
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
    try:
        mappings: dict[DataType, SourceMapping] = read(sent)
    except ValidationError as failure:
        problems += [_problem(each["loc"], each["msg"], each["input"]) for each in failure.errors(include_url=False)]
    problems += [_problem(path, message, value) for path, message, value in find_faults(sent)]
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
    f"`error`: none of the last {FAILING_DELIVERIES} deliveries (or all, if fewer) had a row that was "
    "valid and passed the quality gate. `active`: otherwise."
)


class DataSource(Model):
    """A data source with its status and totals."""

    source_id: SourceId
    name: str = Field(description="Display name.")
    type: SourceType = Field(description="Kind of the source, configured or derived from its first delivery.")
    status: SourceStatus = Field(description=_STATUS)
    last_ingestion: Timestamp | None = Field(description="Time of the last delivery; null if there was none.")
    total_records: int = Field(description="Records received, from the ledger.")
    configuration: dict[str, Any] = Field(
        description="`cadence`, `thresholds` and `mappings` as configured; `data_types`: per type the ledger "
        "counters and the watermark; `faults`: fields saved by an earlier version that cannot be applied, each with "
        "the reason (records that depend on them go to quarantine)."
    )


class DataSourcesResponse(PageResponse):
    """One page of data sources, in order of registration."""

    content: list[DataSource] = Field(description="The sources on this page.")
