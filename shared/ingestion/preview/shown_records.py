"""What a preview shows of a delivery: the first rows with their records, and errors with their counts."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import orjson

from shared.ingestion.pii import strip_personal_data
from shared.ingestion.preview.models import SHOWN_RECORDS, ErrorCount, PreviewedRecord
from shared.ingestion.responses import validation_error
from shared.records.schemas import SCHEMAS
from shared.runtime.models import sortable

if TYPE_CHECKING:
    from shared.ingestion.delivery import Delivery
    from shared.ingestion.validation import ValidationResult
    from shared.records.row_error import ValidationError
    from shared.records.validation import RowError

_MOST_COUNTS = 50


def shown_records(delivery: "Delivery", result: "ValidationResult") -> list[PreviewedRecord]:
    """Return the first rows, each with the records that it becomes."""
    rows = _first_rows(delivery)
    if SCHEMAS[delivery.data_type].personal_fields_dropped:
        rows, _ = strip_personal_data(rows)
    errors: defaultdict[int, list[ValidationError]] = defaultdict(list)
    for error in result.validated.errors:
        if error.row is not None and error.row < len(rows):
            errors[error.row].append(validation_error(replace(error, row=delivery.place_of(error.row))))
    records = _records_by_row(delivery, result)
    return [
        PreviewedRecord(row=delivery.place_of(row), source=source, records=records[row], errors=errors[row])
        for row, source in enumerate(rows)
    ]


def _first_rows(delivery: "Delivery") -> list[Any]:
    rows = delivery.rows
    found: list[Any] = rows[:SHOWN_RECORDS] if isinstance(rows, list) else rows.slice(0, SHOWN_RECORDS).to_pylist()  # type: ignore[union-attr]
    return [orjson.loads(orjson.dumps(row, default=str)) for row in found]


def _records_by_row(delivery: "Delivery", result: "ValidationResult") -> Mapping[int, list[dict[str, Any]]]:
    """Assign the valid records, which are in the order of their rows, to these rows."""
    shown = [row for row in result.rows_of_records if row < SHOWN_RECORDS]
    names = [*SCHEMAS[delivery.data_type].by_name, "attributes"]
    table = result.validated.table.select(names).slice(0, len(shown))
    found: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for row, record in zip(shown, table.to_pylist(), strict=True):
        found[row].append({name: _plain(value) for name, value in record.items() if value is not None})
    return found


def _plain(value: Any) -> Any:
    """Return a value of a record as JSON: times in RFC 3339, decimals as text without zeros at the end."""
    match value:
        case datetime():
            return sortable(value.replace(tzinfo=UTC) if value.tzinfo is None else value)
        case Decimal():
            text = format(value, "f")
            return text.rstrip("0").rstrip(".") if "." in text else text
        case _:
            return value


def error_counts(errors: "Sequence[RowError]") -> list[ErrorCount]:
    """Count errors by field and code, most frequent first."""
    found: dict[tuple[str, str], list[RowError]] = {}
    for error in errors:
        found.setdefault((error.field, error.code), []).append(error)
    counts = [
        ErrorCount(field=name, code=code, message=alike[0].message, count=len(alike))
        for (name, code), alike in found.items()
    ]
    return sorted(counts, key=lambda each: -each.count)[:_MOST_COUNTS]
