"""Applies a source's mapping to a delivery; rows that cannot be mapped are returned as errors.

Batches, files, the stream and redrives all apply mappings here. An invalid configuration becomes an error of the rows
concerned. An error of the configuration store is raised, because it may be transient and the delivery is retried.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.lake.validation.mapping import mapped_table
from shared.records.mapping import MappingOf, Unmapped, map_rows
from shared.records.validation import Form, RowError
from shared.runtime.errors import UnusableConfiguration
from shared.runtime.observability import count, logger

if TYPE_CHECKING:
    from shared.ingestion.delivery import Delivery
    from shared.lake.files.part import Rows as RowsOfFile

CODE = "source_configuration"
"""The error code of quarantined rows whose source configuration cannot be applied."""


@dataclass(frozen=True)
class MappedRows:
    """The mapped rows of a delivery, their positions in it, and errors of the rows that could not be mapped."""

    rows: "Sequence[Any] | RowsOfFile"
    places: Sequence[int]
    errors: Sequence[RowError] = ()

    def ingestion_times(self, delivery: "Delivery") -> Any:
        """Return the ingestion times of the mapped rows."""
        if self.errors and isinstance(delivery.ingested_at, Sequence):
            return [delivery.ingested_at[place] for place in self.places]
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
        return _separate_unmapped(delivery, [Unmapped(unusable.message)] * len(rows))
    if mapping is None:
        return MappedRows(rows, range(len(rows)))
    places = delivery.places or range(len(rows))
    if isinstance(rows, Sequence):
        return _separate_unmapped(delivery, map_rows(rows, mapping, places, form=delivery.form))
    if delivery.form is Form.TEXT:
        try:
            return MappedRows(mapped_table(rows, mapping, places), range(len(rows)))
        except Exception as error:  # noqa: BLE001 # it does no I/O; mapping row by row finds the rows at fault
            logger().info("columns are mapped row by row", origin=delivery.delivery_id, reason=repr(error))
    return _separate_unmapped(delivery, map_rows(rows.to_pylist(), mapping, places, form=delivery.form))


def _separate_unmapped(delivery: "Delivery", found: Sequence[Any]) -> MappedRows:
    """Separate the rows that could not be mapped and return them as errors."""
    errors = [RowError(row, "", CODE, each.reason) for row, each in enumerate(found) if isinstance(each, Unmapped)]
    if not errors:
        return MappedRows(found, range(len(found)))
    count("RowsNotMapped", len(errors))
    logger().warning(
        "rows could not be mapped", origin=delivery.delivery_id, rows=len(errors), reason=errors[0].message
    )
    places = [row for row, each in enumerate(found) if not isinstance(each, Unmapped)]
    return MappedRows([found[row] for row in places], places, errors)
