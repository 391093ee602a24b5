"""Models of the preview route."""

from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, WithJsonSchema, model_validator
from pydantic.config import JsonDict

from shared.ingestion.models import DataFormat
from shared.lake.files.options import Compression, TextOptions
from shared.mapping.model import SourceMapping
from shared.records.ids import SourceId
from shared.records.row_error import ValidationError
from shared.records.schema import DataType
from shared.runtime.models import Model, Optional

LARGEST_CONTENT = 1024 * 1024
"""Bytes of a file that a preview reads."""

MOST_PREVIEWED = 1_000
SHOWN_RECORDS = 20
_LONGEST_BASE64 = (LARGEST_CONTENT + 2) // 3 * 4
_RECORDS = {"type": "array", "items": {"type": "object"}, "minItems": 1, "maxItems": MOST_PREVIEWED}
_EXAMPLE: JsonDict = {
    "content": "SW52b2ljZU5vLFF0eSxQcmljZQo1MzYzNjUsNiwyLjU1Cg==",
    "data_type": "transactions",
}


class PreviewRequest(Model):
    """The beginning of a file, or records; with a mapping, without one, or with that of a source."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    content: Optional[Annotated[str, Field(max_length=_LONGEST_BASE64)]] = Field(
        default=None,
        repr=False,
        description="The first megabyte (1 048 576 bytes) of a file, or a smaller file as a whole, in base64; it may "
        "be compressed. If it has exactly that size, its last record may be cut off and is left out.",
    )
    data: Optional[Annotated[list[Any], WithJsonSchema(_RECORDS)]] = Field(
        default=None,
        min_length=1,
        max_length=MOST_PREVIEWED,
        repr=False,
        description="Records as in `POST /ingest/batch`, instead of `content`.",
    )
    format: Optional[DataFormat] = Field(default=None, description="Format (default: detected; `json` for `data`).")
    compression: Optional[Compression] = Field(default=None, description="Compression of the file (default: detected).")
    options: TextOptions = Field(default=TextOptions(), description="How the text is written (default: detected).")
    data_type: Optional[DataType] = Field(
        default=None, description="Type of the records (default: the type whose fields fit the columns best)."
    )
    source_id: Optional[SourceId] = Field(
        default=None, description="Source whose mapping, namespace and cadence apply, if `mapping` is absent."
    )
    mapping: Optional[SourceMapping] = Field(
        default=None, description="Mapping to try. Without one, that of `source_id` applies, else the suggested one."
    )

    @model_validator(mode="after")
    def _has_one_input(self) -> Self:
        if (self.content is None) == (self.data is None):
            raise ValueError("must have either content or data")
        return self


class FoundFile(Model):
    """How the file is written, as given or detected."""

    format: DataFormat = Field(description="Format.")
    compression: Optional[Compression] = Field(default=None, description="Compression of the file.")
    encoding: Optional[str] = Field(default=None, description="Text encoding.")
    delimiter: Optional[str] = Field(default=None, description="CSV: delimiter.")
    quote: Optional[str] = Field(default=None, description="CSV: quote character.")
    header: Optional[bool] = Field(default=None, description="CSV: whether there is a header.")
    skipped_lines: Optional[int] = Field(default=None, description="CSV: lines before the header that are skipped.")


class FoundColumn(Model):
    """A source column, with what its values look like."""

    name: str = Field(description="Name of the column, or the path to it in a nested record.")
    type: str = Field(
        description="What the values look like: `text`, `integer`, `number`, `money`, `time`, `boolean`, `nested`, "
        "`empty`."
    )
    filled: int = Field(description="Number of rows in which it is not blank.")
    examples: list[str] = Field(description="Up to three values.")


class PreviewedRecord(Model):
    """A source row and the records that it becomes; none if it is rejected."""

    row: int = Field(description="Line or number of the row in the file, or its index in `data`.")
    source: Any = Field(description="The row as read.")
    records: list[dict[str, Any]] = Field(description="The records as they would be loaded.")
    errors: list[ValidationError] = Field(description="Errors of the row.")


class ErrorCount(Model):
    """One kind of error, with its number of occurrences."""

    field: str = Field(description="Field concerned; empty for the whole row.")
    code: str = Field(description="Stable code of the error.")
    message: str = Field(description="Description of the first error of this kind.")
    count: int = Field(description="Number of occurrences.")


class PreviewResponse(Model):
    """What would become of the file or the records."""

    file: FoundFile = Field(description="How the file is written.")
    data_type: Optional[DataType] = Field(default=None, description="Type of the records, given or guessed.")
    preset: Optional[str] = Field(default=None, description="Known export to which the columns belong.")
    mapping_used: str = Field(
        description="Mapping that was applied: `given`, `source`, `suggested`, or `none` if the columns already are "
        "the fields of the data type."
    )
    columns: list[FoundColumn] = Field(description="Columns of the file, at most 200.")
    rows: int = Field(description="Number of rows that were read.")
    valid_rows: int = Field(description="Number of rows that would be loaded.")
    quality_score: Optional[float] = Field(default=None, description="Quality score of these rows, from 0 to 100.")
    records: list[PreviewedRecord] = Field(description=f"The first {SHOWN_RECORDS} rows, with their records.")
    errors: list[ValidationError] = Field(description="The first 100 errors, in the order of the rows.")
    error_counts: list[ErrorCount] = Field(description="All errors by field and code, most frequent first.")
    suggested_mapping: Optional[dict[str, Any]] = Field(
        default=None, description="Mapping by names and values of the columns, for `PUT /ingest/sources/{source_id}`."
    )
    questions: list[str] = Field(
        description="What cannot be known from the data, such as the order of day and month; nothing of it is guessed."
    )
