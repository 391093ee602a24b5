"""What is said of an exported file: in the headers of the response, in the file itself and in the audit log."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from shared.decisions.parameters import FraudRangeQuery
from shared.exports.file_name import content_disposition, file_name
from shared.exports.filters import canonical
from shared.exports.models import ExportFormat, ExportRequest
from shared.runtime.models import rfc3339

CONTENT_TYPES: Mapping[ExportFormat, str] = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.JSON: "application/json",
    ExportFormat.PDF: "application/pdf",
}


class ExportHeader(StrEnum):
    """The headers of a response that has a file or leads to it."""

    ROWS = "X-Export-Rows"
    SHA256 = "X-Export-SHA256"
    WATERMARK = "X-Export-Watermark"
    DISPOSITION = "Content-Disposition"


@dataclass(frozen=True, kw_only=True)
class ExportDetails:
    """An export and its data: the filters in force, the number of rows, and up to when data are complete."""

    request: ExportRequest
    query: FraudRangeQuery
    rows: int
    watermark: datetime

    @property
    def name(self) -> str:
        """The name of the file."""
        about = (getattr(self.query, each, None) for each in ("dimension", "investigation_id", "experiment_id"))
        return file_name(self.request, self.query.start, self.query.end, *(str(each) for each in about if each))

    @property
    def content_type(self) -> str:
        """The content type of the file."""
        return CONTENT_TYPES[self.request.format]

    @property
    def manifest(self) -> Mapping[str, Any]:
        """What a JSON file says of itself."""
        return {
            "dataType": self.request.data_type,
            "filters": canonical(self.query),
            "rows": self.rows,
            "watermark": rfc3339(self.watermark),
        }

    def headers(self, sha256: str) -> Mapping[str, str]:
        """Return the headers of the response that has the file or leads to it."""
        return {
            ExportHeader.ROWS: str(self.rows),
            ExportHeader.SHA256: sha256,
            ExportHeader.WATERMARK: rfc3339(self.watermark),
            ExportHeader.DISPOSITION: content_disposition(self.name),
        }

    def audit_entry(self, sha256: str) -> Mapping[str, Any]:
        """Return what the audit log keeps of the export."""
        return {**self.manifest, "format": self.request.format, "sha256": sha256}
