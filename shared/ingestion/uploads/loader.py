"""From an uploaded file to deliveries: read twice in the same parts, checked as a whole, then loaded part by part.

After every part the upload's own item says how far it is, so that a run that ends, or is ended, is taken up there by
the next one. Whoever changes that item names the state it was in: a run whose file was cancelled, or has passed into
other hands, finds out before its next part.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import orjson

from shared.ingestion.uploads.parts import ROWS_PER_PART, delivery_of, parts_of
from shared.ingestion.uploads.state import Failure, Upload, UploadState
from shared.ingestion.uploads.store import NoSuchUpload, UploadStore
from shared.lake.files.unreadable import UnreadableFile
from shared.lake.storage.object_store import LostUpdate
from shared.quality.rules import refusal
from shared.quality.store import packed
from shared.records.catalogue import SCHEMAS
from shared.runtime.errors import InsufficientDataQuality
from shared.runtime.observability import count, logger

if TYPE_CHECKING:
    from shared.ingestion.loader import Loader
    from shared.ingestion.restore import BringingBack
    from shared.ingestion.uploads.queue import UploadQueue
    from shared.ingestion.uploads.settlement import Settlement
    from shared.lake.files.part import Part
    from shared.lake.storage.object_store import LakeStore
    from shared.ledger.store import Ledger
    from shared.runtime.models import Clock

Spare = Callable[[], bool]
_GONE = Failure(code="file_gone", message="The file was deleted or replaced", stage="parse")


class NotOurs(Exception):
    """The upload is in other hands, or there is nothing to do about it."""


@dataclass(frozen=True, kw_only=True)
class FileLoader:
    """Goes on with uploads, wherever the run before has left them."""

    lake: "LakeStore"
    uploads: UploadStore
    ledger: "Ledger"
    loader: "Loader"
    bringing_back: "BringingBack"
    settlement: "Settlement"
    queue: "UploadQueue"
    clock: "Clock"
    rows_per_part: int = ROWS_PER_PART

    def run(self, batch_id: str, has_time: Spare) -> None:
        """Do what is to be done about an upload, for as long as there is time; what is left is left to another run."""
        name = secrets.token_hex(8)
        try:
            self._work(self.uploads.change(batch_id, lambda stands: self._taken_in_hand(stands, name)), has_time)
        except (NotOurs, NoSuchUpload) as error:
            logger().info("upload skipped", batch_id=batch_id, reason=str(error))
            self._forget_late_copy(batch_id)
        except BaseException:
            self._let_go(batch_id, name)  # the sweep calls the next run: what is out of reach now may need its time
            raise
        left = self._let_go(batch_id, name)
        if left is not None and left.is_open:
            self.queue.send(batch_id)

    def _forget_late_copy(self, batch_id: str) -> None:
        """Delete personal data that is put at an address once more, after its file was loaded and deleted."""
        stands = self.uploads.get(batch_id)
        if stands is not None and stands.state is UploadState.LOADED and _names_people(stands):
            self.lake.forget(stands.key)

    def _taken_in_hand(self, stands: Upload, name: str) -> Upload:
        now = self.clock()
        here = self._arrived(stands) if stands.state in {UploadState.AWAITED, UploadState.EXPIRED} else stands
        if not here.is_open or here.is_leased(now):
            raise NotOurs(f"the upload is {here.state}, or another run is loading it")
        taken = here.leased(name, now)
        if not taken.is_worn_out:
            return taken
        count("UploadsGivenUp")
        worn_out = Failure(code="internal_error", message="The file could not be loaded; try again later", stage="load")
        return taken.failed(worn_out, now) if taken.is_at_work else taken

    def _arrived(self, stands: Upload) -> Upload:
        facts = self.lake.describe(stands.key)
        if facts is None:
            raise NotOurs("no file was uploaded yet")
        return stands.arrived(etag=facts.etag, size=facts.size, at=self.clock())

    def _let_go(self, batch_id: str, name: str) -> Upload | None:
        """Leave the file to the next run; None if it was not in our hands any more."""
        stands = self.uploads.get(batch_id)
        if stands is None or stands.leased_to != name:
            return None
        return self.uploads.change(batch_id, lambda it: it.released() if it.leased_to == name else it)

    def _work(self, upload: Upload, has_time: Spare) -> None:
        while upload.is_open and has_time():
            try:
                upload = self._go_on(upload, has_time)
            except UnreadableFile as error:
                upload = self._failed(upload, _unreadable(error))
            except LostUpdate:
                upload = self._failed(upload, _GONE)

    def _go_on(self, upload: Upload, has_time: Spare) -> Upload:
        match upload.state:
            case UploadState.CHECKING:
                return self._check(upload, has_time)
            case UploadState.LOADING:
                return self._load(upload, has_time)
            case _:
                self.settlement.settle(upload)
                return self._changed(upload, lambda stands: stands.accounted_for())

    def _check(self, upload: Upload, has_time: Spare) -> Upload:
        if upload.declared_bytes not in {None, upload.size}:
            said = f"{upload.declared_bytes} bytes were declared, {upload.size} were uploaded"
            return self._failed(upload, Failure(code="size_differs", message=said, stage="parse"))
        state = upload.quality
        for part, bytes_read in parts_of(upload, self.lake, self.rows_per_part):
            state += self.loader.examine(delivery_of(upload, part))
            upload = self._marked(upload, part, bytes_read, packed(state))
            if upload.state is not UploadState.CHECKING or not has_time():
                return upload
        refused = refusal(state, self.loader.judge.requirements_of(upload.source_id, upload.data_type).minimum)
        if refused is None:
            return self._changed(upload, lambda stands: stands.checked())
        low = Failure(code=refused.commerce_code, message=refused.message, stage="validate", sample=_sample(refused))
        return self._failed(upload, low)

    def _load(self, upload: Upload, has_time: Spare) -> Upload:
        for part, bytes_read in parts_of(upload, self.lake, self.rows_per_part):
            self._bring_in(upload, part)
            upload = self._marked(upload, part, bytes_read)
            if upload.state is not UploadState.LOADING or not has_time():
                return upload
        loaded = self._changed(upload, lambda stands: stands.loaded())
        if _names_people(upload):
            self.lake.forget(upload.key)
        return loaded

    def _bring_in(self, upload: Upload, part: "Part") -> None:
        delivery = delivery_of(upload, part)
        entry = self.ledger.get(delivery.origin)
        if entry is None or entry.may_come_again:
            anew = replace(delivery, judged_anew=entry is not None and entry.written)
            self.loader.load(anew, once=lambda: self._still_ours(upload))
        elif entry.cancelled_days or entry.redriving in entry.resumes:
            self.bringing_back.bring_back(delivery)

    def _marked(
        self, upload: Upload, part: "Part", bytes_read: int, assessed: Mapping[str, Any] | None = None
    ) -> Upload:
        done = part.received
        return self._changed(
            upload,
            lambda stands: stands.advanced(rows=done, bytes_read=bytes_read, at=self.clock(), assessed=assessed),
        )

    def _failed(self, upload: Upload, failure: Failure) -> Upload:
        return self._changed(upload, lambda stands: stands.failed(failure, self.clock()))

    def _changed(self, upload: Upload, change: Callable[[Upload], Upload]) -> Upload:
        def ours(stands: Upload) -> Upload:
            if (stands.leased_to, stands.parts) != (upload.leased_to, upload.parts):
                raise NotOurs("another run is loading the upload")
            return stands if stands.state is not upload.state else change(stands)

        return self.uploads.change(upload.batch_id, ours)

    def _still_ours(self, upload: Upload) -> None:
        if self._changed(upload, lambda stands: stands).state is not upload.state:
            raise NotOurs("the upload was cancelled")


def _names_people(upload: Upload) -> bool:
    return SCHEMAS[upload.data_type].personal_fields_dropped


def _unreadable(error: UnreadableFile) -> Failure:
    return Failure(code=error.code, message=error.message, stage="parse", first_row=error.row)


def _sample(refused: InsufficientDataQuality) -> str:
    return orjson.dumps(refused.details).decode()
