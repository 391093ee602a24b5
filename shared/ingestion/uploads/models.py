"""Models of the upload routes."""

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from shared.ingestion.models import DataFormat, IngestionMetadata
from shared.lake.files.options import Compression, TextOptions
from shared.records.ids import SourceId
from shared.records.schema import DataType
from shared.runtime.models import Model, Optional, Timestamp

LARGEST_FILE = 5 * 1024**3
_EXAMPLE: JsonDict = {
    "source_id": "web-shop",
    "data_type": "transactions",
    "format": "csv",
    "compression": "gzip",
    "options": {"delimiter": ";"},
}


class UploadRequest(Model):
    """The file to upload."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    source_id: SourceId
    data_type: DataType = Field(description="Type of the records.")
    format: DataFormat = Field(
        description="Format of the file. `json` is an array, one record per line, records one after the other, or an "
        "object with an array of records."
    )
    compression: Optional[Compression] = Field(default=None, description="Compression of the file (default: detected).")
    options: TextOptions = Field(
        default=TextOptions(),
        description="How the text is written (default: as the source is configured, else detected).",
    )
    metadata: Optional[IngestionMetadata] = Field(default=None, description="Metadata from the sender.")
    size: Optional[Annotated[int, Field(ge=0, strict=True)]] = Field(
        default=None,
        description="Size of the uploaded file in bytes, at most 5 GB; S3 rejects a file of another size.",
    )


class UploadResponse(Model):
    """The presigned address for the file: send one `PUT` with these headers before it expires."""

    batch_id: str = Field(description="Id of the batch, for its status and errors.")
    url: str = Field(description="Presigned URL. It works without a token, so keep it secret.")
    method: str = Field(default="PUT", description="HTTP method to use.")
    headers: dict[str, str] = Field(description="Headers that the `PUT` must send unchanged.")
    expires_at: Timestamp = Field(description="Time when the URL expires.")
    max_bytes: int = Field(default=LARGEST_FILE, description="Maximum size of the file in bytes.")
