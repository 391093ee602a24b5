"""Rejected rows of a delivery, as the quarantine keeps them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from shared.ingestion.entry import UNATTRIBUTED, UNKNOWN_TYPE
from shared.lake import quarantine
from shared.lake.columns import write_parquet
from shared.records.validation import RowError
from shared.runtime.dialects import echo

if TYPE_CHECKING:
    from shared.ingestion.delivery import Delivery, Malformed
    from shared.lake.files.part import Malformed as MalformedInFile
    from shared.lake.files.part import Rows as RowsOfFile


def rejected_object(delivery: "Delivery", rows: "Sequence[Any] | RowsOfFile", errors: Sequence[RowError]) -> bytes:
    """Write the rejected rows of a delivery, each with all its reasons, as one Parquet object."""
    reasons: defaultdict[int, list[RowError]] = defaultdict(list)
    for error in errors:
        reasons[error.row or 0].append(error)
    places = sorted(reasons)
    rejected = [
        quarantine.RejectedRow(place=delivery.place_of(row), raw=_text(raw), errors=_text(told(reasons[row])))
        for row, raw in zip(places, quarantine.picked(rows, places), strict=True)
    ]
    rejected += [_malformed(each) for each in delivery.malformed]
    table = quarantine.to_table(
        rejected,
        origin=delivery.origin,
        source_id=delivery.source_id,
        data_type=delivery.data_type,
        received_at=delivery.received_at,
    )
    return write_parquet(table)


def malformed_object(malformed: Sequence["Malformed"], origin: str, received_at: datetime) -> bytes:
    """Write records that nobody can be told of as one Parquet object."""
    rejected = [_malformed(each) for each in malformed]
    table = quarantine.to_table(
        rejected, origin=origin, source_id=UNATTRIBUTED, data_type=UNKNOWN_TYPE, received_at=received_at
    )
    return write_parquet(table)


def _malformed(each: "Malformed | MalformedInFile") -> quarantine.RejectedRow:
    error = RowError(each.place, "", each.code, each.message)
    return quarantine.RejectedRow(place=each.place, raw=each.raw, errors=_text(told([error])))


def told(errors: Sequence[RowError]) -> list[dict[str, Any]]:
    """Errors of a row as JSON values."""
    return [
        {"field": each.field, "code": each.code, "message": each.message, "rejected_value": echo(each.rejected_value)}
        for each in errors
    ]


def _text(value: Any) -> str:
    return orjson.dumps(value, default=str).decode()
