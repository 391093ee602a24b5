"""Events for the connections of `/ws/analytics`, read from the log once for all of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.push.analytics_messages import Subscription
from shared.push.analytics_plans import Progress, lowest_cursor, plan
from shared.push.plans import Plan

if TYPE_CHECKING:
    from shared.live.connections import Connection
    from shared.live.event_log import EventLog
    from shared.live.turns import Turns
    from shared.runtime.models import Clock

_RECENT = 1_000
_MOST_SHARED, _MOST_REPLAYED = 3_000, 400


@dataclass(frozen=True, kw_only=True)
class AnalyticsEvents:
    """Plans what connections are sent of the log."""

    log: "EventLog"
    turns: "Turns"
    clock: "Clock"

    def begin(self, channel: str) -> None:
        """Record that all events so far are being delivered."""
        self.turns.begin(channel)
        self.log.mark_read(self.log.last_id())

    def plans(self, _: str, connections: "Sequence[Connection]") -> Iterator[Plan]:
        """Yield the plans of connections that there are events for.

        A connection far behind the others, after `since`, reads the log for itself, so that the others' events are read
        once and in bounded memory.
        """
        low = lowest_cursor(connections, above=max(0, self.log.last_id() - _RECENT))
        shared = self.log.after(low, most=_MOST_SHARED)
        for connection in connections:
            wanted = Subscription.read(connection.subscription)
            if wanted is None:
                continue
            cursor = Progress.of(connection, wanted).cursor
            tail = shared if cursor >= low else self.log.after(cursor, most=_MOST_REPLAYED)
            events = (each for each in tail.events if each.id > cursor)
            found = plan(connection, wanted, events, self.clock(), has_more=tail.is_cut)
            if found is not None:
                yield found
