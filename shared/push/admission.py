"""Lets clients in: who may listen to a channel, and how many connections a user may have."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.auth.scopes import scope_of_channel
from shared.auth.verifier import require
from shared.live.connections import Connection
from shared.live.deliveries import Delivery
from shared.live.posting import endpoint_of
from shared.push.wording import ANALYTICS, dashboard_of
from shared.runtime.errors import NotFound, RateLimitExceeded
from shared.runtime.observability import logger

if TYPE_CHECKING:
    from shared.auth.models import Caller
    from shared.auth.verifier import Verifier
    from shared.live.connections import Connections
    from shared.live.deliveries import Deliveries
    from shared.runtime.models import Clock

_RETRY_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Admission:
    """Admits connections.

    Attributes:
        require_dashboard: rejects a caller who may not see a dashboard.
        most_of_subject: connections that a user may have open; a few more if they are opened at the same moment.
        emulator_url: address of the emulator; empty in AWS.
    """

    verifier: "Verifier"
    connections: "Connections"
    deliveries: "Deliveries"
    require_dashboard: "Callable[[str, Caller], object]"
    most_of_subject: int
    emulator_url: str
    clock: "Clock"

    def admit(self, context: Mapping[str, str], channel: str, token: str | None) -> None:
        """Store a connection, and have a dashboard sent to it once it is open.

        Args:
            context: the request context of the handshake.
            channel: what the client wants to listen to.
            token: its access token.

        Raises:
            Unauthorized: the token is missing or invalid.
            Forbidden: the token lacks the scope of the channel.
            NotFound: the channel does not exist, or is a dashboard that the caller may not see.
            RateLimitExceeded: the user has too many connections.
        """
        claims = self.verifier.claims(token)
        caller = claims.caller
        require(scope_of_channel(channel), caller)
        dashboard_id = dashboard_of(channel)
        if dashboard_id is not None:
            self.require_dashboard(dashboard_id, caller)
        elif channel != ANALYTICS:
            raise NotFound("There is no such channel")
        self._limit(caller.subject)
        now = self.clock()
        connection = Connection(
            connection_id=context["connectionId"],
            channel=channel,
            endpoint=endpoint_of(context, self.emulator_url),
            subject=caller.subject,
            key_id=caller.key_id,
            family=claims.family,
            scopes=frozenset(map(str, caller.scopes)),
            token_expires_at=claims.expires_at or now,
            connected_at=now,
        )
        self.connections.add(connection)
        if dashboard_id is not None:
            self.deliveries.request([Delivery(channel=channel, connection_id=connection.connection_id)])
        logger().info("client admitted", channel=channel, key_id=caller.key_id, subject=caller.subject)

    def _limit(self, subject: str) -> None:
        if self.connections.count_of(subject) >= self.most_of_subject:
            raise RateLimitExceeded(
                f"A user may have {self.most_of_subject} connections at once; close some of them",
                retry_after=_RETRY_SECONDS,
            )
