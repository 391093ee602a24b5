"""From rows as received to rows that may be loaded, and every reason against the others; nothing is written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from shared.decisions.index import filed_under_decisions
from shared.ingestion.mapped_delivery import Mapped, apply_configuration
from shared.ingestion.pii import without_personal_data
from shared.lake.parquet import columns
from shared.lake.quality.assess import assess
from shared.lake.validation.rows import ValidatedRows, validate_rows, validate_table
from shared.quality.rules import Requirements, refusal, the_same_of_all
from shared.quality.state import QualityState
from shared.records.catalogue import SCHEMAS
from shared.records.mapping import MappingOf
from shared.records.schema import DataType
from shared.records.validation import DECISION_UNKNOWN, RowError

if TYPE_CHECKING:
    from shared.decisions.index import DecisionIndex
    from shared.ingestion.delivery import Delivery
    from shared.lake.files.part import Rows as RowsOfFile
    from shared.runtime.errors import InsufficientDataQuality

RequirementsOf = Callable[[str, DataType], Requirements]

GATE = "quality_gate"
"""The code of good rows that are in quarantine because the batch that brought them was refused."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A delivery's rows as they may be kept, the good ones as columns, what is wrong with the others, and their score.

    In `errors` a row goes by its place in what was received; in `taken` by its place in the delivery.
    """

    rows: "Sequence[Any] | RowsOfFile"
    taken: ValidatedRows
    errors: Sequence[RowError]
    rejected: int
    dropped_fields: int
    quality: QualityState
    refusal: "InsufficientDataQuality | None" = None

    def as_refused(self, delivery: "Delivery") -> "Judged":
        """The same with the good rows kept apart as well."""
        good = sorted(set(range(len(delivery.rows))) - {error.row for error in self.taken.errors})
        reasons = [RowError(row, "", GATE, "is valid, but its batch was rejected; redrive it") for row in good]
        return replace(
            self,
            taken=ValidatedRows(self.taken.table.slice(0, 0), [*self.taken.errors, *reasons]),
            errors=[*self.errors, *(replace(each, row=delivery.place_of(each.row or 0)) for each in reasons)],
            rejected=self.rejected + len(good),
        )


@dataclass(frozen=True, kw_only=True)
class Judge:
    """Applies the rules of a source and of a data type to deliveries."""

    decisions: "DecisionIndex"
    reporting_currency: str
    mapping_of: MappingOf
    requirements_of: RequirementsOf = the_same_of_all

    def judge(self, delivery: "Delivery") -> Judged:
        """Tell the good rows of a delivery from the others, and whether they are good enough to be loaded."""
        rows, dropped = _without_what_must_not_stay(delivery.data_type, delivery.rows)
        mapped = apply_configuration(self.mapping_of, delivery, rows)
        kept, renamed = (
            (rows, 0) if mapped.rows is rows else _without_what_must_not_stay(delivery.data_type, mapped.rows)
        )
        taken = self._taken(delivery, replace(mapped, rows=self._filed(delivery, kept)))
        malformed = [RowError(each.place, "", each.code, each.message) for each in delivery.malformed]
        placed = [replace(error, row=delivery.place_of(error.row or 0)) for error in taken.errors]
        errors = [*placed, *malformed]
        asked = self.requirements_of(delivery.source_id, delivery.data_type)
        wrong = [each for each in errors if each.code != DECISION_UNKNOWN]  # who comes early has done nothing wrong
        quality = assess(delivery.data_type, taken.table, wrong, cadence=asked.cadence)
        return Judged(
            rows=rows,
            taken=taken,
            errors=errors,
            rejected=taken.rejected + len(malformed),
            dropped_fields=dropped + renamed,
            quality=quality,
            refusal=refusal(quality, asked.minimum) if delivery.gated else None,
        )

    def _filed(self, delivery: "Delivery", rows: "Sequence[Any] | RowsOfFile") -> "Sequence[Any] | RowsOfFile":
        """Labels with the time of their decision."""
        if SCHEMAS[delivery.data_type].event_time_from is not None:
            return filed_under_decisions(_one_by_one(rows), self.decisions)
        return rows

    def _taken(self, delivery: "Delivery", mapped: Mapped) -> ValidatedRows:
        stamp = columns.Stamp(
            source_id=delivery.source_id,
            ingested_at=mapped.ingested_at(delivery),
            origin=delivery.origin,
            reporting_currency=self.reporting_currency,
        )
        takes = validate_rows if isinstance(mapped.rows, Sequence) else validate_table
        taken = takes(delivery.data_type, mapped.rows, form=delivery.form, at=delivery.arrived_by, stamp=stamp)
        return taken.within(mapped.places, mapped.errors) if mapped.errors else taken


def _without_what_must_not_stay(
    data_type: DataType, rows: "Sequence[Any] | RowsOfFile"
) -> "tuple[Sequence[Any] | RowsOfFile, int]":
    if SCHEMAS[data_type].personal_fields_dropped:
        return without_personal_data(_one_by_one(rows))
    return rows, 0


def _one_by_one(rows: "Sequence[Any] | RowsOfFile") -> Sequence[Any]:
    return rows if isinstance(rows, Sequence) else rows.to_pylist()
