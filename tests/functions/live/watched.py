"""A dashboard with widgets whose answers a test sets, as it is stored, answered and pushed by the platform."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from shared.alerts.parameters import AlertsQuery
from shared.app.wiring import Wiring
from shared.dashboards.data import DashboardData
from shared.dashboards.models import Dashboard, DashboardRequest
from shared.dashboards.refresher import WidgetRefresher
from shared.push.dashboard_channel import DashboardChannel
from shared.push.deliverer import Channel, Deliverer
from shared.push.deliverer_provider import for_deliveries
from shared.push.pusher import Pusher
from shared.runtime.deadline import Timeout
from tests.fakes.identities import Visitor
from tests.fakes.live_clients import LiveClients, event_message

Data = TypeVar("Data", bound=WidgetRefresher)

SEVERITIES = ("low", "medium", "high", "critical")


@dataclass
class Alerts:
    """The alerts of each severity, and how often they were asked for."""

    bodies: dict[str, Any] = field(default_factory=lambda: {each: {"alerts": []} for each in SEVERITIES})
    asked: list[str] = field(default_factory=list)
    failure: Exception | None = None
    ready: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        """Answer at once, until a test has answers take longer."""
        self.ready.set()

    def list(self, query: AlertsQuery) -> Any:
        """Return the body of the route."""
        severity = str(query.severity)
        self.asked.append(severity)
        self.ready.wait()
        if self.failure is not None:
            raise self.failure
        return self.bodies[severity]


@dataclass
class Watched:
    """A dashboard, those who watch it, and the functions."""

    live: LiveClients
    owner: Visitor
    alerts: Alerts
    dashboard: Dashboard
    wired: Wiring
    further: Mapping[str, Any] = field(default_factory=dict)
    """The reports of other sources that a test sets."""

    @property
    def channel(self) -> str:
        """The channel of the dashboard."""
        return f"dashboards/{self.dashboard.dashboard_id}"

    def connect(self, visitor: Visitor | None = None) -> str:
        """Watch the dashboard."""
        return self.live.connect(self.channel, visitor=visitor or self.owner)

    def change(self, **bodies: Any) -> None:
        """Let alerts change, and push what follows from it."""
        for severity, number in bodies.items():
            self.alerts.bodies[severity] = {"alerts": [], "number": number}
        self.push("tally.alerts", "alert changed", {"alert_id": "a-1"})

    def edit(self, *severities: str, is_public: bool = True) -> None:
        """Let the owner replace the widgets."""
        changed = self.wired.dashboards.replace(self.dashboard, request(*severities, is_public=is_public))
        self.dashboard = changed
        self.push("tally.dashboards", "dashboard changed", {"dashboard_id": changed.dashboard_id, "change": "updated"})

    def delete(self) -> None:
        """Let the owner delete it."""
        self.wired.dashboards.delete(self.dashboard)
        detail = {"dashboard_id": self.dashboard.dashboard_id, "change": "deleted"}
        self.push("tally.dashboards", "dashboard changed", detail)

    def push(self, source: str, detail_type: str, detail: Mapping[str, Any]) -> None:
        """Hand an event to the pusher."""
        self.pusher.push([event_message(source, detail_type, detail)])

    @property
    def pusher(self) -> Pusher:
        """The pusher."""
        pusher = self.wired.pusher
        data = self._with_alerts(pusher.dashboards.data)
        return replace(pusher, dashboards=replace(pusher.dashboards, data=data))

    @property
    def deliverer(self) -> Deliverer:
        """The deliverer."""
        return self.deliverer_of(for_deliveries(self.wired.dashboard_data, self.wired.settings.dashboard_renewal))

    @property
    def impatient_deliverer(self) -> Deliverer:
        """A deliverer that waits for widgets hardly at all."""
        return self.deliverer_of(replace(self.wired.dashboard_data, patience=Timeout(seconds=0)))

    def deliverer_of(self, given: DashboardData) -> Deliverer:
        """The deliverer of this data."""
        wired = self.wired
        channel = DashboardChannel(
            dashboards=wired.dashboard_reader,
            data=self._with_alerts(given),
            renewal=wired.settings.dashboard_renewal,
            deliveries=wired.deliveries,
            turns=wired.turns,
            clock=self.live.clock,
        )
        return replace(wired.deliverer, dashboards=Channel(begin=channel.begin, plans=channel.plans))

    def _with_alerts(self, data: Data) -> Data:
        reports = replace(data.reports, **{"alerts": self.alerts, **self.further})
        return replace(data, reports=reports)

    def received(self, connection: str) -> list[Any]:
        """Make all deliveries, and return what a connection was sent."""
        self.live.deliver(self.deliverer)
        return self.live.gateway.read(connection)


def watch(live: LiveClients) -> Watched:
    """Store a public dashboard with two widgets."""
    owner = live.visitor(owner="ann")
    dashboard = live.wired.dashboards.add(request("low", "high"), "ann")
    return Watched(live, owner, Alerts(), dashboard, live.wired)


def request(*severities: str, is_public: bool = True) -> DashboardRequest:
    """A dashboard with a widget of each severity, called as it."""
    widgets = [
        {
            "widget_id": severity,
            "type": "table",
            "title": severity,
            "position": {"x": 0, "y": place, "w": 12, "h": 1},
            "configuration": {"source": "alerts", "severity": severity},
            "refresh_interval": 60,
        }
        for place, severity in enumerate(severities)
    ]
    return DashboardRequest.model_validate(
        {"name": "Alerts", "category": "operations", "widgets": widgets, "is_public": is_public}
    )
