"""Cancels the rows of a batch that are in the incoming prefix of the lake and not merged yet."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shared.lake.storage.paths import IncomingKey, IncomingKind, cancellation_key, incoming_prefix
from shared.ledger.entry import LedgerEntry

if TYPE_CHECKING:
    from shared.lake.storage.object_store import LakeStore
    from shared.ledger.store import Ledger
    from shared.records.schema import DataType


@dataclass(frozen=True, kw_only=True)
class Cancellation:
    """Writes cancellation markers beside incoming objects; a merge ignores those for rows that it has merged before."""

    lake: "LakeStore"
    ledger: "Ledger"

    def cancel_pending(self, data_type: "DataType", batch_id: str) -> int:
        """Cancel every object of a batch, or of its parts, that is not merged yet; return the number of objects.

        Only names that start with the batch id are listed, however many deliveries wait. Redriven rows do not belong to
        the batch any more and are not cancelled.
        """
        listed = self.lake.names(f"{incoming_prefix(data_type)}{batch_id}")
        names = (IncomingKey.parse(name.key) for name in listed)
        waiting = [
            each
            for each in names
            if each and each.kind is IncomingKind.ROWS and _belongs_to(each.delivery_id, batch_id)
        ]
        entries = {delivery_id: self.ledger.get(delivery_id) for delivery_id in {each.delivery_id for each in waiting}}
        own = [each for each in waiting if _is_own(each, entries[each.delivery_id])]
        for delivery_id in sorted({each.delivery_id for each in own}):
            self.ledger.update(delivery_id, _mark_cancelled)
        self.lake.put_all((cancellation_key(data_type, f"{each.delivery_id}{each.redrive}"), b"") for each in own)
        return len(own)


def _belongs_to(delivery_id: str, batch_id: str) -> bool:
    return delivery_id == batch_id or delivery_id.startswith(f"{batch_id}~p")


def _is_own(name: IncomingKey, entry: LedgerEntry | None) -> bool:
    return entry is not None and (not name.redrive or name.redrive.removeprefix("~r") in entry.resumes)


def _mark_cancelled(entry: LedgerEntry | None) -> LedgerEntry:
    if entry is None:
        raise LookupError("the ledger entry no longer exists")
    return replace(entry, cancelled=True)
