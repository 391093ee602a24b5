"""The nouns of the upload routes (resolutions §§ 7 and 9)."""

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from shared.ingestion.models import DataFormat, IngestionMetadata, SourceId
from shared.lake.files.options import Compression, TextOptions
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
    """A file that somebody is about to upload."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    source_id: SourceId
    data_type: DataType
    format: DataFormat = Field(description="`json`: an array, or one record a line.")
    compression: Optional[Compression] = Field(default=None, description="Absent: found out from the file.")
    options: TextOptions = Field(default=TextOptions(), description="What is absent is found out from the file.")
    metadata: Optional[IngestionMetadata] = None
    size: Optional[Annotated[int, Field(ge=0, strict=True)]] = Field(
        default=None, description="Bytes as uploaded; S3 refuses a file of another size at the address. At most 5 GB."
    )


class UploadResponse(Model):
    """Where to put the file: one `PUT` with these headers, until it expires."""

    batch_id: str
    url: str = Field(description="Presigned: it needs no token, so it is a secret.")
    method: str = "PUT"
    headers: dict[str, str] = Field(description="To be sent with the `PUT` exactly so.")
    expires_at: Timestamp
    max_bytes: int = LARGEST_FILE
