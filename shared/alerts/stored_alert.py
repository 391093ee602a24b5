"""An alert as it is stored, and how its status may change. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from shared.alerts.models import Alert, HistoryEntry
from shared.alerts.vocabulary import AlertStatus
from shared.notifications.models import NotificationTarget
from shared.runtime.errors import Conflict

MOVES: Mapping[AlertStatus, tuple[AlertStatus, ...]] = {
    AlertStatus.ACTIVE: (AlertStatus.ACKNOWLEDGED, AlertStatus.RESOLVED),
    AlertStatus.ACKNOWLEDGED: (AlertStatus.RESOLVED,),
    AlertStatus.RESOLVED: (),
}
"""The statuses that may follow each."""


class IllegalMove(Conflict):
    """An alert cannot get a status from the one that it has."""


@dataclass(frozen=True, kw_only=True)
class StoredAlert:
    """An alert with what responses do not contain.

    Attributes:
        alert: the alert.
        key: the key of its group.
        rule_version: the version of the rule that raised it.
        targets: who is notified of it: the targets of the rule when it was raised, with secrets.
        is_announced: whether its firing was notified; what follows is notified only then.
        revision: number of its changes.
    """

    alert: Alert
    key: str
    rule_version: int
    targets: tuple[NotificationTarget, ...]
    is_announced: bool
    revision: int = 0

    def acknowledged(self, at: datetime, by: str, note: str | None) -> Self:
        """Return it acknowledged.

        Raises:
            IllegalMove: it is resolved.
        """
        return self._moved(AlertStatus.ACKNOWLEDGED, at, by, note, {"acknowledged_at": at, "acknowledged_by": by})

    def resolved(self, at: datetime, by: str, note: str | None, cleared_at: datetime | None = None) -> Self:
        """Return it resolved, because it cleared or because somebody says so.

        Raises:
            IllegalMove: it is resolved already.
        """
        return self._moved(
            AlertStatus.RESOLVED, at, by, note, {"resolved_at": at, "resolved_by": by, "cleared_at": cleared_at}
        )

    def updated(self, **changes: Any) -> Self:
        """Return it with other values of some fields of the alert."""
        return replace(self, alert=self.alert.model_copy(update=changes))

    def _moved(  # what an entry of the history has
        self, status: AlertStatus, at: datetime, by: str, note: str | None, changes: Mapping[str, Any]
    ) -> Self:
        before = self.alert.status
        if status not in MOVES[before]:
            raise IllegalMove(f"The alert is {before}; it cannot become {status}")
        entry = HistoryEntry(at=at, status=status, by=by, note=note)
        history = [*self.alert.history, entry]
        note = self.alert.note if note is None else note
        return self.updated(status=status, history=history, note=note, **changes)
