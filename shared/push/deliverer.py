"""Brings connections up to date: what each is to be sent is decided by what it has been sent, not by the request."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.live.deliveries import Delivery
from shared.live.posting import Letter, Posted
from shared.push.plans import Plan, numbered
from shared.push.sessions import Ending
from shared.push.wording import ANALYTICS
from shared.runtime.observability import count, logger

if TYPE_CHECKING:
    from shared.live.connections import Connection, Connections
    from shared.live.deliveries import Deliveries
    from shared.live.posting import Poster
    from shared.push.sessions import Sessions
    from shared.runtime.models import Clock

MOST_CONNECTIONS = 500
"""Connections that one invocation sends to; more are divided into slices."""

_YOUNG = timedelta(seconds=10)
_RETRIES = (1, 2, 8, 30)
"""Seconds before each further attempt for one connection; the next change is another one."""


@dataclass(frozen=True, kw_only=True)
class Channel:
    """A kind of channel.

    Attributes:
        begin: notes that everything that changed before now is being delivered to all of the channel.
        plans: returns what its connections are to be sent.
    """

    begin: Callable[[str], None]
    plans: "Callable[[str, Sequence[Connection]], Iterable[Plan]]"


@dataclass(frozen=True, kw_only=True)
class Deliverer:
    """Delivers."""

    connections: "Connections"
    poster: "Poster"
    deliveries: "Deliveries"
    sessions: "Sessions"
    analytics: Channel
    dashboards: Channel
    clock: "Clock"
    most_connections: int = MOST_CONNECTIONS

    def deliver(self, delivery: Delivery) -> None:
        """Bring the connections that a request means up to date.

        Each connection is sent to by one invocation at a time; for those that are busy, it is requested again.
        """
        channel = self.analytics if delivery.channel == ANALYTICS else self.dashboards
        names = self._names(delivery, channel)
        if len(names) > self.most_connections and delivery.parts == 1:
            parts = -(-len(names) // self.most_connections)
            self.deliveries.request(replace(delivery, part=part, parts=parts) for part in range(parts))
            return
        plans = {each.connection.connection_id: each for each in channel.plans(delivery.channel, self._open(names))}
        begun = self.connections.begin({name: (each.connection, len(each.messages)) for name, each in plans.items()})
        posted = self.poster.post(Letter(each, _letter(plans[name])) for name, each in begun.items())
        self._settle(delivery, [plans[name] for name in begun], posted)
        self._again(delivery, plans.keys() - begun.keys())
        logger().info("delivered", channel=delivery.channel, connections=len(names), sent=len(posted))

    def _names(self, delivery: Delivery, channel: Channel) -> list[str]:
        """Return the connections that are meant."""
        if delivery.connection_id:
            return [delivery.connection_id]
        if delivery.parts == 1:
            channel.begin(delivery.channel)
        listening = self.connections.listeners(f"{delivery.channel} ")
        return [each.connection_id for each in listening if delivery.includes(each.connection_id)]

    def _open(self, names: Sequence[str]) -> "list[Connection]":
        """Return the connections that are open, and end those whose token has expired."""
        found = self.connections.get_many(names)
        self.sessions.end((each, Ending.EXPIRED) for each in found if self.sessions.has_expired(each))
        return [each for each in found if not self.sessions.has_expired(each)]

    def _settle(self, delivery: Delivery, plans: Sequence[Plan], posted: "Mapping[str, Posted]") -> None:
        """Store what was sent, forget who has gone, and try again what was not taken."""
        by_outcome = {outcome: [each for each in plans if posted[_name(each)] is outcome] for outcome in Posted}
        sent, unsent = by_outcome[Posted.SENT], by_outcome[Posted.FAILED]
        unsent += [each for each in by_outcome[Posted.GONE] if self._is_young(each.connection)]
        for plan in by_outcome[Posted.GONE]:
            if not self._is_young(plan.connection):
                self.connections.remove(_name(plan))
        self._close([each for each in sent if each.is_last])
        open_ = [each for each in sent if not each.is_last]
        self.connections.finish(replace(each.connection, progress=each.progress) for each in open_)
        self.connections.finish(each.connection for each in unsent)
        self._again(delivery, map(_name, unsent))
        for seconds in sorted({each.again_after for each in open_ if each.again_after is not None}):
            names = [_name(each) for each in open_ if each.again_after == seconds]
            self.deliveries.request(_to_each(delivery, names, attempt=0), after_seconds=seconds)

    def _close(self, plans: Iterable[Plan]) -> None:
        for plan in plans:
            self.poster.close(plan.connection)
            self.connections.remove(_name(plan))

    def _again(self, delivery: Delivery, names: Iterable[str]) -> None:
        waiting = list(names)
        if not waiting:
            return
        if delivery.attempt >= len(_RETRIES):
            count("DeliveriesGivenUp", len(waiting))
            return
        seconds = _RETRIES[delivery.attempt]
        self.deliveries.request(_to_each(delivery, waiting, attempt=delivery.attempt + 1), after_seconds=seconds)

    def _is_young(self, connection: "Connection") -> bool:
        """Whether a connection may not be open yet: its handshake is answered after it is stored."""
        return self.clock() - connection.connected_at < _YOUNG


def _name(plan: Plan) -> str:
    return plan.connection.connection_id


def _letter(plan: Plan) -> Iterator[bytes]:
    """Yield the messages as they are sent, so that a numbered copy exists only while it is sent."""
    if plan.connection.channel == ANALYTICS:
        yield from plan.messages
        return
    for place, message in enumerate(plan.messages, plan.connection.sequence + 1):
        yield numbered(message, place)


def _to_each(delivery: Delivery, names: Iterable[str], *, attempt: int) -> Iterator[Delivery]:
    for name in names:
        yield Delivery(channel=delivery.channel, connection_id=name, attempt=attempt)
