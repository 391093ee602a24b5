"""The status of a batch, computed from its ledger entry, or from its upload and the entries of the parts."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from shared.ingestion.models import BatchOutcome, BatchProgress, BatchStatusResponse, EventRange, ProcessingError
from shared.ingestion.uploads.state import Failure, Upload, UploadState
from shared.ledger.entry import BatchStatus, LedgerEntry
from shared.quality.report import SEPARATE_SOURCES
from shared.quality.state import SHARED_ID
from shared.records.schema import DataType

_MOST_PROBLEMS = 20
_STAGES = 3
"""A file is checked, loaded and merged; each stage is a third of the progress."""


def describe_batch(entry: LedgerEntry) -> BatchStatusResponse:
    """Return the status of a batch that was sent in one request."""
    done = entry.received - entry.in_flight
    return BatchStatusResponse(
        batch_id=entry.delivery_id,
        source_id=entry.source_id,
        data_type=DataType(entry.data_type),
        status=entry.status,
        progress=BatchProgress(
            total_records=entry.received,
            processed_records=done,
            failed_records=entry.quarantined,
            progress_percentage=_percent(done, entry.received),
        ),
        started_at=entry.received_at,
        completed_at=entry.completed_at,
        errors=[*_shared_ids([entry]), *_group_errors(entry.problems)] or None,
        outcome=_outcome([entry]),
        event_range=_event_range([entry]),
    )


def describe_upload(upload: Upload, entries: Sequence[LedgerEntry], now: datetime) -> BatchStatusResponse:
    """Return the status of an uploaded file."""
    outcome = _outcome(entries)
    received = sum(entry.received for entry in entries)
    status = upload_status(upload, entries)
    total = max(upload.total_rows, received)
    done = received - outcome.in_flight
    percentage = 100.0 if status is BatchStatus.COMPLETED else _progress_percentage(upload, done, total)
    failure = [_failure(upload.failure)] if upload.failure else []
    return BatchStatusResponse(
        batch_id=upload.batch_id,
        source_id=upload.source_id,
        data_type=upload.data_type,
        status=status,
        progress=BatchProgress(
            total_records=total,
            processed_records=done,
            failed_records=outcome.quarantined,
            progress_percentage=percentage,
            total_bytes=upload.size or upload.declared_bytes,
            checked_bytes=_checked_bytes(upload),
            loaded_records=received,
            estimated_remaining=_remaining(upload, percentage, now) if status is BatchStatus.PROCESSING else None,
        ),
        started_at=upload.created_at,
        completed_at=_completed_at(upload, status, entries),
        errors=[
            *failure,
            *_shared_ids(entries),
            *_group_errors(problem for entry in entries for problem in entry.problems),
        ]
        or None,
        outcome=outcome,
        event_range=_event_range(entries),
    )


def upload_status(upload: Upload, entries: Sequence[LedgerEntry]) -> BatchStatus:
    """Map the state of an upload to the status in the API.

    A failed file counts as in progress until the ledger has all rows that were read: a final status has final numbers.
    """
    match upload.state:
        case UploadState.FAILED if not _is_accounted(upload, entries):
            return BatchStatus.PROCESSING
        case UploadState.FAILED | UploadState.EXPIRED:
            return BatchStatus.FAILED
        case UploadState.CANCELLED:
            return BatchStatus.CANCELLED
        case UploadState.LOADED if _all_rows_done(upload, entries):
            hopeless = all(entry.quarantined == entry.received for entry in entries)
            return BatchStatus.FAILED if hopeless else BatchStatus.COMPLETED
        case _:
            return BatchStatus.PROCESSING


def is_finished(upload: Upload, entries: Iterable[LedgerEntry]) -> bool:
    """Return whether nothing of an upload is in progress any more."""
    return upload.settled and all(entry.is_complete for entry in entries)


def _is_accounted(upload: Upload, entries: Sequence[LedgerEntry]) -> bool:
    """Whether nothing is in progress and no entry is missing; a resumed file may have more from its first time."""
    return len(entries) >= len(upload.cuts) and is_finished(upload, entries)


def _all_rows_done(upload: Upload, entries: Sequence[LedgerEntry]) -> bool:
    """Whether every row has its outcome. Entries may be missing because the index is eventually consistent."""
    return len(entries) == len(upload.cuts) and all(entry.is_complete for entry in entries)


def _outcome(entries: Sequence[LedgerEntry]) -> BatchOutcome:
    return BatchOutcome(
        loaded=sum(entry.outcomes.loaded for entry in entries),
        duplicate=sum(entry.outcomes.duplicate for entry in entries),
        conflict=sum(entry.outcomes.conflict for entry in entries),
        quarantined=sum(entry.quarantined for entry in entries),
        dropped=sum(entry.outcomes.dropped for entry in entries),
        in_flight=sum(entry.in_flight for entry in entries),
        superseded=sum(entry.counters["superseded"] for entry in entries),
    )


def _event_range(entries: Sequence[LedgerEntry]) -> EventRange | None:
    earliest = [entry.earliest_event for entry in entries if entry.earliest_event]
    latest = [entry.latest_event for entry in entries if entry.latest_event]
    return EventRange(earliest=min(earliest), latest=max(latest)) if earliest and latest else None


def _checked_bytes(upload: Upload) -> int:
    return upload.size if upload.state in {UploadState.LOADING, UploadState.LOADED} else upload.bytes_read


def _progress_percentage(upload: Upload, done: int, total: int) -> float:
    loaded = upload.rows if upload.state is UploadState.LOADING else total if upload.state is UploadState.LOADED else 0
    stages = (_percent(_checked_bytes(upload), upload.size), _percent(loaded, total), _percent(done, total))
    return round(sum(stages) / _STAGES, 2)


def _remaining(upload: Upload, percentage: float, now: datetime) -> str | None:
    """Return how long the rest takes if it proceeds like the part that is done."""
    if upload.arrived_at is None or not percentage:
        return None
    done = (now - upload.arrived_at).total_seconds()
    return f"PT{math.ceil(max(done, 0) * (100 - percentage) / percentage)}S"


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 2) if whole else 0.0


def _completed_at(upload: Upload, status: BatchStatus, entries: Sequence[LedgerEntry]) -> datetime | None:
    if status is BatchStatus.PROCESSING:
        return None
    return upload.ended_at or max((entry.completed_at for entry in entries if entry.completed_at), default=None)


def _failure(failure: Failure) -> ProcessingError:
    return ProcessingError(
        code=failure.code,
        message=failure.message,
        stage=failure.stage,
        count=1,
        first_row=failure.first_row,
        sample=orjson.loads(failure.sample) if failure.sample else None,
    )


def _shared_ids(entries: Sequence[LedgerEntry]) -> Iterator[ProcessingError]:
    """Yield a warning if rows have the ids of records of another source."""
    shared = sum(entry.outcomes.shared_ids for entry in entries)
    if shared:
        samples = [sample for entry in entries for sample in entry.shared_samples]
        yield ProcessingError(
            code=SHARED_ID,
            message="Records have the id of a record of another source, with other values; one replaces the other. "
            + SEPARATE_SOURCES,
            stage="merge",
            count=shared,
            sample=samples[0] if samples else None,
        )


def _group_errors(problems: Iterable[Mapping[str, Any]]) -> list[ProcessingError]:
    """Merge equal errors of several parts; most frequent first."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for problem in problems:
        kind = (problem["stage"], problem["code"], problem["message"])
        if kind not in found:
            found[kind] = {**problem, "sample": orjson.loads(problem["sample"])}
        else:
            found[kind]["count"] += problem["count"]
            found[kind]["first_row"] = min(found[kind]["first_row"], problem["first_row"])
    most = sorted(found.values(), key=lambda problem: -problem["count"])[:_MOST_PROBLEMS]
    return [ProcessingError(**problem) for problem in most]
