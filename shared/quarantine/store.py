"""The quarantine: rejected rows kept with their reasons, found again without reading what nobody asked for."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from shared.lake.quarantine.rejected_rows import Rejected, RejectedRow, rejected_rows
from shared.lake.storage.object_store import LostUpdate
from shared.quarantine.index import Kept, QuarantineIndex
from shared.runtime.errors import Unavailable
from shared.runtime.paging import Cut, Window
from shared.runtime.retries import retry

if TYPE_CHECKING:
    from shared.lake.storage.object_store import LakeStore, StoredObject
    from shared.ledger.filters import Filters

_TRIES = 8
Found = tuple[Kept, RejectedRow]


@dataclass(frozen=True, kw_only=True)
class Quarantine:
    """Keeps one object for each delivery that had rejected rows, and an index of them."""

    lake: "LakeStore"
    index: QuarantineIndex

    def keep(self, rejected: Rejected) -> None:
        """Keep the rejected rows of a delivery, instead of those that were kept before."""
        if rejected.rows:
            self.lake.put(rejected.key, rejected.written())
        else:
            stored = self.lake.get(rejected.key)
            self.lake.delete([stored] if stored else [])
        self.index.put(_summary(rejected))

    def rows(self, kept: Kept) -> list[RejectedRow]:
        """Every row that is kept of a delivery, in order."""
        stored = self.lake.get(kept.key)
        return [] if stored is None else list(rejected_rows(stored.body))

    def take_out(self, delivery: Rejected, places: Collection[int]) -> None:
        """Keep some rows of a delivery no longer; safe to repeat and to race.

        Raises:
            Unavailable: others kept changing them.
        """
        for _ in retry(_TRIES):
            stored = self.lake.get(delivery.key)
            left = replace(delivery, rows=list(rejected_rows(stored.body)) if stored else []).without(places)
            try:
                if stored and left.rows:
                    self.lake.replace(stored.key, left.written(), expected=stored)
                elif stored:
                    self._delete(stored)
                self.index.put(_summary(left))
            except LostUpdate:
                continue
            return
        raise Unavailable("Another request is changing these rows; retry later", retry_after=1)

    def _delete(self, stored: "StoredObject") -> None:
        self.lake.delete([stored])
        if self.lake.get(stored.key):
            raise LostUpdate(stored.key)

    def browse(self, filters: "Filters", code: str | None, window: Window) -> Cut[Found]:
        """The rows in a window of all that are meant: in the order of their receipt, then of their places."""
        meant = [kept for kept in self.meant(filters) if kept.rows_with(code)]

        def rows_of(kept: Kept) -> list[Found]:
            return [(kept, row) for row in self.rows(kept) if code is None or code in row.codes]

        total = sum(kept.rows_with(code) for kept in meant)
        return Cut(_cut(meant, lambda kept: kept.rows_with(code), rows_of, window), total, window)

    def meant(self, filters: "Filters") -> Iterator[Kept]:
        """The deliveries that filters mean, in the order of their receipt."""
        for kept in self.index.on(filters.days):
            if filters.mean(kept.source_id, kept.data_type, kept.received_at):
                yield kept

    def reasons(self, kepts: Iterable[Kept], window: Window) -> Cut[tuple[int, dict[str, Any]]]:
        """The reasons in a window of all that speak against rows of these deliveries, each with its row's place."""
        meant = list(kepts)

        def reasons_of(kept: Kept) -> list[tuple[int, dict[str, Any]]]:
            return [(row.place, reason) for row in self.rows(kept) for reason in row.reasons]

        total = sum(kept.reasons for kept in meant)
        return Cut(_cut(meant, lambda kept: kept.reasons, reasons_of, window), total, window)


def _cut(
    kepts: Iterable[Kept], size_of: Callable[[Kept], int], read: Callable[[Kept], list[Any]], window: Window
) -> list[Any]:
    """Cut a window out of what deliveries have, one behind the other; only those that reach into it are read."""
    found: list[Any] = []
    begin, end = window.offset, window.offset + window.limit
    position = 0
    for kept in kepts:
        first, position = position, position + size_of(kept)
        if position > begin and first < end:
            found += islice(read(kept), max(begin - first, 0), end - first)
    return found


def _summary(rejected: Rejected) -> Kept:
    return Kept(
        origin=rejected.origin,
        source_id=rejected.source_id,
        data_type=rejected.data_type,
        received_at=rejected.received_at,
        rows=len(rejected.rows),
        reasons=sum(len(row.reasons) for row in rejected.rows),
        codes=rejected.codes,
    )
