"""Models of the export routes."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel
from pydantic.config import JsonDict
from pydantic.functional_validators import ModelWrapValidatorHandler
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from shared.exports.filters import FILTERS, ExportDataType, read_filters, read_range
from shared.runtime.errors import FieldError, InvalidRequest
from shared.runtime.models import CamelModel, Optional, Timestamp
from shared.runtime.phrases import phrase

_EXAMPLE: JsonDict = {
    "format": "csv",
    "dataType": "cohorts",
    "filters": {"startDate": "2025-01-01T00:00:00Z", "endDate": "2025-01-08T00:00:00Z", "dimension": "merchant"},
    "includeCharts": True,
}


class ExportFormat(StrEnum):
    """The format of a file."""

    CSV = "csv"
    JSON = "json"
    PDF = "pdf"


class ExportState(StrEnum):
    """The state of an export that is prepared in the background."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


class ExportRequest(CamelModel):
    """What to export, and how."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=False, extra="forbid", json_schema_extra={"examples": [_EXAMPLE]}
    )

    format: ExportFormat = Field(description="Format of the file, in lower case.")
    data_type: ExportDataType = Field(
        description="`metrics`: the numbers of `GET /analytics/metrics`, one row each. `cohorts`: the cohorts of "
        "`GET /analytics/cohorts`, with their KPIs as columns. `decisions`: decisions as stored, with their label. "
        "`experiments`: the experiments that ran at some time of the range, one row for each variant, with the "
        "results of `GET /analytics/experiments/{experimentId}`: over all its decisions, whatever the range."
    )
    filters: Mapping[str, Any] = Field(
        description="The query parameters of the route with the same data, by their own names: `startDate` and "
        "`endDate` always, `asOf`; `dimension` (required) and `minCount` of cohorts; `investigationId` of "
        "decisions; `experimentId` and `status` of experiments."
    )
    include_charts: Annotated[bool, Field(strict=True)] = Field(
        default=True, description="Whether a PDF has charts (default: true)."
    )

    @model_validator(mode="wrap")
    @classmethod
    def _name_every_mistake(cls, sent: Any, read: ModelWrapValidatorHandler[Self]) -> Self:
        """Report the mistakes of the request together with those of its filters."""
        problems: list[InitErrorDetails] = []
        request: Self | None = None
        try:
            request = read(sent)
        except ValidationError as invalid:
            found = invalid.errors(include_url=False)
            problems += [_problem(each["loc"], phrase(each), _rejected(each)) for each in found]
        if isinstance(sent, Mapping) and isinstance(sent.get(FILTERS), Mapping):
            problems += [
                _problem(tuple(each.field.split(".")), each.message, each.rejected_value)
                for each in _filter_errors(sent.get("dataType"), sent[FILTERS])
            ]
        if request is None or problems:
            raise ValidationError.from_exception_data(cls.__name__, problems)
        return request


class ExportProgress(CamelModel):
    """How far an export has come."""

    rows: int = Field(description="Rows written so far.")
    total: int = Field(description="Rows to write.")
    percentage: float = Field(description="rows ÷ total in per cent; 100 without rows.")


class ExportStatus(CamelModel):
    """An export that is prepared in the background."""

    export_id: str = Field(description="Id of the export.")
    status: ExportState = Field(description="`queued`, `running`, `completed` or `failed`.")
    progress: ExportProgress = Field(description="How far it has come.")
    created_at: Timestamp = Field(description="Time of the request.")
    request: ExportRequest = Field(description="What was requested.")
    error: Optional[str] = Field(default=None, description="Why it failed.")


def _problem(path: tuple[int | str, ...], message: str, value: Any) -> InitErrorDetails:
    error = PydanticCustomError("value_error", "{said}", {"said": message})
    return InitErrorDetails(type=error, loc=path, input=value)


def _filter_errors(data_type: Any, filters: Mapping[str, Any]) -> Iterator[FieldError]:
    known = isinstance(data_type, str) and data_type in set(ExportDataType)
    try:
        if known:
            read_filters(ExportDataType(data_type), filters)
        else:
            read_range(filters)
    except InvalidRequest as invalid:
        yield from invalid.field_errors


def _rejected(problem: ErrorDetails) -> Any:
    return None if problem["type"] == "missing" else problem["input"]
