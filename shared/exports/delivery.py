"""Hands a finished file to its user: in the answer if it fits, else as a URL."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from shared.exports.files import FILES
from shared.exports.models import ExportFormat
from shared.runtime.answer_size import fits

if TYPE_CHECKING:
    from shared.exports.details import ExportDetails
    from shared.exports.files import ExportFiles


@dataclass(frozen=True, kw_only=True)
class ExportedFile:
    """A finished file: its body if it fits into the answer, else its URL; and what the headers and the log say of it.

    The body is text, except that of a PDF.
    """

    details: "ExportDetails"
    sha256: str
    body: str | bytes | None = None
    url: str | None = None

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of the response."""
        return self.details.headers(self.sha256)

    @property
    def audit_entry(self) -> Mapping[str, object]:
        """What the audit log keeps of the export."""
        return self.details.audit_entry(self.sha256)


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Answers with files; `largest_answer` is the number of bytes that an answer may have in the response of Lambda."""

    files: "ExportFiles"
    largest_answer: int

    def deliver(self, details: "ExportDetails", body: bytes) -> ExportedFile:
        """Return a file that is in memory.

        A file that is too large is stored under a name that follows from it, so that a repetition stores the same.
        """
        digest = sha256(body).hexdigest()
        is_text = details.request.format is not ExportFormat.PDF
        text = body.decode() if is_text else b64encode(body).decode()
        if fits(text, self.largest_answer):
            return ExportedFile(details=details, sha256=digest, body=text if is_text else body)
        key = f"{FILES}/{sha256(f'{digest} {details.name}'.encode()).hexdigest()}"
        self.files.put(key, body, name=details.name, content_type=details.content_type)
        return self.stored_at(key, details, digest)

    def stored_at(self, key: str, details: "ExportDetails", digest: str) -> ExportedFile:
        """Return a file that is stored, with a new URL."""
        return ExportedFile(details=details, sha256=digest, url=self.files.url(key))
