"""One upload and its life: from the address it may be put at, through its parts, to loaded, failed or cancelled."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Self

from shared.ingestion.models import DataFormat
from shared.lake.files.options import Compression
from shared.lake.storage.paths import upload_key
from shared.quality.state import QualityState
from shared.quality.store import unpacked
from shared.records.schema import DataType
from shared.runtime.errors import Conflict
from shared.runtime.models import Model

LEASE = timedelta(minutes=3)
"""For so long after its last sign of life a run of the loader has a file to itself."""
_MOST_TRIES = 5
_PART_DIGITS = 5


class UploadState(StrEnum):
    """Where an upload stands."""

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
        _S.EXPIRED: frozenset({_S.CHECKING}),  # begun in time, and a slow line
        _S.CHECKING: frozenset({_S.LOADING, _S.FAILED, _S.CANCELLED}),
        _S.LOADING: frozenset({_S.LOADED, _S.FAILED, _S.CANCELLED}),
        _S.LOADED: frozenset({_S.CANCELLED, _S.CHECKING}),
        _S.FAILED: frozenset({_S.CHECKING}),
        _S.CANCELLED: frozenset({_S.CHECKING}),
    }
)
_AT_WORK = frozenset({_S.CHECKING, _S.LOADING})


class Failure(Model):
    """Why an upload failed as a whole: what `ProcessingError` tells of it, its sample as JSON text."""

    code: str
    message: str
    stage: str
    first_row: int | None = None
    sample: str | None = None


class Upload(Model):
    """What was announced, what arrived, and how far it is read; every change makes a new one.

    A file is read twice, in the same parts: once to be checked, once to be loaded. `parts` counts those that are done
    in the pass under way; `cuts` are the rows of each part that the check has found.
    """

    batch_id: str
    source_id: str
    data_type: DataType
    format: DataFormat
    compression: Compression | None = None
    created_at: datetime
    expires_at: datetime
    options: Mapping[str, Any] = {}
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
        """Where in the lake bucket the file lies."""
        return upload_key(self.data_type, self.batch_id)

    @property
    def arrival(self) -> datetime:
        """When the file arrived.

        Raises:
            ValueError: it has not.
        """
        if self.arrived_at is None:
            raise ValueError(f"the file of {self.batch_id} has not been uploaded")
        return self.arrived_at

    @property
    def quality(self) -> QualityState:
        """What the check has counted so far."""
        return unpacked(self.assessed) if self.assessed else QualityState()

    @property
    def rows(self) -> int:
        """How many rows the parts have that are done in the pass under way."""
        return sum(self.cuts[: self.parts])

    @property
    def total_rows(self) -> int:
        """How many rows are known of."""
        return sum(self.cuts)

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done about it."""
        return self.state is UploadState.AWAITED or self.state in _AT_WORK or not self.settled

    @property
    def is_at_work(self) -> bool:
        """Whether its file is being read, or shall be."""
        return self.state in _AT_WORK

    @property
    def is_worn_out(self) -> bool:
        """Whether too many runs in a row have come to nothing."""
        return self.tries > _MOST_TRIES

    def is_leased(self, at: datetime) -> bool:
        """Whether a run has the file to itself at this moment."""
        return self.leased_until is not None and at < self.leased_until

    def part_origin(self, number: int) -> str:
        """The name of a part's delivery: numbers begin at 1."""
        return f"{self.batch_id}~p{number:0{_PART_DIGITS}d}"

    def moved(self, to: UploadState, **changes: Any) -> Self:
        """The upload in another state.

        Raises:
            Conflict: there is no way from this state to that.
        """
        if to not in _MOVES[self.state]:
            raise Conflict(f"The upload {self.batch_id} is {self.state}; it cannot become {to}")
        return self.model_copy(update={"state": to, **changes})

    def arrived(self, *, etag: str, size: int, at: datetime) -> Self:
        """The file is there: from now on it is this object, whatever else is put in its place."""
        return self.moved(UploadState.CHECKING, etag=etag, size=size, arrived_at=at, failure=None, ended_at=None)

    def leased(self, to: str, at: datetime) -> Self:
        """A run takes the file in hand."""
        return self.model_copy(update={"leased_to": to, "leased_until": at + LEASE, "tries": self.tries + 1})

    def released(self) -> Self:
        """The run lets go of it."""
        return self.model_copy(update={"leased_to": "", "leased_until": None})

    def advanced(self, *, rows: int, bytes_read: int, at: datetime, assessed: Mapping[str, Any] | None = None) -> Self:
        """One more part is done, of so many rows, up to this byte."""
        cuts = (*self.cuts[: self.parts], rows) if self.state is UploadState.CHECKING else self.cuts
        done = {"parts": self.parts + 1, "cuts": cuts, "bytes_read": bytes_read, "tries": 0}
        return self.model_copy(update={**done, "leased_until": at + LEASE, "assessed": assessed or self.assessed})

    def checked(self) -> Self:
        """Every part is checked: now they are loaded, from the first one on."""
        return self.moved(UploadState.LOADING, parts=0, bytes_read=0, tries=0)

    def loaded(self) -> Self:
        """Every part is a delivery: what is left is theirs to meet their fates."""
        return self.moved(UploadState.LOADED)

    def failed(self, failure: Failure, at: datetime) -> Self:
        """The upload has come to nothing; the rows that were seen are still to be accounted for."""
        return self.moved(UploadState.FAILED, failure=failure, ended_at=at, settled=False)

    def expired(self, failure: Failure, at: datetime) -> Self:
        """Nothing was put there in time."""
        return self.moved(UploadState.EXPIRED, failure=failure, ended_at=at)

    def cancelled(self, at: datetime) -> Self:
        """What has not merged shall not; what was read or begun is still to be accounted for."""
        return self.moved(UploadState.CANCELLED, ended_at=at, settled=self.state is UploadState.AWAITED)

    def accounted_for(self) -> Self:
        """Every row that was seen of it has its line in the ledger."""
        return self.model_copy(update={"settled": True})

    def resumed(self, *, etag: str, size: int, at: datetime) -> Self:
        """What was failed or cancelled begins anew; parts that are loaded already will be passed over."""
        anew = {"parts": 0, "cuts": (), "bytes_read": 0, "tries": 0, "assessed": {}, "failure": None, "ended_at": None}
        return self.moved(UploadState.CHECKING, etag=etag, size=size, arrived_at=at, **anew)
