"""Redrives labels that were received before their decisions, once these are known."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from shared.decisions.models import ResolvedDecision
from shared.records.validation import DECISION_UNKNOWN
from shared.recovery.redrivable import RedriveBlocked
from shared.runtime.errors import Conflict, Unavailable

if TYPE_CHECKING:
    from collections.abc import Collection

    from shared.decisions.index import DecisionIndex
    from shared.lake.quarantine.rejected_rows import RejectedRow
    from shared.ledger.store import Ledger
    from shared.quarantine.store import Quarantine
    from shared.recovery.redrive import Redriver

MAX_DECISIONS = 5_000


@dataclass(frozen=True, kw_only=True)
class LateLabels:
    """Redrives labels that wait for a decision."""

    decisions: "DecisionIndex"
    ledger: "Ledger"
    quarantine: "Quarantine"
    redriver: "Redriver"

    def redrive_due(self) -> int:
        """Redrive the labels whose decision has been received since; return how many were valid."""
        due = list(islice(self.decisions.resolved(), MAX_DECISIONS))
        waiting: defaultdict[str, set[str]] = defaultdict(set)
        for each in due:
            for delivery_id in each.delivery_ids:
                waiting[delivery_id].add(each.decision_id)
        outcomes = {
            delivery_id: self._redrive_delivery(delivery_id, decision_ids)
            for delivery_id, decision_ids in sorted(waiting.items())
        }
        for each in due:
            cleared = frozenset(delivery_id for delivery_id in each.delivery_ids if outcomes[delivery_id] is not None)
            self.decisions.clear(ResolvedDecision(each.decision_id, cleared))
        return sum(filter(None, outcomes.values()))

    def _redrive_delivery(self, delivery_id: str, decision_ids: "Collection[str]") -> int | None:
        """Redrive the labels of one delivery; return the number of valid rows, or None to retry later.

        Labels of a rejected batch remain in quarantine with all its rows until a client redrives them.
        """
        entry = self.ledger.get(delivery_id)
        if entry is None or not entry.written:
            return None
        quarantined = self.quarantine.index.get_many([(entry.received_at, delivery_id)])
        if not quarantined or entry.refused:
            return 0
        rows = [row for row in self.quarantine.rows(quarantined[0]) if _awaited_decisions(row) & set(decision_ids)]
        try:
            return self.redriver.run(quarantined[0], rows).accepted if rows else 0
        except RedriveBlocked as blocked:
            return None if blocked.transient else 0
        except (Conflict, Unavailable):
            return None


def _awaited_decisions(row: "RejectedRow") -> set[str]:
    return {reason["rejected_value"] for reason in row.reasons if reason["code"] == DECISION_UNKNOWN}
