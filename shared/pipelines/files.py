"""Finds the files that arrived and are not loaded yet."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from shared.ingestion.uploads.registration import URL_LIFETIME
from shared.ingestion.uploads.state import Upload, UploadState
from shared.pipelines.observation import WaitingFile

if TYPE_CHECKING:
    from shared.ingestion.uploads.store import UploadStore
    from shared.lake.storage.object_store import LakeStore

_MOST_FILES = 200
_MOST_LISTED = 20
_AT_ONCE = 8


@dataclass(frozen=True, kw_only=True)
class WaitingFiles:
    """Reads uploads that are not finished.

    Of an upload that the loader has not noticed, only the lake bucket knows whether its file arrived. It is looked for
    once the address for it has expired: later than that, none can be under way.
    """

    uploads: "UploadStore"
    lake: "LakeStore"

    def at(self, at: datetime) -> list[WaitingFile]:
        """Return the oldest files that are not loaded yet."""
        found = list(islice(self.uploads.open(at), _MOST_FILES))
        taken = [_waiting(each, at) for each in found if each.state is not UploadState.AWAITED]
        unnoticed = [
            each for each in found if each.state is UploadState.AWAITED and each.created_at + URL_LIFETIME < at
        ]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            arrived = pool.map(lambda upload: list(self._arrived(upload)), unnoticed[:_MOST_LISTED])
            return [*taken, *(each for files in arrived for each in files)]

    def _arrived(self, upload: Upload) -> Iterator[WaitingFile]:
        for each in self.lake.names(upload.key):
            made_at = datetime.fromtimestamp(each.made_at, UTC)
            yield WaitingFile(since=made_at, is_taken=False, is_in_process=False, rows=None)


def _waiting(upload: Upload, at: datetime) -> WaitingFile:
    return WaitingFile(
        since=upload.arrived_at or upload.created_at,
        is_taken=True,
        is_in_process=upload.is_leased(at),
        rows=None if upload.state is UploadState.CHECKING else upload.total_rows - upload.rows,
    )
