"""The plan of a reconciliation: what its commit means for the ledger.

It is written before the commit, whose summary names it, so both take effect at once: a plan that the summary of the
table's head names was committed, and whoever finds it records what is not recorded yet. Merges carry the name on; a
reconciliation completes the one before it first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from shared.lake.storage.object_store import StoredObject
    from shared.lake.table.port import TableSnapshot

RECONCILIATION = "tally.reconciliation"
"""The key in a snapshot's summary of the key of the plan of the last reconciliation."""


@dataclass(frozen=True, kw_only=True)
class ReconciliationPlan:
    """What a reconciliation found.

    `moves` has, by delivery, the number of rows by the outcome that they have besides, or instead of, loaded; also of
    deliveries whose rows are replaced. `receipt` is the receipt of the commit, and `days` are those that lost rows.
    """

    receipt: str
    days: Sequence[str]
    moves: Mapping[str, Mapping[str, int]]

    def to_json(self) -> bytes:
        """Write the plan."""
        return orjson.dumps({"receipt": self.receipt, "days": list(self.days), "moves": self.moves})

    @staticmethod
    def read(stored: "StoredObject") -> "ReconciliationPlan":
        """Read a plan."""
        return ReconciliationPlan(**orjson.loads(stored.body))


def last_reconciliation(snapshot: "TableSnapshot") -> dict[str, str]:
    """Return what the commit of a merge carries on of the summary of the snapshot before it."""
    return {name: key for name, key in snapshot.summary.items() if name == RECONCILIATION}
