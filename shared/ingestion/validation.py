"""Validates the rows of a delivery: returns valid rows as columns and the errors of the others; writes nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from shared.decisions.index import join_decision_time
from shared.ingestion.mapped_delivery import MappedRows, apply_configuration
from shared.ingestion.pii import strip_personal_data
from shared.lake.parquet import columns
from shared.lake.quality.assess import assess
from shared.lake.validation.rows import ValidatedRows, validate_rows, validate_table
from shared.quality.rules import Requirements, default_requirements, refusal
from shared.quality.state import QualityCounts
from shared.records.mapping import MappingOf
from shared.records.schema import DataType
from shared.records.schemas import SCHEMAS
from shared.records.validation import DECISION_UNKNOWN, RowError

if TYPE_CHECKING:
    from shared.decisions.index import DecisionIndex
    from shared.ingestion.delivery import Delivery
    from shared.lake.files.part import Rows as RowsOfFile
    from shared.runtime.errors import InsufficientDataQuality

RequirementsOf = Callable[[str, DataType], Requirements]

GATE = "quality_gate"
"""The error code of valid rows that are in quarantine because the quality gate rejected their batch."""


@dataclass(frozen=True, kw_only=True)
class ValidationResult:
    """The rows of a delivery, the valid ones as columns, the errors of the others, and the quality counts.

    Row numbers in `errors` are positions in the received data; in `validated` they are indexes into the delivery.
    """

    rows: "Sequence[Any] | RowsOfFile"
    validated: ValidatedRows
    errors: Sequence[RowError]
    rejected: int
    dropped_fields: int
    quality: QualityCounts
    refusal: "InsufficientDataQuality | None" = None

    def with_all_rejected(self, delivery: "Delivery") -> "ValidationResult":
        """Return this result with the valid rows rejected as well."""
        good = sorted(set(range(len(delivery.rows))) - {error.row for error in self.validated.errors})
        reasons = [RowError(row, "", GATE, "is valid, but its batch was rejected; redrive it") for row in good]
        return replace(
            self,
            validated=ValidatedRows(self.validated.table.slice(0, 0), [*self.validated.errors, *reasons]),
            errors=[*self.errors, *(replace(each, row=delivery.place_of(each.row or 0)) for each in reasons)],
            rejected=self.rejected + len(good),
        )


@dataclass(frozen=True, kw_only=True)
class DeliveryValidator:
    """Applies the rules of a source and of a data type to deliveries."""

    decisions: "DecisionIndex"
    reporting_currency: str
    mapping_of: MappingOf
    requirements_of: RequirementsOf = default_requirements

    def validate(self, delivery: "Delivery") -> ValidationResult:
        """Validate the rows of a delivery and apply the quality gate if it is gated."""
        rows, dropped = _strip_pii(delivery.data_type, delivery.rows)
        mapped = apply_configuration(self.mapping_of, delivery, rows)
        stripped, renamed = (rows, 0) if mapped.rows is rows else _strip_pii(delivery.data_type, mapped.rows)
        validated = self._to_columns(delivery, replace(mapped, rows=self._join_decision_time(delivery, stripped)))
        malformed = [RowError(each.place, "", each.code, each.message) for each in delivery.malformed]
        placed = [replace(error, row=delivery.place_of(error.row or 0)) for error in validated.errors]
        errors = [*placed, *malformed]
        requirements = self.requirements_of(delivery.source_id, delivery.data_type)
        wrong = [each for each in errors if each.code != DECISION_UNKNOWN]  # an early label is not an error
        quality = assess(delivery.data_type, validated.table, wrong, cadence=requirements.cadence)
        return ValidationResult(
            rows=rows,
            validated=validated,
            errors=errors,
            rejected=validated.rejected + len(malformed),
            dropped_fields=dropped + renamed,
            quality=quality,
            refusal=refusal(quality, requirements.minimum) if delivery.gated else None,
        )

    def _join_decision_time(
        self, delivery: "Delivery", rows: "Sequence[Any] | RowsOfFile"
    ) -> "Sequence[Any] | RowsOfFile":
        """Add the time of their decision to labels."""
        if SCHEMAS[delivery.data_type].event_time_from is not None:
            return join_decision_time(_one_by_one(rows), self.decisions)
        return rows

    def _to_columns(self, delivery: "Delivery", mapped: MappedRows) -> ValidatedRows:
        stamp = columns.IngestMetadata(
            source_id=delivery.source_id,
            ingested_at=mapped.ingestion_times(delivery),
            origin=delivery.delivery_id,
            reporting_currency=self.reporting_currency,
        )
        takes = validate_rows if isinstance(mapped.rows, Sequence) else validate_table
        validated = takes(delivery.data_type, mapped.rows, form=delivery.form, at=delivery.validation_time, stamp=stamp)
        return validated.within(mapped.places, mapped.errors) if mapped.errors else validated


def _strip_pii(data_type: DataType, rows: "Sequence[Any] | RowsOfFile") -> "tuple[Sequence[Any] | RowsOfFile, int]":
    if SCHEMAS[data_type].personal_fields_dropped:
        return strip_personal_data(_one_by_one(rows))
    return rows, 0


def _one_by_one(rows: "Sequence[Any] | RowsOfFile") -> Sequence[Any]:
    return rows if isinstance(rows, Sequence) else rows.to_pylist()
