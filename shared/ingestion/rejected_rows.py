"""Rejected rows of a delivery, as the quarantine keeps them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from shared.lake.quarantine.rejected_rows import Rejected, RejectedRow, milliseconds, picked
from shared.ledger.entry import UNATTRIBUTED, UNKNOWN_TYPE
from shared.records.validation import RowError
from shared.runtime.dialects import echo

if TYPE_CHECKING:
    from shared.ingestion.delivery import Delivery, Malformed
    from shared.lake.files.part import Malformed as MalformedInFile
    from shared.lake.files.part import Rows as RowsOfFile


def rejected(delivery: "Delivery", rows: "Sequence[Any] | RowsOfFile", errors: Sequence[RowError]) -> Rejected:
    """The rejected rows of a delivery, each with all its reasons, and the records in it that are not even rows."""
    reasons: defaultdict[int, list[RowError]] = defaultdict(list)
    for error in errors:
        reasons[error.row or 0].append(error)
    places = sorted(reasons)
    found = [
        RejectedRow(
            place=delivery.place_of(row),
            raw=_text(raw),
            errors=_text(told(reasons[row])),
            form=delivery.form.value,
            arrived=_arrived(delivery, row),
        )
        for row, raw in zip(places, picked(rows, places), strict=True)
    ]
    found += [_malformed(each, delivery.received_at) for each in delivery.malformed]
    return Rejected(
        origin=delivery.origin,
        source_id=delivery.source_id,
        data_type=delivery.data_type,
        received_at=delivery.received_at,
        rows=sorted(found, key=lambda row: row.place),
    )


def malformed(records: Sequence["Malformed"], origin: str, received_at: datetime) -> Rejected:
    """Records that nobody can be told of."""
    return Rejected(
        origin=origin,
        source_id=UNATTRIBUTED,
        data_type=UNKNOWN_TYPE,
        received_at=received_at,
        rows=[_malformed(each, received_at) for each in records],
    )


def _malformed(each: "Malformed | MalformedInFile", received_at: datetime) -> RejectedRow:
    error = RowError(each.place, "", each.code, each.message)
    return RejectedRow(place=each.place, raw=each.raw, errors=_text(told([error])), arrived=milliseconds(received_at))


def _arrived(delivery: "Delivery", row: int) -> int:
    moments = delivery.ingested_at
    return milliseconds(moments) if isinstance(moments, datetime) else moments[row]


def told(errors: Sequence[RowError]) -> list[dict[str, Any]]:
    """Errors of a row as JSON values."""
    return [
        {"field": each.field, "code": each.code, "message": each.message, "rejected_value": echo(each.rejected_value)}
        for each in errors
    ]


def _text(value: Any) -> str:
    return orjson.dumps(value, default=str).decode()
