"""Public WebSocket addresses and what they become, as the CloudFront function does it in AWS."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import unquote, urlencode

_SCHEME = "bearer"


@dataclass(frozen=True, slots=True)
class WebSocketApi:
    """The deployed WebSocket API at the emulator."""

    base: str

    @classmethod
    def at(cls, emulator: str, api_id: str, stage: str) -> "WebSocketApi":
        """Return the API at the emulator's address form for WebSocket stages."""
        return cls(f"{emulator.replace('http', 'ws', 1)}/_aws/execute-api/{api_id}/{stage}")

    def url(self, channel: str, query: str) -> str:
        """Return the upstream address of a channel; the client's own query follows, still encoded."""
        theirs = [pair for pair in query.split("&") if pair and unquote(pair.partition("=")[0]) != "channel"]
        return f"{self.base}?{'&'.join([urlencode({'channel': channel}), *theirs])}"


def channel_of(path: str) -> str | None:
    """Return the channel of `/ws/analytics` or `/ws/dashboards/{id}`, None for any other path."""
    match path.strip("/").split("/"):
        case ["ws", "analytics"]:
            return "analytics"
        case ["ws", "dashboards", dashboard] if dashboard:
            return f"dashboards/{dashboard}"
        case _:
            return None


def select_protocol(offered: Sequence[str]) -> str | None:
    """Return the subprotocol to confirm: `bearer` of the pair `bearer, <token>`, never the token."""
    return next((name for name in offered if name.lower() == _SCHEME), None)


def refusal_status(upstream: int, *, bears_token: bool) -> int:
    """Return the status of a rejected handshake: where API Gateway returns 401, the emulator returns 403.

    The emulator reads no head over 64 KB; with a token, that is one that the platform never issued.
    """
    if upstream == HTTPStatus.FORBIDDEN and not bears_token:
        return HTTPStatus.UNAUTHORIZED
    if upstream == HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE and bears_token:
        return HTTPStatus.UNAUTHORIZED
    return upstream
