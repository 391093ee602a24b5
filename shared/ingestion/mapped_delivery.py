"""A delivery under the names of the data model, without the rows that its source's configuration cannot be applied to.

Batches, files, the stream and re-drives all apply configurations here. A fault of the configuration becomes a reason
against the rows that it concerns. An error of the store that holds the configuration is raised: it may pass, and the
delivery is tried again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.lake.validation.mapping import mapped_table
from shared.records.mapping import MappingOf, Unmapped, mapped_rows
from shared.records.validation import Form, RowError
from shared.runtime.errors import UnusableConfiguration
from shared.runtime.observability import count, logger

if TYPE_CHECKING:
    from shared.ingestion.delivery import Delivery
    from shared.lake.files.part import Rows as RowsOfFile

CODE = "source_configuration"
"""The code of rows that are in quarantine because their source's configuration cannot be applied to them."""


@dataclass(frozen=True)
class Mapped:
    """The rows of a delivery that a configuration could be applied to, their places in it, reasons against the rest."""

    rows: "Sequence[Any] | RowsOfFile"
    places: Sequence[int]
    errors: Sequence[RowError] = ()

    def ingested_at(self, delivery: "Delivery") -> Any:
        """When each of these rows arrived, as the delivery tells it."""
        if self.errors and isinstance(delivery.ingested_at, Sequence):
            return [delivery.ingested_at[place] for place in self.places]
        return delivery.ingested_at


def apply_configuration(mapping_of: MappingOf, delivery: "Delivery", rows: "Sequence[Any] | RowsOfFile") -> Mapped:
    """Apply the configuration of its source to the rows of a delivery.

    Args:
        mapping_of: reads the mapping of a source and type.
        delivery: where the rows belong.
        rows: as received, without what must not stay.
    """
    try:
        mapping = mapping_of(delivery.source_id, delivery.data_type)
    except UnusableConfiguration as unusable:
        return _split(delivery, [Unmapped(unusable.message)] * len(rows))
    if mapping is None:
        return Mapped(rows, range(len(rows)))
    places = delivery.places or range(len(rows))
    if isinstance(rows, Sequence):
        return _split(delivery, mapped_rows(rows, mapping, places, form=delivery.form))
    if delivery.form is Form.TEXT:
        try:
            return Mapped(mapped_table(rows, mapping, places), range(len(rows)))
        except Exception as error:  # noqa: BLE001 # no I/O in there; row by row it shows which rows are to blame
            logger().info("columns are mapped row by row", origin=delivery.origin, reason=repr(error))
    return _split(delivery, mapped_rows(rows.to_pylist(), mapping, places, form=delivery.form))


def _split(delivery: "Delivery", found: Sequence[Any]) -> Mapped:
    """Set the rows apart that could not be mapped, each with the reason."""
    errors = [RowError(row, "", CODE, each.reason) for row, each in enumerate(found) if isinstance(each, Unmapped)]
    if not errors:
        return Mapped(found, range(len(found)))
    count("RowsNotMapped", len(errors))
    logger().warning("rows could not be mapped", origin=delivery.origin, rows=len(errors), reason=errors[0].message)
    places = [row for row, each in enumerate(found) if not isinstance(each, Unmapped)]
    return Mapped([found[row] for row in places], places, errors)
