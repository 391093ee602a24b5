"""Finds the files that arrived and are not in the ledger yet."""

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from shared.ingestion.uploads.state import Upload, UploadState
from shared.records.schema import DataType
from shared.runtime.parallel import all_at_once

if TYPE_CHECKING:
    from shared.ingestion.uploads.store import UploadStore
    from shared.lake.storage.object_store import LakeStore

MOST_UPLOADS = 200
"""Unfinished uploads of a type that are read."""

_MOST_LISTED = 16
"""Uploads of a type whose file is looked for; that of each further one counts as arrived."""

_AT_ONCE = 8


@dataclass(frozen=True, kw_only=True)
class AcceptedFiles:
    """Reads the index of unfinished uploads, which is empty most of the time.

    Of an upload that the loader has not noticed yet, only the lake bucket knows whether its file arrived.
    """

    uploads: "UploadStore"
    lake: "LakeStore"

    def waiting(self, data_types: Collection[DataType]) -> Mapping[DataType, Sequence[Upload] | None]:
        """Return the uploads of each type whose file is being loaded or waits for it; None behind too many."""
        found = all_at_once({data_type: partial(self._waiting, data_type) for data_type in data_types})
        return {data_type: found[data_type] for data_type in data_types}

    def _waiting(self, data_type: DataType) -> Sequence[Upload] | None:
        found = list(self.uploads.unfinished(data_type, MOST_UPLOADS + 1))
        return None if len(found) > MOST_UPLOADS else self._arrived(found)

    def _arrived(self, uploads: Sequence[Upload]) -> Sequence[Upload]:
        taken = [each for each in uploads if each.is_processing]
        unnoticed = [each for each in uploads if each.state is UploadState.AWAITED]
        listed, others = unnoticed[:_MOST_LISTED], unnoticed[_MOST_LISTED:]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            has_file = pool.map(lambda upload: any(self.lake.names(upload.key)), listed)
            return [*taken, *(each for each, arrived in zip(listed, has_file, strict=True) if arrived), *others]
