"""Ends connections whose token has expired or was revoked; the client reads the reason before they are closed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import orjson

from shared.live.posting import Letter
from shared.push.plans import numbered
from shared.push.wording import ANALYTICS, error
from shared.runtime.observability import logger

if TYPE_CHECKING:
    from shared.live.connections import Connection, Connections, Listener
    from shared.live.posting import Poster
    from shared.runtime.models import Clock


class Ending(StrEnum):
    """Why a connection is ended."""

    EXPIRED = "token_expired"
    REVOKED = "token_revoked"


_TEXTS = {
    Ending.EXPIRED: "The token has expired; connect again with a new one",
    Ending.REVOKED: "The token is no longer valid; connect again with a new one",
}
_AT_ONCE = 100


@dataclass(frozen=True, kw_only=True)
class Sessions:
    """Ends connections."""

    connections: "Connections"
    poster: "Poster"
    is_revoked: Callable[[str, str], bool]
    clock: "Clock"

    def end_expired(self) -> int:
        """End every connection whose token has expired or was revoked; return their number."""
        ending = {each.connection_id: why for each in self.connections.listeners() if (why := self._why(each))}
        names = list(ending)
        for start in range(0, len(names), _AT_ONCE):
            self.end((each, ending[each.connection_id]) for each in self._open(names[start : start + _AT_ONCE]))
        return len(ending)

    def end(self, connections: "Iterable[tuple[Connection, Ending]]") -> None:
        """Send each connection its reason, close it and forget it."""
        every = list(connections)
        self.poster.post(Letter(each, [self._farewell(each, why)]) for each, why in every)
        for each, why in every:
            self.poster.close(each)
            self.connections.remove(each.connection_id)
            logger().info("connection ended", reason=str(why), channel=each.channel)

    def has_expired(self, connection: "Connection") -> bool:
        """Whether the token of a connection has expired."""
        return connection.token_expires_at <= self.clock()

    def _why(self, listener: "Listener") -> Ending | None:
        if listener.token_expires_at <= self.clock():
            return Ending.EXPIRED
        return Ending.REVOKED if self.is_revoked(listener.key_id, listener.family) else None

    def _open(self, names: list[str]) -> "list[Connection]":
        return self.connections.get_many(names)

    def _farewell(self, connection: "Connection", why: Ending) -> bytes:
        cursor = int(connection.progress.get("cursor", 0))
        message = orjson.dumps(error(connection.channel, why, _TEXTS[why], cursor=cursor, at=self.clock()))
        return message if connection.channel == ANALYTICS else numbered(message, connection.sequence + 1)
