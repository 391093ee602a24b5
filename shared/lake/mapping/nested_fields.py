"""Takes columns from the depths of rows, as the configuration of their source says."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from shared.lake.validation.tables import rows_of
from shared.mapping.explosion import take_fields
from shared.records.validation import Form

if TYPE_CHECKING:
    from shared.lake.files.part import Rows
    from shared.mapping.model import SourceMapping


def with_fields(rows: "Sequence[Any] | Rows", mapping: "SourceMapping", form: Form) -> "Sequence[Any] | Rows":
    """Return rows with the columns that a mapping takes from their depths, and without their parents; CSV has none."""
    paths = mapping.records
    if paths is None:
        return rows
    if isinstance(rows, Sequence):
        return list(take_fields(rows, paths))
    return rows if form is Form.TEXT or not paths.paths_taken else list(take_fields(rows_of(rows, form=form), paths))
