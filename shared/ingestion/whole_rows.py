"""Loads a received row with all that belongs to it, or not at all.

A row belongs together with the records derived from it, and with the rows of its group: an order without one of its
lines, or a return without its sale, would be counted wrong, and could not be completed by a later redrive.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from shared.lake.mapping.derived import IN_DERIVED
from shared.lake.validation.rows import ValidatedRows
from shared.records.validation import RowError

if TYPE_CHECKING:
    from shared.ingestion.mapped_delivery import MappedRows

IN_GROUP = "group_rejected"
"""Error code of a row that is rejected only because another row of its group is."""


def keep_whole_rows(mapped: "MappedRows", validated: ValidatedRows) -> ValidatedRows:
    """Return the result of a validation of records for the received rows, without those of rejected rows.

    Args:
        mapped: the records of a delivery.
        validated: the valid records, and errors by record.
    """
    if not mapped.errors and not validated.errors:
        return validated
    sources, wrong = mapped.sources, {error.row for error in validated.errors}
    errors = list(_errors_of_rows(mapped, validated.errors))
    errors += _errors_of_groups({error.row for error in errors}, mapped.groups)
    rejected = {error.row for error in errors}
    kept = [sources[record] not in rejected for record in range(len(sources)) if record not in wrong]
    return ValidatedRows(validated.kept(kept), errors)


def _errors_of_rows(mapped: "MappedRows", errors: Iterable[RowError]) -> Iterator[RowError]:
    """Yield the errors of received rows; what mapping has found is not repeated, nor what two records have alike."""
    yield from mapped.errors
    seen: set[tuple[object, ...]] = {(error.row, error.field) for error in mapped.errors}
    for error in errors:
        row = mapped.sources[error.row or 0]
        alike = (row, error.field, error.code, error.message)
        if (row, error.field) not in seen and alike not in seen:
            seen.add(alike)
            message = f"{error.message} {IN_DERIVED}" if _is_derived(mapped.sources, error.row or 0) else error.message
            yield replace(error, row=row, message=message)


def _is_derived(sources: Sequence[int], record: int) -> bool:
    return record > 0 and sources[record] == sources[record - 1]


def _errors_of_groups(rejected: set[int | None], groups: Sequence[range]) -> Iterator[RowError]:
    for rows in groups:
        if not rejected.isdisjoint(rows):
            for row in rows:
                if row not in rejected:
                    yield RowError(row, "", IN_GROUP, "is valid, but another row of its group is not; redrive both")
