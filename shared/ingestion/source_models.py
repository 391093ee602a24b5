"""The nouns of sources (contract C 1.3, resolutions § 9): what is configured of them, and what they have delivered."""

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

from shared.ingestion.configuration_trial import Path, faults_of
from shared.ingestion.mapping import EXAMPLE as MAPPING
from shared.ingestion.mapping import SourceMapping
from shared.ingestion.models import SourceId
from shared.ingestion.source_status import FAILING_DELIVERIES, MISSED_CADENCES
from shared.records.schema import DataType
from shared.runtime.models import Model, Optional, PageResponse, Timestamp

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
        raise ValueError("must lie between PT1M and P366D")
    return value


Cadence = Annotated[
    timedelta,
    BeforeValidator(_duration),
    PlainSerializer(lambda span: _AS_TEXT.dump_python(span, mode="json"), return_type=str),
    WithJsonSchema({"type": "string", "format": "duration", "examples": ["PT15M", "P1D"]}),
]
Threshold = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False, strict=True)]


class SourceType(StrEnum):
    """What kind of source delivers."""

    API = "api"
    DATABASE = "database"
    FILE = "file"
    STREAM = "stream"


class SourceStatus(StrEnum):
    """How a source behaves."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    ERROR = "error"


class SourceConfiguration(Model):
    """What is known of a source beside what it delivers; its next delivery is judged by it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    name: Optional[Annotated[str, Field(min_length=1, max_length=100)]] = Field(
        default=None, description="For people; made of the id unless told."
    )
    type: Optional[SourceType] = Field(default=None, description="Told by how it first delivered unless named here.")
    cadence: Optional[Cadence] = Field(
        default=None, description="How often it is expected to deliver, as an ISO 8601 duration: PT1M to P366D."
    )
    thresholds: dict[DataType, Threshold] = Field(
        default_factory=dict, description="Per data type the lowest quality score that is loaded; 70 unless told."
    )
    mappings: dict[DataType, SourceMapping] = Field(
        default_factory=dict, description="Per data type how the source's records become those of the data model."
    )


def _tried(sent: Any, read: ValidatorFunctionWrapHandler) -> dict[DataType, SourceMapping]:
    """Read mappings and try them: what is wrong with their shape and what could not be applied is told together."""
    problems: list[InitErrorDetails] = []
    try:
        mappings: dict[DataType, SourceMapping] = read(sent)
    except ValidationError as failure:
        problems += [_problem(each["loc"], each["msg"], each["input"]) for each in failure.errors(include_url=False)]
    problems += [_problem(path, message, value) for path, message, value in faults_of(sent)]
    if problems:
        raise ValidationError.from_exception_data("mappings", problems)
    return mappings


def _problem(path: Path, message: str, value: Any) -> InitErrorDetails:
    return InitErrorDetails(type=PydanticCustomError("value_error", "{said}", {"said": message}), loc=path, input=value)


class SourceConfigurationRequest(SourceConfiguration):
    """What is to be known of a source beside what it delivers; its next delivery is judged by it."""

    mappings: Annotated[dict[DataType, SourceMapping], WrapValidator(_tried)] = Field(
        default_factory=dict, description="Per data type how the source's records become those of the data model."
    )


_STATUS = (
    f"`inactive`: never delivered, or not for {MISSED_CADENCES} times its cadence (seven days where it has none). "
    f"`error`: delivers, but of its last {FAILING_DELIVERIES} deliveries (or as many as there are) not one row was "
    "good or passed the quality gate. `active`: all others."
)


class DataSource(Model):
    """A source and what it has delivered."""

    source_id: SourceId
    name: str
    type: SourceType
    status: SourceStatus = Field(description=_STATUS)
    last_ingestion: Timestamp | None = Field(description="Null as long as it has delivered nothing.")
    total_records: int = Field(description="Records received, by the ledger.")
    configuration: dict[str, Any] = Field(
        description="`cadence`, `thresholds` and `mappings` as they were put; `data_types`: per type the ledger's "
        "counters and the watermark; `faults`: fields that an earlier version saved and that cannot be applied, with "
        "the reason (the records that they concern go to quarantine)."
    )


class DataSourcesResponse(PageResponse):
    """One page of the sources, in the order in which they became known."""

    content: list[DataSource]
