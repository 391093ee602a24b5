"""Loads uploaded files: a file is read twice in the same parts, checked as a whole, then loaded part by part.

The upload's item stores the progress after every part, so that the next run continues where the previous one stopped.
Every change is conditional on the state that was read: a run whose upload was cancelled, or whose lease has passed to
another run, notices before its next part.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import orjson

from shared.ingestion.uploads.parts import ROWS_PER_PART, part_delivery, remaining_parts
from shared.ingestion.uploads.reading import configured_reading
from shared.ingestion.uploads.state import Failure, Upload, UploadState
from shared.ingestion.uploads.store import NoSuchUpload, UploadStore
from shared.lake.files.errors import UnreadableFile
from shared.lake.storage.object_store import LostUpdate
from shared.quality.rules import refusal
from shared.quality.store import to_item
from shared.records.schemas import SCHEMAS
from shared.runtime.errors import InsufficientDataQuality
from shared.runtime.observability import count, logger

if TYPE_CHECKING:
    from shared.ingestion.loader import Loader
    from shared.ingestion.restore import CancelledRowsRestorer
    from shared.ingestion.uploads.finalizer import UploadFinalizer
    from shared.ingestion.uploads.queue import UploadQueue
    from shared.lake.files.part import Part
    from shared.lake.storage.object_store import LakeStore
    from shared.ledger.store import Ledger
    from shared.runtime.models import Clock

HasTime = Callable[[], bool]
Refresh = Callable[[str], None]
_GONE = Failure(code="file_gone", message="The file was deleted or replaced", stage="parse")


class LeaseLost(Exception):
    """Another run has the lease of the upload, or there is nothing to do."""


@dataclass(frozen=True, kw_only=True)
class FileLoader:
    """Continues uploads from where the previous run stopped."""

    lake: "LakeStore"
    uploads: UploadStore
    ledger: "Ledger"
    loader: "Loader"
    restorer: "CancelledRowsRestorer"
    finalizer: "UploadFinalizer"
    queue: "UploadQueue"
    clock: "Clock"
    refresh_configuration: Refresh
    rows_per_part: int = ROWS_PER_PART

    def run(self, batch_id: str, has_time: HasTime) -> None:
        """Process an upload while there is time; the queue starts another run for the rest."""
        name = secrets.token_hex(8)
        try:
            upload = self.uploads.change(batch_id, lambda current: self._acquire_lease(current, name))
            # A file often follows the configuration of its source within seconds; a cached one would load it wrongly.
            self.refresh_configuration(upload.source_id)
            self._work(upload, has_time)
        except (LeaseLost, NoSuchUpload) as error:
            logger().info("upload skipped", batch_id=batch_id, reason=str(error))
            self._delete_late_copy(batch_id)
        except BaseException:
            self._release_lease(batch_id, name)  # the sweeper starts the next run
            raise
        released = self._release_lease(batch_id, name)
        if released is not None and released.is_open:
            self.queue.send(batch_id)

    def _delete_late_copy(self, batch_id: str) -> None:
        """Delete personal data that was put to the URL again after the file was loaded and deleted."""
        current = self.uploads.get(batch_id)
        if current is not None and current.state is UploadState.LOADED and _has_personal_data(current):
            self.lake.delete_any_version(current.key)

    def _acquire_lease(self, current: Upload, name: str) -> Upload:
        now = self.clock()
        here = self._record_arrival(current) if current.state in {UploadState.AWAITED, UploadState.EXPIRED} else current
        if not here.is_open or here.is_leased(now):
            raise LeaseLost(f"the upload is {here.state}, or another run is loading it")
        leased = here.lease(name, now)
        if not leased.has_exhausted_retries:
            return leased
        count("UploadsGivenUp")
        worn_out = Failure(code="internal_error", message="The file could not be loaded; try again later", stage="load")
        return leased.fail(worn_out, now) if leased.is_processing else leased

    def _record_arrival(self, current: Upload) -> Upload:
        facts = self.lake.head(current.key)
        if facts is None:
            raise LeaseLost("no file was uploaded yet")
        return current.arrive(etag=facts.etag, size=facts.size, at=self.clock())

    def _release_lease(self, batch_id: str, name: str) -> Upload | None:
        """Release the lease for the next run; return None if this run did not have it any more."""
        current = self.uploads.get(batch_id)
        if current is None or current.leased_to != name:
            return None
        return self.uploads.change(batch_id, lambda it: it.release() if it.leased_to == name else it)

    def _work(self, upload: Upload, has_time: HasTime) -> None:
        while upload.is_open and has_time():
            try:
                upload = self._continue(upload, has_time)
            except UnreadableFile as error:
                upload = self._fail(upload, _failure_from(error))
            except LostUpdate:
                upload = self._fail(upload, _GONE)

    def _continue(self, upload: Upload, has_time: HasTime) -> Upload:
        match upload.state:
            case UploadState.CHECKING:
                return self._check(upload, has_time)
            case UploadState.LOADING:
                return self._load(upload, has_time)
            case _:
                self.finalizer.finalize(upload)
                return self._change(upload, lambda current: current.finalize())

    def _check(self, upload: Upload, has_time: HasTime) -> Upload:
        if upload.declared_bytes not in {None, upload.size}:
            message = f"{upload.declared_bytes} bytes were declared, {upload.size} were uploaded"
            return self._fail(upload, Failure(code="size_differs", message=message, stage="parse"))
        if not upload.reading:
            reading = configured_reading(upload, self.loader.validator.mapping_of)
            upload = self._change(upload, lambda current: current.start_checking(reading))
        state = upload.quality
        for part, bytes_read in remaining_parts(upload, self.lake, self.rows_per_part):
            state += self.loader.check(part_delivery(upload, part))
            upload = self._advance(upload, part, bytes_read, to_item(state))
            if upload.state is not UploadState.CHECKING or not has_time():
                return upload
        refused = refusal(state, self.loader.validator.requirements_of(upload.source_id, upload.data_type).minimum)
        if refused is None:
            return self._change(upload, lambda current: current.start_loading())
        low = Failure(code=refused.commerce_code, message=refused.message, stage="validate", sample=_sample(refused))
        return self._fail(upload, low)

    def _load(self, upload: Upload, has_time: HasTime) -> Upload:
        for part, bytes_read in remaining_parts(upload, self.lake, self.rows_per_part):
            self._load_part(upload, part)
            upload = self._advance(upload, part, bytes_read)
            if upload.state is not UploadState.LOADING or not has_time():
                return upload
        loaded = self._change(upload, lambda current: current.complete_loading())
        if _has_personal_data(upload):
            self.lake.delete_any_version(upload.key)
        return loaded

    def _load_part(self, upload: Upload, part: "Part") -> None:
        delivery = part_delivery(upload, part)
        entry = self.ledger.get(delivery.delivery_id)
        if entry is None or entry.is_reloadable:
            revalidated = replace(delivery, revalidate=entry is not None and entry.written)
            self.loader.load(revalidated, before_write=lambda: self._require_lease(upload))
        elif entry.cancelled_parts or entry.redriving in entry.resumes:
            self.restorer.restore(delivery)

    def _advance(
        self, upload: Upload, part: "Part", bytes_read: int, assessed: Mapping[str, Any] | None = None
    ) -> Upload:
        done = part.received
        return self._change(
            upload,
            lambda current: current.advance(rows=done, bytes_read=bytes_read, at=self.clock(), assessed=assessed),
        )

    def _fail(self, upload: Upload, failure: Failure) -> Upload:
        return self._change(upload, lambda current: current.fail(failure, self.clock()))

    def _change(self, upload: Upload, change: Callable[[Upload], Upload]) -> Upload:
        def change_if_leased(current: Upload) -> Upload:
            if (current.leased_to, current.parts) != (upload.leased_to, upload.parts):
                raise LeaseLost("another run is loading the upload")
            return current if current.state is not upload.state else change(current)

        return self.uploads.change(upload.batch_id, change_if_leased)

    def _require_lease(self, upload: Upload) -> None:
        if self._change(upload, lambda current: current).state is not upload.state:
            raise LeaseLost("the upload was cancelled")


def _has_personal_data(upload: Upload) -> bool:
    return SCHEMAS[upload.data_type].personal_fields_dropped


def _failure_from(error: UnreadableFile) -> Failure:
    return Failure(code=error.code, message=error.message, stage="parse", first_row=error.row)


def _sample(refused: InsufficientDataQuality) -> str:
    return orjson.dumps(refused.details).decode()
