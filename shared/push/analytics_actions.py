"""What clients of `/ws/analytics` may do: subscribe, unsubscribe, and see whether they are still connected."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from shared.live.deliveries import Delivery
from shared.push.analytics_messages import DecisionFilters, EventKind, Subscribe, Subscription, Unsubscribe
from shared.push.conversation import Action, Ping, cursor_of
from shared.push.wording import ANALYTICS, analytics_message

if TYPE_CHECKING:
    from shared.live.connections import Connection, Connections
    from shared.live.deliveries import Deliveries
    from shared.live.event_log import EventLog
    from shared.runtime.models import Clock


@dataclass(frozen=True, kw_only=True)
class AnalyticsActions:
    """Acts on messages.

    Attributes:
        request_metrics: has the KPIs of the day computed, because somebody looks at them now.
    """

    connections: "Connections"
    deliveries: "Deliveries"
    log: "EventLog"
    request_metrics: Callable[[], None]
    clock: "Clock"

    def by_name(self) -> Mapping[str, Action]:
        """Return the actions by name."""
        return {
            "subscribe": Action(Subscribe, self._subscribe),
            "unsubscribe": Action(Unsubscribe, self._unsubscribe),
            "ping": Action(Ping, lambda connection, _: self._message("pong", {}, cursor_of(connection))),
        }

    def _subscribe(self, connection: "Connection", message: Subscribe) -> dict[str, Any]:
        """Replace the subscription; with `since`, what was missed is sent next."""
        last = self.log.last_id()
        start = last if message.since is None else min(message.since, last)
        has_gap = message.since is not None and self.log.after(message.since, most=1).has_gap
        wanted = Subscription(
            revision=connection.sequence,
            events=list(dict.fromkeys(message.events)),
            filters=message.filters,
            start=start,
            replayed_through=last,
        )
        self.connections.subscribe(connection, wanted.document())
        if start < last:
            self.deliveries.request([Delivery(channel=ANALYTICS, connection_id=connection.connection_id)])
        if {EventKind.DECISION, EventKind.METRICS} & {*wanted.events}:
            self.request_metrics()
        return self._said("subscribed", wanted, gap=has_gap)

    def _unsubscribe(self, connection: "Connection", message: Unsubscribe) -> dict[str, Any]:
        stored = Subscription.read(connection.subscription)
        if stored is None:
            return self._message("unsubscribed", {"events": []}, cursor_of(connection))
        left = [each for each in stored.events if message.events is not None and each not in message.events]
        wanted = replace(stored, events=left)
        self.connections.subscribe(connection, wanted.document())
        return self._message("unsubscribed", {"events": left}, cursor_of(connection))

    def _said(self, event: str, wanted: Subscription, *, gap: bool) -> dict[str, Any]:
        data = {
            "events": list(wanted.events),
            "filters": _document(wanted.filters),
            **({"gap": True} if gap else {}),
        }
        return self._message(event, data, wanted.start)

    def _message(self, event: str, data: Mapping[str, Any], cursor: int) -> dict[str, Any]:
        return analytics_message(event, data, cursor=cursor, at=self.clock())


def _document(filters: DecisionFilters) -> dict[str, Any]:
    return filters.model_dump(mode="json", by_alias=True, exclude_none=True)
