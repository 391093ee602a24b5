"""The error of a rejected row, in responses and in quarantine."""

from typing import Any

from pydantic import Field

from shared.runtime.models import Model, Optional


class ValidationError(Model):
    """One error of one row."""

    row: int | None = Field(description="Position of the row, starting at 0.")
    field: str = Field(description="JSON pointer to the field; empty for the whole record.")
    code: str = Field(description="Stable code of the error.")
    message: str = Field(description="Description of the error for people.")
    rejected_value: Optional[Any] = Field(default=None, description="The value received.")
