"""The life cycle of an upload: its allowed transitions and their results."""

from typing import Any

import pytest

from shared.ingestion.models import DataFormat
from shared.ingestion.uploads.state import LEASE, Failure, Upload, UploadState
from shared.records.schema import DataType
from shared.runtime.errors import Conflict
from tests.fakes.records import NOW

BROKEN = Failure(code="truncated", message="It breaks off", stage="parse")


def _upload(state: UploadState = UploadState.AWAITED, **fields: Any) -> Upload:
    return Upload(
        batch_id="batch-1",
        source_id="web-shop",
        data_type=DataType.TRANSACTIONS,
        format=DataFormat.CSV,
        created_at=NOW,
        expires_at=NOW,
        state=state,
        **fields,
    )


def test_checking_and_loading_use_the_same_parts() -> None:
    checked = _upload().arrive(etag="e", size=90, at=NOW)
    for rows, bytes_read in ((5, 40), (5, 80), (2, 90)):
        checked = checked.advance(rows=rows, bytes_read=bytes_read, at=NOW)
    assert (checked.cuts, checked.parts, checked.rows, checked.bytes_read) == ((5, 5, 2), 3, 12, 90)

    loading = checked.start_loading()
    half = loading.advance(rows=5, bytes_read=40, at=NOW)

    assert (loading.state, loading.parts, loading.rows) == (UploadState.LOADING, 0, 0)
    assert (half.cuts, half.parts, half.rows, half.total_rows) == ((5, 5, 2), 1, 5, 12)


@pytest.mark.parametrize("state", UploadState)
def test_only_unfinished_uploads_can_be_cancelled(state: UploadState) -> None:
    upload = _upload(state)

    if state in {UploadState.FAILED, UploadState.EXPIRED, UploadState.CANCELLED}:
        with pytest.raises(Conflict, match=f"is {state}"):
            upload.cancel(NOW)
    else:
        assert upload.cancel(NOW).state is UploadState.CANCELLED


@pytest.mark.parametrize(
    ("upload", "is_open"),
    [
        (_upload(), True),
        (_upload(UploadState.CHECKING), True),
        (_upload(UploadState.LOADING), True),
        (_upload(UploadState.LOADED), False),
        (_upload(UploadState.CHECKING).fail(BROKEN, NOW), True),
        (_upload(UploadState.CHECKING).fail(BROKEN, NOW).finalize(), False),
        (_upload(UploadState.LOADING).cancel(NOW), True),
        (_upload().cancel(NOW), False),
        (_upload().expire(BROKEN, NOW), False),
    ],
    ids=lambda it: getattr(it, "state", it),
)
def test_an_upload_is_unfinished_until_every_row_is_accounted_for(upload: Upload, is_open: bool) -> None:
    assert upload.is_open is is_open


def test_a_resumed_upload_starts_again_without_failures() -> None:
    failed = _upload(UploadState.CHECKING, cuts=(5,), parts=1, tries=3).fail(BROKEN, NOW).finalize()

    resumed = failed.resume(etag="f", size=10, at=NOW)

    assert (resumed.state, resumed.cuts, resumed.parts, resumed.tries) == (UploadState.CHECKING, (), 0, 0)
    assert (resumed.failure, resumed.ended_at, resumed.etag) == (None, None, "f")


def test_a_run_leases_its_file_until_its_last_heartbeat_expires() -> None:
    leased = _upload().lease("a run", NOW)

    assert leased.is_leased(NOW)
    assert not leased.is_leased(NOW + LEASE)
    assert leased.advance(rows=1, bytes_read=1, at=NOW + LEASE).is_leased(NOW + LEASE)
    assert not leased.release().is_leased(NOW)


def test_a_file_fails_after_five_consecutive_failed_runs() -> None:
    upload = _upload(UploadState.LOADING, cuts=(1,))
    for _ in range(5):
        upload = upload.lease("a run", NOW)

    assert not upload.has_exhausted_retries
    assert upload.lease("a run", NOW).has_exhausted_retries
    assert not upload.advance(rows=1, bytes_read=1, at=NOW).lease("a run", NOW).has_exhausted_retries
