"""Applies a source's mapping to a delivery; rows that cannot be mapped are returned as errors.

Batches, files, the stream and redrives all apply mappings here. An invalid configuration becomes an error of the rows
concerned. An error of the configuration store is raised, because it may be transient and the delivery is retried.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.lake.mapping.apply import map_records
from shared.lake.mapping.nested_fields import with_fields
from shared.mapping.model import MappingOf
from shared.mapping.presets.catalog import mismatch, preset
from shared.records.schemas import SCHEMAS
from shared.records.validation import Form, RowError
from shared.runtime.errors import UnusableConfiguration
from shared.runtime.observability import count, logger

if TYPE_CHECKING:
    from shared.ingestion.delivery import Delivery
    from shared.lake.files.part import Rows as RowsOfFile
    from shared.lake.mapping.records import MappedRecords
    from shared.mapping.model import SourceMapping

CODE = "source_configuration"
"""The error code of quarantined rows whose source configuration cannot be applied."""


def ungrouped(_: int) -> str:
    """Return the group of a row that belongs to none."""
    return ""


@dataclass(frozen=True)
class MappedRows:
    """The records of a delivery, the received row of each, and errors of the rows that could not be mapped.

    `groups` are the received rows that are loaded together or not at all, `group_of` the name of a row's group. `form`
    is that of the records' values.
    """

    rows: "Sequence[Any] | RowsOfFile | MappedRecords"
    sources: Sequence[int]
    form: Form
    errors: Sequence[RowError] = ()
    groups: Sequence[range] = ()
    group_of: Callable[[int], str] = ungrouped

    def ingestion_times(self, delivery: "Delivery") -> Any:
        """Return the ingestion times of the records."""
        if isinstance(delivery.ingested_at, Sequence) and self.sources != range(len(delivery.ingested_at)):
            return [delivery.ingested_at[row] for row in self.sources]
        return delivery.ingested_at


def apply_configuration(mapping_of: MappingOf, delivery: "Delivery", rows: "Sequence[Any] | RowsOfFile") -> MappedRows:
    """Map the rows of a delivery with the configuration of its source.

    Args:
        mapping_of: returns the mapping of a source and data type.
        delivery: the delivery that the rows belong to.
        rows: the rows as received, without personal fields.
    """
    try:
        mapping = mapping_of(delivery.source_id, delivery.data_type)
    except UnusableConfiguration as unusable:
        return _unmapped(delivery, unusable.message)
    if mapping is None:
        return MappedRows(rows, range(len(rows)), delivery.form)
    other_kind = _other_kind(mapping, rows)
    if other_kind is not None:
        return _unmapped(delivery, other_kind)
    try:
        return _mapped(delivery, rows, mapping)
    except Exception as error:  # noqa: BLE001 # no I/O here: it is about these rows, and would be again in every retry
        logger().exception("rows cannot be mapped", origin=delivery.delivery_id)
        return _unmapped(delivery, f"{type(error).__name__}: {error}"[:500])


def _other_kind(mapping: "SourceMapping", rows: "Sequence[Any] | RowsOfFile") -> str | None:
    """Return why a file is not the export of the source's preset; records need not have all columns of an export."""
    if mapping.preset is None or isinstance(rows, Sequence) or preset(mapping.preset).format != "csv":
        return None
    return mismatch(mapping.preset, rows.column_names)


def _mapped(delivery: "Delivery", rows: "Sequence[Any] | RowsOfFile", mapping: "SourceMapping") -> MappedRows:
    records = map_records(
        with_fields(rows, mapping, delivery.form),
        mapping,
        SCHEMAS[delivery.data_type],
        form=delivery.form,
        places=delivery.places or range(len(rows)),
        blocks=delivery.blocks,
        gaps=[each.place for each in delivery.malformed],
    )
    rejected = {error.row for error in records.errors}
    if rejected:
        count("RowsNotMapped", len(rejected))
    groups = records.groups
    if groups is None:
        return MappedRows(records, records.rows, Form.MAPPED, records.errors)
    return MappedRows(records, records.rows, Form.MAPPED, records.errors, groups.rows_of(), groups.name_of)


def _unmapped(delivery: "Delivery", reason: str) -> MappedRows:
    """Return an error for each row."""
    errors = [RowError(row, "", CODE, reason) for row in range(len(delivery.rows))]
    count("RowsNotMapped", len(errors))
    logger().warning("rows could not be mapped", origin=delivery.delivery_id, rows=len(errors), reason=reason)
    return MappedRows([], [], delivery.form, errors)
