"""Validates the rows of a delivery: returns valid rows as columns and the errors of the others; writes nothing."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from shared.decisions.labels import join_decision_time
from shared.ingestion.mapped_delivery import MappedRows, apply_configuration, ungrouped
from shared.ingestion.pii import strip_personal_data
from shared.ingestion.whole_rows import keep_whole_rows
from shared.lake.mapping.records import MappedRecords
from shared.lake.parquet import columns
from shared.lake.quality.assess import assess, failed_checks
from shared.lake.validation.namespace import in_namespace
from shared.lake.validation.rows import ValidatedRows, validate_records, validate_rows, validate_table
from shared.mapping.model import MappingOf
from shared.quality.rules import Requirements, default_requirements, refusal
from shared.quality.state import QualityCounts
from shared.records.schema import DataType
from shared.records.schemas import SCHEMAS
from shared.records.validation import DECISION_UNKNOWN, RowError

if TYPE_CHECKING:
    from datetime import timedelta

    from shared.decisions.index import DecisionIndex
    from shared.ingestion.delivery import Delivery
    from shared.lake.files.part import Rows as RowsOfFile
    from shared.runtime.errors import InsufficientDataQuality

_Rows: TypeAlias = "Sequence[Any] | RowsOfFile | MappedRecords"
RequirementsOf = Callable[[str, DataType], Requirements]
IdPrefixOf = Callable[[str], str]
"""Returns what the namespace of a source puts before its ids; empty for the default namespace."""

GATE = "quality_gate"
"""The error code of valid rows that are in quarantine because the quality gate rejected their batch."""


def no_prefix(_: str) -> str:
    """Return the prefix of the default namespace."""
    return ""


@dataclass(frozen=True, kw_only=True)
class ValidationResult:
    """The rows of a delivery, the valid ones as columns, the errors of the others, and the quality counts.

    Row numbers in `errors` are positions in the received data; in `validated` they are indexes into the delivery.
    `sources` has the row of each record that rows were mapped to, in the order of the rows. `failed_checks` is known
    only of a rejected delivery: by index into the delivery, the checks that a valid row fails.
    """

    rows: "Sequence[Any] | RowsOfFile"
    validated: ValidatedRows
    errors: Sequence[RowError]
    rejected: int
    dropped_fields: int
    quality: QualityCounts
    sources: Sequence[int]
    group_of: Callable[[int], str] = ungrouped
    refusal: "InsufficientDataQuality | None" = None
    failed_checks: Mapping[int, Sequence[str]] = field(default_factory=dict)

    @property
    def derived(self) -> int:
        """The number of valid records that were derived from rows."""
        return len(self.validated.table) - (len(self.rows) - self.validated.rejected)

    @property
    def rows_of_records(self) -> list[int]:
        """The row of each valid record."""
        return _rows_of_records(self.sources, self.validated)

    def with_all_rejected(self, delivery: "Delivery") -> "ValidationResult":
        """Return this result with the valid rows rejected as well."""
        good = sorted(set(range(len(delivery.rows))) - {error.row for error in self.validated.errors})
        reasons = [RowError(row, "", GATE, self._reason(row)) for row in good]
        return replace(
            self,
            validated=ValidatedRows(self.validated.table.slice(0, 0), [*self.validated.errors, *reasons]),
            errors=[*self.errors, *(replace(each, row=delivery.place_of(each.row or 0)) for each in reasons)],
            rejected=self.rejected + len(good),
        )

    def _reason(self, row: int) -> str:
        """Return why a valid row of a rejected batch is in quarantine."""
        failed = self.failed_checks.get(row, ())
        if failed:
            return f"fails {', '.join(failed)}; its batch was rejected"
        return "is valid, but its batch was rejected; redrive it"


@dataclass(frozen=True, kw_only=True)
class DeliveryValidator:
    """Applies the rules of a source and of a data type to deliveries."""

    decisions: "DecisionIndex"
    reporting_currency: str
    mapping_of: MappingOf
    requirements_of: RequirementsOf = default_requirements
    id_prefix_of: IdPrefixOf = no_prefix

    def validate(self, delivery: "Delivery") -> ValidationResult:
        """Validate the rows of a delivery and apply the quality gate if it is gated."""
        rows, dropped = _strip_pii(delivery.data_type, delivery.rows)
        mapped = apply_configuration(self.mapping_of, delivery, rows)
        stripped, renamed = (rows, 0) if mapped.rows is rows else _strip_pii(delivery.data_type, mapped.rows)
        joined = replace(mapped, rows=self._join_decision_time(delivery, stripped))
        validated = keep_whole_rows(joined, self._to_columns(delivery, joined))
        malformed = [RowError(each.place, "", each.code, each.message) for each in delivery.malformed]
        placed = [replace(error, row=delivery.place_of(error.row or 0)) for error in validated.errors]
        errors = [*placed, *malformed]
        requirements = self.requirements_of(delivery.source_id, delivery.data_type)
        wrong = [each for each in errors if each.code != DECISION_UNKNOWN]  # an early label is not an error
        waiting = len({each.row for each in errors} - {each.row for each in wrong})
        cadence = requirements.cadence
        quality = assess(delivery.data_type, validated.table, wrong, waiting=waiting, cadence=cadence)
        refused = refusal(quality, requirements.minimum) if delivery.gated else None
        return ValidationResult(
            rows=rows,
            validated=validated,
            errors=errors,
            rejected=validated.rejected + len(malformed),
            dropped_fields=dropped + renamed,
            quality=quality,
            sources=mapped.sources,
            group_of=mapped.group_of,
            refusal=refused,
            failed_checks=_failed_checks(delivery, joined, validated, cadence) if refused else {},
        )

    def _join_decision_time(self, delivery: "Delivery", rows: _Rows) -> _Rows:
        """Add the time of their decision to labels."""
        if SCHEMAS[delivery.data_type].event_time_from is not None:
            return join_decision_time(_one_by_one(rows), self.decisions, self.id_prefix_of(delivery.source_id))
        return rows

    def _to_columns(self, delivery: "Delivery", mapped: MappedRows) -> ValidatedRows:
        stamp = columns.IngestMetadata(
            source_id=delivery.source_id,
            ingested_at=mapped.ingestion_times(delivery),
            origin=delivery.delivery_id,
            reporting_currency=self.reporting_currency,
        )
        data_type, at, rows = delivery.data_type, delivery.validation_time, mapped.rows
        if isinstance(rows, MappedRecords):
            validated = validate_records(data_type, rows, at=at, stamp=stamp)
        else:
            takes = validate_rows if isinstance(rows, Sequence) else validate_table
            validated = takes(data_type, rows, form=mapped.form, at=at, stamp=stamp)
        return in_namespace(data_type, validated, self.id_prefix_of(delivery.source_id), len(rows))


def _failed_checks(
    delivery: "Delivery", mapped: MappedRows, validated: ValidatedRows, cadence: "timedelta | None"
) -> Mapping[int, Sequence[str]]:
    """Return the checks that each valid row fails, itself or by a record derived from it."""
    rows = _rows_of_records(mapped.sources, validated)
    found: defaultdict[int, list[str]] = defaultdict(list)
    for record, failed in failed_checks(delivery.data_type, validated.table, cadence=cadence).items():
        found[rows[record]] += failed
    return found


def _rows_of_records(sources: Sequence[int], validated: ValidatedRows) -> list[int]:
    rejected = {error.row for error in validated.errors}
    return [row for row in sources if row not in rejected]


def _strip_pii(data_type: DataType, rows: _Rows) -> tuple[_Rows, int]:
    if SCHEMAS[data_type].personal_fields_dropped:
        return strip_personal_data(_one_by_one(rows))
    return rows, 0


def _one_by_one(rows: _Rows) -> Sequence[Any]:
    if isinstance(rows, MappedRecords):
        return rows.take(range(len(rows)))
    return rows if isinstance(rows, Sequence) else rows.to_pylist()
