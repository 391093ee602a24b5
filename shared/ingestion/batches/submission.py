"""Batches: submitted in one request, kept as received, loaded at once, followed in the ledger."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING

import orjson

from shared.ingestion.delivery import Delivery
from shared.ingestion.ids import new_batch_id, to_the_millisecond
from shared.ingestion.models import (
    Acceptance,
    BatchIngestionRequest,
    BatchIngestionResponse,
    DataFormat,
    ValidationStatus,
)
from shared.ingestion.pii import without_personal_data
from shared.lake.storage.paths import landing_key
from shared.ledger.entry import Entry, Kind
from shared.records.catalogue import SCHEMAS
from shared.records.row_error import ValidationError
from shared.records.schema import DataType
from shared.records.validation import Form, RowError
from shared.runtime.dialects import echo
from shared.runtime.errors import Unprocessable

if TYPE_CHECKING:
    from shared.ingestion.loader import Loader
    from shared.ingestion.restore import BringingBack
    from shared.lake.storage.object_store import LakeStore
    from shared.ledger.store import Ledger
    from shared.runtime.models import Clock

_MOST_ERRORS = 100
_RECENT = 20


@dataclass(frozen=True, kw_only=True)
class Batches:
    """Takes batches in and tells where they stand."""

    lake: "LakeStore"
    ledger: "Ledger"
    loader: Callable[[], "Loader"]
    bringing_back: Callable[[], "BringingBack"]
    clock: "Clock"

    def submit(self, request: BatchIngestionRequest, received: str) -> BatchIngestionResponse:
        """Keep a batch as received and load its good rows.

        Args:
            request: the batch.
            received: the text that it was read from.

        Raises:
            Unprocessable: Parquet does not fit into a request.
            InsufficientDataQuality: the batch is refused; its rows are in quarantine.
        """
        if request.format is DataFormat.PARQUET:
            raise Unprocessable("Parquet cannot be sent in a JSON request; send json, csv or xml, or upload a file")
        received_at = to_the_millisecond(self.clock())
        delivery = _delivery(new_batch_id(received_at), received_at, request)
        with ThreadPoolExecutor(1) as aside:
            kept = aside.submit(self._keep, delivery, request, received)
            loaded = self.loader().load(delivery, once=kept.result)
        if loaded.refusal is not None:
            raise loaded.refusal
        return self._receipt(loaded.entry, loaded.errors)

    def _keep(self, delivery: Delivery, request: BatchIngestionRequest, received: str) -> None:
        key = _landing_key(delivery.data_type, delivery.received_at, delivery.origin)
        self.lake.put(key, _landing(request, received))

    def resume(self, entry: Entry, *, anew: bool = False) -> bool:
        """Load a batch again that a crash left half-way, or that was failed or cancelled.

        Args:
            entry: the batch.
            anew: whether its rows are to be judged by what is asked now, and what was cancelled is to come back.

        Raises:
            InsufficientDataQuality: judged anew, it is refused again.

        Returns:
            False if what was received is gone, or other rows are good now than those that were cancelled.
        """
        kept = self.lake.get(_landing_key(DataType(entry.data_type), entry.received_at, entry.origin))
        if kept is None:
            return False
        delivery = _delivery(entry.origin, entry.received_at, _read_landing(kept.body))
        if anew and not entry.may_come_again:
            return self.bringing_back().bring_back(delivery) is not None
        loaded = self.loader().load(replace(delivery, judged_anew=anew))
        if anew and loaded.refusal is not None:
            raise loaded.refusal
        return True

    def _receipt(self, entry: Entry, errors: Sequence[RowError]) -> BatchIngestionResponse:
        return BatchIngestionResponse(
            status=Acceptance.REJECTED if entry.quarantined == entry.received else Acceptance.ACCEPTED,
            batch_id=entry.origin,
            records_received=entry.received,
            validation_status=ValidationStatus.FAILED if entry.quarantined else ValidationStatus.PASSED,
            estimated_processing_time=_estimate(self.ledger.recent(Kind.BATCH, _RECENT)),
            created_at=entry.received_at,
            errors=[_validation_error(error) for error in errors[:_MOST_ERRORS]] or None,
        )


def _landing_key(data_type: DataType, received_at: datetime, batch_id: str) -> str:
    return landing_key(data_type, received_at.date().isoformat(), batch_id)


def _landing(request: BatchIngestionRequest, received: str) -> bytes:
    from shared.lake.storage import landing  # noqa: PLC0415 # Arrow costs 100 ms: only calls that load rows pay

    if not SCHEMAS[request.data_type].personal_fields_dropped:
        return landing.pack(received.encode())
    rows, _ = without_personal_data(request.data)
    kept = request.model_dump(exclude={"data"}, exclude_none=True, mode="json")
    return landing.pack(orjson.dumps({**kept, "data": rows}))


def _read_landing(kept: bytes) -> BatchIngestionRequest:
    from shared.lake.storage import landing  # noqa: PLC0415 # as above

    return BatchIngestionRequest.model_validate(orjson.loads(landing.unpack(kept)))


def _delivery(batch_id: str, received_at: datetime, request: BatchIngestionRequest) -> Delivery:
    return Delivery(
        origin=batch_id,
        kind=Kind.BATCH,
        source_id=request.source_id,
        data_type=request.data_type,
        received_at=received_at,
        rows=request.data,
        ingested_at=received_at,
        gated=True,
        form=Form.TYPED if request.format is DataFormat.JSON else Form.TEXT,
    )


def _estimate(recent: Sequence[Entry]) -> str:
    """The median time from receipt to merge of recent batches, as an ISO 8601 duration."""
    times = [(entry.completed_at - entry.received_at) / timedelta(seconds=1) for entry in recent if entry.completed_at]
    return f"PT{max(median(times), 0.1):.1f}S" if times else "unknown"


def _validation_error(error: RowError) -> ValidationError:
    return ValidationError(
        row=error.row,
        field=error.field,
        code=error.code,
        message=error.message,
        rejected_value=echo(error.rejected_value),
    )
