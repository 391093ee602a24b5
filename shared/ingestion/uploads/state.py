"""The state machine of an upload: from its presigned URL, through its parts, to loaded, failed or cancelled."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Self

from shared.ingestion.models import DataFormat
from shared.lake.files.options import Compression
from shared.lake.storage.paths import upload_key
from shared.quality.state import QualityCounts
from shared.quality.store import from_item
from shared.records.schema import DataType
from shared.runtime.errors import Conflict
from shared.runtime.models import Model

LEASE = timedelta(minutes=3)
"""Duration of a loader's exclusive lease; progress renews it."""
_MAX_TRIES = 5
_PART_DIGITS = 5


class UploadState(StrEnum):
    """State of an upload."""

    AWAITED = "awaited"
    EXPIRED = "expired"
    CHECKING = "checking"
    LOADING = "loading"
    LOADED = "loaded"
    FAILED = "failed"
    CANCELLED = "cancelled"


_S = UploadState
_MOVES: Mapping[UploadState, frozenset[UploadState]] = MappingProxyType(
    {
        _S.AWAITED: frozenset({_S.CHECKING, _S.EXPIRED, _S.CANCELLED}),
        _S.EXPIRED: frozenset({_S.CHECKING}),  # a PUT that started in time may end late
        _S.CHECKING: frozenset({_S.LOADING, _S.FAILED, _S.CANCELLED}),
        _S.LOADING: frozenset({_S.LOADED, _S.FAILED, _S.CANCELLED}),
        _S.LOADED: frozenset({_S.CANCELLED, _S.CHECKING}),
        _S.FAILED: frozenset({_S.CHECKING}),
        _S.CANCELLED: frozenset({_S.CHECKING}),
    }
)
_PROCESSING = frozenset({_S.CHECKING, _S.LOADING})


class Failure(Model):
    """Why an upload failed as a whole, with the fields of `ProcessingError`; `sample` is JSON text."""

    code: str
    message: str
    stage: str
    first_row: int | None = None
    sample: str | None = None


class Upload(Model):
    """The declaration, the received file and the progress of an upload. Methods return a changed copy.

    A file is read twice in the same parts: once to check it, once to load it. `parts` is the number of parts done in
    the current pass; `cuts` is the number of rows of each part, found by the check. `options` are those of the sender,
    `reading` those that the source's configuration had when the check began.
    """

    batch_id: str
    source_id: str
    data_type: DataType
    format: DataFormat
    compression: Compression | None = None
    created_at: datetime
    expires_at: datetime
    options: Mapping[str, Any] = {}
    reading: Mapping[str, Any] = {}
    metadata: Mapping[str, Any] = {}
    declared_bytes: int | None = None
    state: UploadState = UploadState.AWAITED
    etag: str = ""
    size: int = 0
    arrived_at: datetime | None = None
    parts: int = 0
    bytes_read: int = 0
    cuts: tuple[int, ...] = ()
    assessed: Mapping[str, Any] = {}
    failure: Failure | None = None
    ended_at: datetime | None = None
    settled: bool = True
    tries: int = 0
    leased_to: str = ""
    leased_until: datetime | None = None
    revision: int = 0

    @property
    def key(self) -> str:
        """Key of the file in the lake bucket."""
        return upload_key(self.data_type, self.batch_id)

    @property
    def arrival(self) -> datetime:
        """Time of the file's arrival.

        Raises:
            ValueError: it has not arrived.
        """
        if self.arrived_at is None:
            raise ValueError(f"the file of {self.batch_id} has not been uploaded")
        return self.arrived_at

    @property
    def quality(self) -> QualityCounts:
        """Quality counts of the check so far."""
        return from_item(self.assessed) if self.assessed else QualityCounts()

    @property
    def rows(self) -> int:
        """Number of rows in the parts done in the current pass."""
        return sum(self.cuts[: self.parts])

    @property
    def total_rows(self) -> int:
        """Number of rows found so far."""
        return sum(self.cuts)

    @property
    def is_open(self) -> bool:
        """Whether the loader has work to do."""
        return self.state is UploadState.AWAITED or self.state in _PROCESSING or not self.settled

    @property
    def is_processing(self) -> bool:
        """Whether the file is being checked or loaded."""
        return self.state in _PROCESSING

    @property
    def has_exhausted_retries(self) -> bool:
        """Whether too many runs in a row made no progress."""
        return self.tries > _MAX_TRIES

    def is_leased(self, at: datetime) -> bool:
        """Return whether a run has the lease at this time."""
        return self.leased_until is not None and at < self.leased_until

    def part_delivery_id(self, number: int) -> str:
        """Return the delivery id of a part; numbers start at 1."""
        return f"{self.batch_id}~p{number:0{_PART_DIGITS}d}"

    def transition(self, to: UploadState, **changes: Any) -> Self:
        """Move to another state.

        Raises:
            Conflict: the transition is not allowed.
        """
        if to not in _MOVES[self.state]:
            raise Conflict(f"The upload {self.batch_id} is {self.state}; it cannot become {to}")
        return self.model_copy(update={"state": to, **changes})

    def arrive(self, *, etag: str, size: int, at: datetime) -> Self:
        """Bind the upload to the object that arrived; a later replacement of the object is an error."""
        return self.transition(UploadState.CHECKING, etag=etag, size=size, arrived_at=at, failure=None, ended_at=None)

    def lease(self, to: str, at: datetime) -> Self:
        """Give a run the lease and count the try."""
        return self.model_copy(update={"leased_to": to, "leased_until": at + LEASE, "tries": self.tries + 1})

    def release(self) -> Self:
        """Release the lease."""
        return self.model_copy(update={"leased_to": "", "leased_until": None})

    def advance(self, *, rows: int, bytes_read: int, at: datetime, assessed: Mapping[str, Any] | None = None) -> Self:
        """Record a finished part: its rows and the number of bytes read up to its end."""
        cuts = (*self.cuts[: self.parts], rows) if self.state is UploadState.CHECKING else self.cuts
        done = {"parts": self.parts + 1, "cuts": cuts, "bytes_read": bytes_read, "tries": 0}
        return self.model_copy(update={**done, "leased_until": at + LEASE, "assessed": assessed or self.assessed})

    def start_checking(self, reading: Mapping[str, Any]) -> Self:
        """Fix how the file is read."""
        return self.model_copy(update={"reading": reading})

    def start_loading(self) -> Self:
        """Start loading from the first part, after all parts were checked."""
        return self.transition(UploadState.LOADING, parts=0, bytes_read=0, tries=0)

    def complete_loading(self) -> Self:
        """Mark every part as delivered; the ledger follows their rows from now on."""
        return self.transition(UploadState.LOADED)

    def fail(self, failure: Failure, at: datetime) -> Self:
        """Fail the upload; the rows that were read are not accounted for yet.

        A file that fails its check, so that no part is loaded yet, is read by the then current configuration of its
        source if it is resumed.
        """
        reading = {} if self.state is UploadState.CHECKING else self.reading
        return self.transition(UploadState.FAILED, failure=failure, ended_at=at, settled=False, reading=reading)

    def expire(self, failure: Failure, at: datetime) -> Self:
        """Mark that no file arrived in time."""
        return self.transition(UploadState.EXPIRED, failure=failure, ended_at=at)

    def cancel(self, at: datetime) -> Self:
        """Cancel the upload; the rows that were read are not accounted for yet."""
        return self.transition(UploadState.CANCELLED, ended_at=at, settled=self.state is UploadState.AWAITED)

    def finalize(self) -> Self:
        """Mark that the ledger accounts for every row that was read."""
        return self.model_copy(update={"settled": True})

    def resume(self, *, etag: str, size: int, at: datetime) -> Self:
        """Start a failed or cancelled upload again; parts that are loaded already will be skipped."""
        reset = {"parts": 0, "cuts": (), "bytes_read": 0, "tries": 0, "assessed": {}, "failure": None, "ended_at": None}
        return self.transition(UploadState.CHECKING, etag=etag, size=size, arrived_at=at, **reset)
