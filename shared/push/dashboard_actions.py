"""What clients of `/ws/dashboards/{id}` may do: have everything sent again, choose widgets, and ping."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.live.deliveries import Delivery
from shared.push.conversation import Action, Ping, Unusable
from shared.push.wording import dashboard_message, dashboard_of
from shared.runtime.errors import NotFound

if TYPE_CHECKING:
    from shared.dashboards.store import DashboardReader
    from shared.live.connections import Connection, Connections
    from shared.live.deliveries import Deliveries
    from shared.runtime.models import Clock


class Refresh(BaseModel):
    """A request for the whole data again."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["refresh"]


class ChooseWidgets(BaseModel):
    """A request for some widgets only; without ids, for all."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["subscribe"]
    widget_ids: Annotated[list[Annotated[str, Field(max_length=50)]] | None, Field(max_length=50)] = None


@dataclass(frozen=True, kw_only=True)
class DashboardActions:
    """Acts on messages; refreshes and choices are answered by the data themselves."""

    connections: "Connections"
    deliveries: "Deliveries"
    dashboards: "DashboardReader"
    clock: "Clock"

    def by_name(self) -> Mapping[str, Action]:
        """Return the actions by name."""
        return {
            "refresh": Action(Refresh, self._refresh, is_answered=False),
            "subscribe": Action(ChooseWidgets, self._choose, is_answered=False),
            "ping": Action(Ping, lambda _, __: dashboard_message("pong", self.clock())),
        }

    def _refresh(self, connection: "Connection", _: Refresh) -> None:
        self._send_all(connection, connection.subscription.get("widget_ids"))

    def _choose(self, connection: "Connection", message: ChooseWidgets) -> None:
        if message.widget_ids is not None:
            self._require_known(connection, message.widget_ids)
        self._send_all(connection, message.widget_ids or None)

    def _require_known(self, connection: "Connection", widget_ids: list[str]) -> None:
        try:
            dashboard = self.dashboards.get(dashboard_of(connection.channel) or "")
        except NotFound:
            return  # the delivery ends the connection
        unknown = sorted({*widget_ids} - {each.widget_id for each in dashboard.widgets})
        if unknown:
            raise Unusable("unknown_widgets", f"/widget_ids has ids of no widget: {', '.join(unknown)}")

    def _send_all(self, connection: "Connection", widget_ids: list[str] | None) -> None:
        """Begin a new subscription, of which nothing has been sent."""
        revision = connection.subscription.get("revision", 0) + 1
        wanted: dict[str, Any] = {"revision": revision, "widget_ids": widget_ids}
        self.connections.subscribe(connection, wanted)
        self.deliveries.request([Delivery(channel=connection.channel, connection_id=connection.connection_id)])
