"""The data of dashboards for their connections: one response for all who see the same."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shared.auth.scopes import understood
from shared.live.deliveries import Delivery
from shared.push.changes import RENEWALS
from shared.push.dashboard_plans import Shown, ending, plan
from shared.push.wording import dashboard_of
from shared.runtime.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import timedelta

    from shared.dashboards.data import DashboardData
    from shared.dashboards.models import Dashboard
    from shared.dashboards.store import DashboardReader
    from shared.live.connections import Connection
    from shared.live.deliveries import Deliveries
    from shared.live.turns import Turns
    from shared.push.plans import Plan
    from shared.runtime.models import Clock

_COMPUTING_SECONDS = 5


@dataclass(frozen=True, kw_only=True)
class DashboardChannel:
    """Plans what connections are sent of their dashboard.

    Attributes:
        renewal: the interval at which the pusher renews answers after merges; zero if it does after each.
    """

    dashboards: "DashboardReader"
    data: "DashboardData"
    renewal: "timedelta"
    deliveries: "Deliveries"
    turns: "Turns"
    clock: "Clock"

    def begin(self, channel: str) -> None:
        """Note that what has changed so far is being delivered."""
        self.turns.begin(channel)

    def plans(self, channel: str, connections: "Sequence[Connection]") -> "Iterator[Plan]":
        """Yield the plans of connections that there is something for, or that may not see the dashboard any longer."""
        if not connections:
            return
        try:
            dashboard = self.dashboards.get(dashboard_of(channel) or "")
        except NotFound:
            yield from (ending(each, "The dashboard has been deleted", self.clock()) for each in connections)
            return
        data = replace(self.data, renewed_at=self.turns.last_began(RENEWALS)) if self.renewal else self.data
        shown: dict[frozenset[str], Shown] = {}
        for connection in connections:
            if not _is_visible(dashboard, connection):
                yield ending(connection, "The dashboard is not public any longer", self.clock())
                continue
            if connection.scopes not in shown:
                shown[connection.scopes] = self._shown(data, dashboard, connection.scopes)
            found = plan(connection, shown[connection.scopes])
            if found is not None:
                yield found
        if any(each.is_unfinished for each in shown.values()):
            self.turns.request(channel, lambda _: self._look_again(channel))

    def _look_again(self, channel: str) -> None:
        """Have data that are being computed delivered once they are ready."""
        self.deliveries.request([Delivery(channel=channel)], after_seconds=_COMPUTING_SECONDS)

    def _shown(self, data: "DashboardData", dashboard: "Dashboard", scopes: frozenset[str]) -> Shown:
        found = data.answer(dashboard, understood(" ".join(scopes)))
        return Shown(dashboard=dashboard, response=found.response, is_unfinished=found.is_unfinished, at=self.clock())


def _is_visible(dashboard: "Dashboard", connection: "Connection") -> bool:
    return dashboard.is_public or dashboard.owner == connection.subject
