"""The nouns of the upload routes (resolutions §§ 7 and 9)."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field, StrictBool
from pydantic.config import JsonDict

from shared.ingestion.models import DataFormat, IngestionMetadata, SourceId
from shared.ingestion.upload import Compression
from shared.records.schema import DataType
from shared.runtime.models import Model, Optional, Timestamp

LARGEST_FILE = 5 * 1024**3
_OneCharacter = Annotated[str, Field(min_length=1, max_length=1)]
_EXAMPLE: JsonDict = {
    "source_id": "web-shop",
    "data_type": "transactions",
    "format": "csv",
    "compression": "gzip",
    "options": {"delimiter": ";"},
}


class UploadOptions(Model):
    """How a file is to be read, where that is not to be found out from the file itself."""

    model_config = ConfigDict(extra="forbid")

    delimiter: Optional[_OneCharacter] = Field(default=None, description="CSV: between fields.")
    quote: Optional[_OneCharacter] = Field(default=None, description="CSV: around fields.")
    encoding: Optional[str] = Field(default=None, max_length=40, description="CSV, XML, JSON: such as `utf-8`.")
    header: Optional[StrictBool] = Field(default=None, description="CSV: whether the first row names the columns.")
    record_element: Optional[str] = Field(default=None, max_length=128, description="XML: the element of one record.")


class UploadRequest(Model):
    """A file that somebody is about to upload."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    source_id: SourceId
    data_type: DataType
    format: DataFormat = Field(description="`json`: an array, or one record a line.")
    compression: Compression = Compression.NONE
    options: UploadOptions = UploadOptions()
    metadata: Optional[IngestionMetadata] = None
    size: Optional[Annotated[int, Field(ge=0, strict=True)]] = Field(
        default=None, description="Bytes as uploaded; a file of another size fails. At most 5 GB."
    )


class UploadResponse(Model):
    """Where to put the file: one `PUT` with these headers, until it expires."""

    batch_id: str
    url: str = Field(description="Presigned: it needs no token, so it is a secret.")
    method: str = "PUT"
    headers: dict[str, str] = Field(description="To be sent with the `PUT` exactly so.")
    expires_at: Timestamp
    max_bytes: int = LARGEST_FILE


def options_given(options: UploadOptions) -> dict[str, Any]:
    """Only what was said."""
    return options.model_dump(exclude_none=True)
