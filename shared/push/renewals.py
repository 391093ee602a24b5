"""Renews the answers of watched dashboards after merges: after each, or at most once in the interval of the stage."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.push.changes import RENEWALS
from shared.records.schema import DataType

if TYPE_CHECKING:
    from shared.live.turns import Turns
    from shared.push.changes import Changes
    from shared.push.runs import PushRuns

_MERGED = frozenset(map(str, (*DataType, "quality")))


@dataclass(frozen=True, kw_only=True)
class Renewals:
    """Decides what to renew now, and schedules the rest for the end of the interval.

    Each merge requests a renewal, also while nobody watches. A renewal that was put off does not know the merges that
    requested it: it concerns all tables, and entity tags end the questions whose answers are current. So a message may
    be repeated or lost; one that never came is sent again by the clock of the pusher.

    Attributes:
        interval: the least time between two renewals; zero renews after each merge.
    """

    turns: "Turns"
    runs: "PushRuns"
    interval: timedelta

    def due(self, changes: "Changes") -> AbstractSet[str]:
        """Return the tables whose merges the answers are renewed for now."""
        if not self.interval:
            return changes.merged
        if changes.merged:
            self.turns.request(RENEWALS, lambda seconds: self._start(changes, seconds), self.interval)
        is_due = RENEWALS in changes.runs and self.turns.begin_apart(RENEWALS, self.interval)
        return _MERGED if is_due else frozenset()

    def repair(self) -> None:
        """Have a renewal made that was requested and never came."""
        if self.interval:
            self.turns.repair(RENEWALS, self._send, self.interval)

    def _start(self, changes: "Changes", seconds: int) -> None:
        if seconds:
            self._send(seconds)
        else:
            changes.runs.add(RENEWALS)

    def _send(self, seconds: int) -> None:
        self.runs.send(RENEWALS, seconds)
