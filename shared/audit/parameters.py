"""The query parameters of the audit log."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from shared.audit import cursor
from shared.audit.cursor import Place
from shared.runtime.errors import FieldError
from shared.runtime.paging import LARGEST_LIMIT, LARGEST_OFFSET
from shared.runtime.query import Query
from shared.runtime.query_fields import Moment, WholeNumber

_Text = Annotated[str, Field(max_length=200)]


def _is_cursor(text: str) -> str:
    cursor.read(text)
    return text


class AuditQuery(Query):
    """A page of audit log entries."""

    user_id: _Text | None = Field(default=None, alias="userId", description="Only this user.")
    action: _Text | None = Field(default=None, description="Only this action.")
    start: Moment | None = Field(default=None, alias="startDate", description="Start of the range, inclusive.")
    end: Moment | None = Field(default=None, alias="endDate", description="End of the range, exclusive.")
    limit: Annotated[int, WholeNumber(1, LARGEST_LIMIT)] = Field(
        default=100, description="Maximum number of items to return."
    )
    offset: Annotated[int, WholeNumber(0, LARGEST_OFFSET)] = Field(
        default=0, description="Number of items to skip. The oldest item comes first."
    )

    @classmethod
    def contradictions(cls, valid: Mapping[str, Any], _now: datetime | None) -> Iterator[FieldError]:
        """Check the range."""
        start, end = valid.get("start"), valid.get("end")
        if start and end and start >= end:
            yield FieldError("endDate", "must be after startDate")


class VerificationQuery(Query):
    """A part of the verification."""

    after: Annotated[str, Field(max_length=2000), AfterValidator(_is_cursor)] | None = Field(
        default=None, alias="cursor", description="`next` of the previous response; without it, the first part."
    )

    @property
    def place(self) -> Place:
        """Where the part begins."""
        return cursor.read(self.after) if self.after else Place()
