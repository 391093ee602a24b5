"""From rows as received to rows that may be loaded, and every reason against the others; nothing is written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from shared.ingestion.decisions import filed_under_decisions
from shared.ingestion.mapping import MappingOf, mapped_rows
from shared.ingestion.personal import without_personal_data
from shared.lake import columns
from shared.lake.intake import Taken, take, take_table
from shared.lake.mapping import mapped_table
from shared.lake.quality_counts import assess
from shared.quality.rules import Requirements, refusal, the_same_of_all
from shared.quality.state import QualityState
from shared.records.catalogue import SCHEMAS
from shared.records.schema import DataType
from shared.records.validation import DECISION_UNKNOWN, Form, RowError

if TYPE_CHECKING:
    from shared.ingestion.decisions import DecisionIndex
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
    taken: Taken
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
            taken=Taken(self.taken.table.slice(0, 0), [*self.taken.errors, *reasons]),
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
        mapped, renamed = self._mapped(delivery, rows)
        taken = self._taken(delivery, self._filed(delivery, mapped))
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

    def _mapped(
        self, delivery: "Delivery", rows: "Sequence[Any] | RowsOfFile"
    ) -> "tuple[Sequence[Any] | RowsOfFile, int]":
        """The rows under the data model's names, and how many fields must not stay under those."""
        mapping = self.mapping_of(delivery.source_id, delivery.data_type)
        if mapping is None:
            return rows, 0
        places = delivery.places or range(len(rows))
        if delivery.form is Form.TEXT and not isinstance(rows, Sequence):
            return _without_what_must_not_stay(delivery.data_type, mapped_table(rows, mapping, places))
        mapped = mapped_rows(_one_by_one(rows), mapping, places, form=delivery.form)
        return _without_what_must_not_stay(delivery.data_type, mapped)

    def _filed(self, delivery: "Delivery", rows: "Sequence[Any] | RowsOfFile") -> "Sequence[Any] | RowsOfFile":
        """Labels with the time of their decision."""
        if delivery.data_type is DataType.LABELS:
            return filed_under_decisions(_one_by_one(rows), self.decisions)
        return rows

    def _taken(self, delivery: "Delivery", rows: "Sequence[Any] | RowsOfFile") -> Taken:
        stamp = columns.Stamp(
            source_id=delivery.source_id,
            ingested_at=delivery.ingested_at,
            origin=delivery.origin,
            reporting_currency=self.reporting_currency,
        )
        at = delivery.arrived_by
        if isinstance(rows, Sequence):
            return take(delivery.data_type, rows, form=delivery.form, at=at, stamp=stamp)
        return take_table(delivery.data_type, rows, form=delivery.form, at=at, stamp=stamp)


def _without_what_must_not_stay(
    data_type: DataType, rows: "Sequence[Any] | RowsOfFile"
) -> "tuple[Sequence[Any] | RowsOfFile, int]":
    if SCHEMAS[data_type].personal_fields_dropped:
        return without_personal_data(_one_by_one(rows))
    return rows, 0


def _one_by_one(rows: "Sequence[Any] | RowsOfFile") -> Sequence[Any]:
    return rows if isinstance(rows, Sequence) else rows.to_pylist()
