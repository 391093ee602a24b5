"""The columns of an export, and tables that fit in memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

Value = str | int | float | bool | datetime | None


class CellKind(StrEnum):
    """What the cells of a column contain, which decides how they are quoted."""

    TEXT = "text"
    NUMBER = "number"
    TIME = "time"
    JSON = "json"


@dataclass(frozen=True)
class Column:
    """A column by its name in the header, or its key in the rows of a JSON file."""

    name: str
    kind: CellKind


@dataclass(frozen=True)
class DataTable:
    """Rows in memory, each with a value for every column."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]
