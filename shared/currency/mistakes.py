"""Errors of a reference rate file, by line and field."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.runtime.errors import FieldError, InvalidRequest


@dataclass(frozen=True, slots=True)
class Mistake:
    """An error in a file: its line, counted from 1, and its column name."""

    line: int
    field: str
    message: str

    def __str__(self) -> str:
        """Format the error as one line."""
        return f"line {self.line}, {self.field}: {self.message}"


class WrongRates(InvalidRequest):
    """A file of reference rates has errors, so nothing of it is loaded."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        number = "1 error" if len(mistakes) == 1 else f"{len(mistakes)} errors"
        super().__init__(
            f"Nothing was loaded: the file has {number}",
            field_errors=[FieldError(f"line {each.line}, {each.field}", each.message) for each in mistakes],
        )
        self.mistakes = tuple(mistakes)
