"""Converts rejected rows of a delivery to quarantined rows."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from shared.lake.quarantine.rejected_rows import RejectedRow, RejectedRows, take_rows, to_milliseconds
from shared.ledger.entry import UNATTRIBUTED, UNKNOWN_TYPE
from shared.records.validation import RowError
from shared.runtime.dialects import truncate_for_error

if TYPE_CHECKING:
    from shared.ingestion.delivery import Delivery
    from shared.ingestion.validation import ValidationResult
    from shared.records.malformed import MalformedRecord


def from_delivery(delivery: "Delivery", result: "ValidationResult") -> RejectedRows:
    """Return the rejected rows of a delivery with all their errors, and its malformed records."""
    reasons: defaultdict[int, list[RowError]] = defaultdict(list)
    for error in result.validated.errors:
        reasons[error.row or 0].append(error)
    places = sorted(reasons)
    found = [
        RejectedRow(
            place=delivery.place_of(row),
            raw=_json_text(raw),
            errors=_json_text(error_dicts(reasons[row])),
            form=delivery.form.value,
            arrived=_arrival_ms(delivery, row),
            group=result.group_of(row),
        )
        for row, raw in zip(places, take_rows(result.rows, places), strict=True)
    ]
    found += [_from_malformed_record(each, delivery.received_at) for each in delivery.malformed]
    return RejectedRows(
        delivery_id=delivery.delivery_id,
        source_id=delivery.source_id,
        data_type=delivery.data_type,
        received_at=delivery.received_at,
        rows=sorted(found, key=lambda row: row.place),
    )


def from_malformed(records: Sequence["MalformedRecord"], delivery_id: str, received_at: datetime) -> RejectedRows:
    """Return malformed records whose source and type are unknown."""
    return RejectedRows(
        delivery_id=delivery_id,
        source_id=UNATTRIBUTED,
        data_type=UNKNOWN_TYPE,
        received_at=received_at,
        rows=[_from_malformed_record(each, received_at) for each in records],
    )


def _from_malformed_record(each: "MalformedRecord", received_at: datetime) -> RejectedRow:
    error = RowError(each.place, "", each.code, each.message)
    return RejectedRow(
        place=each.place, raw=each.raw, errors=_json_text(error_dicts([error])), arrived=to_milliseconds(received_at)
    )


def _arrival_ms(delivery: "Delivery", row: int) -> int:
    moments = delivery.ingested_at
    return to_milliseconds(moments) if isinstance(moments, datetime) else moments[row]


def error_dicts(errors: Sequence[RowError]) -> list[dict[str, Any]]:
    """Convert the errors of a row to JSON values."""
    return [
        {
            "field": each.field,
            "code": each.code,
            "message": each.message,
            "rejected_value": truncate_for_error(each.rejected_value),
        }
        for each in errors
    ]


def _json_text(value: Any) -> str:
    return orjson.dumps(value, default=str).decode()
