"""Takes back what a batch has brought to the lake and the merge has not taken yet."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shared.lake.storage.paths import INCOMING, Arrival, IncomingKey
from shared.ledger.entry import Entry

if TYPE_CHECKING:
    from shared.lake.storage.object_store import LakeStore
    from shared.ledger.store import Ledger


@dataclass(frozen=True, kw_only=True)
class Withdrawal:
    """Puts the marker of cancellation beside incoming objects; the merge decides which of both came first."""

    lake: "LakeStore"
    ledger: "Ledger"

    def withdraw(self, data_type: str, batch_id: str) -> int:
        """Take back every object of a batch, or of the parts of one, that still waits; return how many there were.

        What was driven again out of the quarantine is nothing of the batch's own, and stays.
        """
        names = (IncomingKey.parse(name.key) for name in self.lake.names(f"{INCOMING}/{data_type}/"))
        waiting = [each for each in names if each and each.arrival is Arrival.ROWS and _is_of(each.origin, batch_id)]
        entries = {origin: self.ledger.get(origin) for origin in {each.origin for each in waiting}}
        own = [each for each in waiting if _is_own(each, entries[each.origin])]
        for origin in sorted({each.origin for each in own}):
            self.ledger.record(origin, _cancelled)
        self.lake.put_all((each.partition.cancel_key(f"{each.origin}{each.redrive}"), b"") for each in own)
        return len(own)


def _is_of(origin: str, batch_id: str) -> bool:
    return origin == batch_id or origin.startswith(f"{batch_id}~p")


def _is_own(name: IncomingKey, entry: Entry | None) -> bool:
    return entry is not None and (not name.redrive or name.redrive.removeprefix("~r") in entry.resumes)


def _cancelled(entry: Entry | None) -> Entry:
    if entry is None:
        raise LookupError("the ledger entry no longer exists")
    return replace(entry, cancelled=True)
