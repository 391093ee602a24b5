"""Finds out what a change means for those who are connected, and requests deliveries to them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.push.changes import METRICS, Changes
from shared.push.wording import ANALYTICS
from shared.records.schema import DataType
from shared.runtime.observability import logger
from shared.runtime.parallel import all_at_once

if TYPE_CHECKING:
    from shared.live.channel_deliveries import ChannelDeliveries
    from shared.live.connections import Connections
    from shared.live.turns import Turns
    from shared.push.dashboard_pushes import DashboardPushes
    from shared.push.day_metrics import DayMetrics
    from shared.push.runs import PushRuns
    from shared.push.sessions import Sessions

_METRICS_DEPEND_ON = {DataType.DECISIONS, DataType.LABELS}


@dataclass(frozen=True, kw_only=True)
class Pusher:
    """Acts on changes."""

    connections: "Connections"
    deliveries: "ChannelDeliveries"
    sessions: "Sessions"
    metrics: "DayMetrics"
    dashboards: "DashboardPushes"
    runs: "PushRuns"
    turns: "Turns"

    def push(self, bodies: Iterable[str]) -> None:
        """Act on messages of the push queue; safe to repeat.

        What fails holds up nothing else; its error is raised once everything has been tried.
        """
        changes = Changes.of(bodies)
        every: dict[str, Callable[[], object]] = {
            "metrics": lambda: self._push_metrics(changes),
            "dashboards": lambda: self.dashboards.push(changes),
        }
        if changes.is_due:
            every |= {
                "sessions": self._end_sessions,
                "lost metrics": lambda: self.runs.repair(METRICS),
                "lost events": lambda: self.deliveries.repair(ANALYTICS),
                "lost dashboards": self.dashboards.repair,
                "lost renewals": self.dashboards.renewals.repair,
            }
        all_at_once(every)

    def _push_metrics(self, changes: Changes) -> None:
        if changes.merged & _METRICS_DEPEND_ON and self._has_listeners(ANALYTICS):
            self.turns.request(METRICS, lambda seconds: self._refresh_after(seconds, changes))
        if METRICS in changes.runs:
            self.turns.begin(METRICS)
            self.metrics.refresh()

    def _end_sessions(self) -> None:
        logger().info("sessions checked", ended=self.sessions.end_expired())

    def _refresh_after(self, seconds: int, changes: Changes) -> None:
        if seconds:
            self.runs.send(METRICS, seconds)
        else:
            changes.runs.add(METRICS)

    def _has_listeners(self, channel: str) -> bool:
        return any(True for _ in self.connections.listeners(f"{channel} "))
