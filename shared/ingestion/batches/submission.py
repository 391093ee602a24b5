"""Batches sent in one request: archived as received and loaded at once."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import orjson

from shared.ingestion.delivery import Delivery
from shared.ingestion.ids import new_batch_id, truncate_to_milliseconds
from shared.ingestion.models import (
    LARGEST_BATCH,
    Acceptance,
    BatchIngestionRequest,
    BatchIngestionResponse,
    DataFormat,
    ValidationStatus,
)
from shared.ingestion.nested_records import explode_all, paths_of
from shared.ingestion.pii import strip_personal_data
from shared.ingestion.responses import validation_error
from shared.lake.storage.paths import landing_key
from shared.ledger.entry import DeliveryKind, LedgerEntry
from shared.records.row_error import ValidationError
from shared.records.schema import DataType
from shared.records.schemas import SCHEMAS
from shared.records.validation import Form, RowError
from shared.runtime.errors import FieldError, InvalidRequest, Unprocessable

if TYPE_CHECKING:
    from shared.ingestion.batches.estimate import ProcessingEstimates
    from shared.ingestion.loader import Loader
    from shared.ingestion.restore import CancelledRowsRestorer
    from shared.lake.storage.object_store import LakeStore
    from shared.runtime.models import Clock

_MOST_ERRORS = 100


@dataclass(frozen=True, kw_only=True)
class Batches:
    """Submits and resumes batches."""

    lake: "LakeStore"
    loader: Callable[[], "Loader"]
    restorer: Callable[[], "CancelledRowsRestorer"]
    estimates: "ProcessingEstimates"
    clock: "Clock"

    def submit(self, request: BatchIngestionRequest, received: str) -> BatchIngestionResponse:
        """Archive a batch as received and load its valid rows.

        Args:
            request: the batch.
            received: the text that it was parsed from.

        Raises:
            Unprocessable: Parquet cannot be sent in a request.
            InvalidRequest: the records within the sent documents are none, or too many.
            InsufficientDataQuality: the quality gate rejected the batch; its rows are in quarantine.
        """
        if request.format is DataFormat.PARQUET:
            raise Unprocessable("Parquet cannot be sent in a JSON request; send json, csv or xml, or upload a file")
        received_at = truncate_to_milliseconds(self.clock())
        delivery = self._delivery(new_batch_id(received_at), received_at, request)
        _check_size(delivery)
        with ThreadPoolExecutor(1) as aside:
            archived = aside.submit(self._archive, delivery, request, received)
            loaded = self.loader().load(delivery, before_write=archived.result)
        if loaded.refusal is not None:
            raise loaded.refusal.with_details(
                {
                    "batch_id": loaded.entry.delivery_id,
                    "errors": [each.model_dump(mode="json") for each in _first_errors(loaded.errors)],
                }
            )
        return self._response(loaded.entry, loaded.errors)

    def _archive(self, delivery: Delivery, request: BatchIngestionRequest, received: str) -> None:
        key = _landing_key(delivery.data_type, delivery.received_at, delivery.delivery_id)
        self.lake.put(key, _landing(request, received))

    def resume(self, entry: LedgerEntry, *, revalidate: bool = False) -> bool:
        """Load a batch that a crash interrupted, or that failed or was cancelled.

        Args:
            entry: the ledger entry of the batch.
            revalidate: whether to validate its rows by the current requirements, and restore cancelled rows.

        Raises:
            InsufficientDataQuality: revalidated, the batch is rejected again.

        Returns:
            False if the received data was deleted, or the cancelled rows are no longer the valid ones.
        """
        archived = self.lake.get(_landing_key(DataType(entry.data_type), entry.received_at, entry.delivery_id))
        if archived is None:
            return False
        delivery = self._delivery(entry.delivery_id, entry.received_at, _read_landing(archived.body))
        if revalidate and not entry.is_reloadable:
            return self.restorer().restore(delivery) is not None
        loaded = self.loader().load(replace(delivery, revalidate=revalidate))
        if revalidate and loaded.refusal is not None:
            raise loaded.refusal
        return True

    def _delivery(self, batch_id: str, received_at: datetime, request: BatchIngestionRequest) -> Delivery:
        """Return a batch as a delivery of the records in it; a sent document may have several."""
        delivery = _delivery(batch_id, received_at, request)
        paths = paths_of(self.loader().validator.mapping_of, request.source_id, request.data_type)
        if paths is None:
            return delivery
        found = explode_all(request.data, paths, request.data_type, most=LARGEST_BATCH)
        return replace(delivery, rows=found.rows, places=found.places, malformed=found.malformed)

    def _response(self, entry: LedgerEntry, errors: Sequence[RowError]) -> BatchIngestionResponse:
        estimate = self.estimates.of(DataType(entry.data_type))
        return BatchIngestionResponse(
            status=Acceptance.REJECTED if entry.quarantined == entry.received else Acceptance.ACCEPTED,
            batch_id=entry.delivery_id,
            records_received=entry.delivered,
            validation_status=ValidationStatus.FAILED if entry.quarantined else ValidationStatus.PASSED,
            estimated_processing_time=estimate.duration,
            estimate_is_minimum=estimate.is_minimum or None,
            created_at=entry.received_at,
            errors=_first_errors(errors) or None,
        )


def _landing_key(data_type: DataType, received_at: datetime, batch_id: str) -> str:
    return landing_key(data_type, received_at.date().isoformat(), batch_id)


def _landing(request: BatchIngestionRequest, received: str) -> bytes:
    from shared.lake.storage import landing  # noqa: PLC0415 # Arrow costs 100 ms: only calls that load rows pay

    if not SCHEMAS[request.data_type].personal_fields_dropped:
        return landing.pack(received.encode())
    rows, _ = strip_personal_data(request.data)
    archived = request.model_dump(exclude={"data"}, exclude_none=True, mode="json")
    return landing.pack(orjson.dumps({**archived, "data": rows}))


def _read_landing(archived: bytes) -> BatchIngestionRequest:
    from shared.lake.storage import landing  # noqa: PLC0415 # as above

    return BatchIngestionRequest.model_validate(orjson.loads(landing.unpack(archived)))


def _delivery(batch_id: str, received_at: datetime, request: BatchIngestionRequest) -> Delivery:
    return Delivery(
        delivery_id=batch_id,
        kind=DeliveryKind.BATCH,
        source_id=request.source_id,
        data_type=request.data_type,
        received_at=received_at,
        rows=request.data,
        ingested_at=received_at,
        gated=True,
        form=Form.TYPED if request.format is DataFormat.JSON else Form.TEXT,
    )


def _first_errors(errors: Sequence[RowError]) -> list[ValidationError]:
    return [validation_error(error) for error in errors[:_MOST_ERRORS]]


def _check_size(delivery: Delivery) -> None:
    if delivery.received == 0:
        message = "must have records: their path in the source's mapping leads to empty lists"
    elif delivery.received > LARGEST_BATCH:
        message = f"must have at most {LARGEST_BATCH} records, counting each one within the documents"
    else:
        return
    raise InvalidRequest("Request validation failed", field_errors=[FieldError("data", message)])
