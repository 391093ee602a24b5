"""Errors of rows as responses show them."""

from typing import TYPE_CHECKING

from shared.records.row_error import ValidationError
from shared.runtime.dialects import truncate_for_error

if TYPE_CHECKING:
    from shared.records.validation import RowError


def validation_error(error: "RowError") -> ValidationError:
    """Return the error of a row, with its value cut to a length that fits a response."""
    return ValidationError(
        row=error.row,
        field=error.field,
        code=error.code,
        message=error.message,
        rejected_value=truncate_for_error(error.rejected_value),
    )
