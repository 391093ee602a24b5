"""Labels that came before their decisions: driven again, once, when these have come."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from shared.decisions.index import Due
from shared.records.validation import DECISION_UNKNOWN
from shared.recovery.redrivable import Obstructed
from shared.runtime.errors import Conflict, Unavailable

if TYPE_CHECKING:
    from collections.abc import Collection

    from shared.decisions.index import DecisionIndex
    from shared.lake.quarantine.rejected_rows import RejectedRow
    from shared.ledger.store import Ledger
    from shared.quarantine.store import Quarantine
    from shared.recovery.redrive import Redriver

MOST_AT_ONCE = 5_000


@dataclass(frozen=True, kw_only=True)
class LateLabels:
    """Brings labels to the decisions that they were waiting for."""

    decisions: "DecisionIndex"
    ledger: "Ledger"
    quarantine: "Quarantine"
    redriver: "Redriver"

    def bring(self) -> int:
        """Drive the labels of decisions that have come since; return how many were good."""
        due = list(islice(self.decisions.due(), MOST_AT_ONCE))
        waiting: defaultdict[str, set[str]] = defaultdict(set)
        for each in due:
            for origin in each.origins:
                waiting[origin].add(each.decision_id)
        outcomes = {origin: self._drive(origin, decision_ids) for origin, decision_ids in sorted(waiting.items())}
        for each in due:
            met = frozenset(origin for origin in each.origins if outcomes[origin] is not None)
            self.decisions.settle(Due(each.decision_id, met))
        return sum(filter(None, outcomes.values()))

    def _drive(self, origin: str, decision_ids: "Collection[str]") -> int | None:
        """Drive the labels of one delivery; None if they have to be driven later.

        Those of a batch that was refused stay there as all its rows do, until somebody drives them.
        """
        entry = self.ledger.get(origin)
        if entry is None or not entry.written:
            return None
        kept = self.quarantine.index.of([(entry.received_at, origin)])
        if not kept or entry.refused:
            return 0
        rows = [row for row in self.quarantine.rows(kept[0]) if _awaited(row) & set(decision_ids)]
        try:
            return self.redriver.drive(kept[0], rows).accepted if rows else 0
        except Obstructed as obstacle:
            return None if obstacle.passes else 0
        except (Conflict, Unavailable):
            return None


def _awaited(row: "RejectedRow") -> set[str]:
    return {reason["rejected_value"] for reason in row.reasons if reason["code"] == DECISION_UNKNOWN}
