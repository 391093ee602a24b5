"""Posts messages to open connections, many at once, so that a client that has stopped reading holds up no other."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from shared.runtime.deadline import Timeout, deadline
from shared.runtime.observability import count, logger
from shared.runtime.resources import WebSocketApi

if TYPE_CHECKING:
    from types_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient

    from shared.live.connections import Connection

OPEN_CONNECTIONS = WebSocketApi("open_connections")

LARGEST_MESSAGE = 128 * 1024
"""Maximum size of a message in bytes, as API Gateway takes it."""

_AT_ONCE = 32
_PATIENCE = Timeout(seconds=20)
"""How long messages are posted: so many clients that do not respond cannot outlast the function that posts to them."""


class Posted(StrEnum):
    """What became of messages to a connection."""

    SENT = "sent"
    GONE = "gone"
    FAILED = "failed"


@dataclass(frozen=True)
class Letter:
    """Messages to one connection, in this order."""

    connection: "Connection"
    messages: Iterable[bytes]


class Poster:
    """Posts messages to connections."""

    def __init__(
        self, client_at: "Callable[[str], ApiGatewayManagementApiClient]", patience: Timeout = _PATIENCE
    ) -> None:
        self._client_at = client_at
        self._patience = patience

    def post(self, letters: Iterable[Letter]) -> dict[str, Posted]:
        """Post messages side by side, each once; return what became of them by connection.

        The messages of a connection follow each other, and end at the first that fails. Those that it is not the turn
        of in time have failed as well.
        """
        every = list(letters)
        with deadline(self._patience.seconds), ThreadPoolExecutor(_AT_ONCE) as pool:
            started = [(each, pool.submit(copy_context().run, self._post, each)) for each in every]
            posted = {each.connection.connection_id: future.result() for each, future in started}
        for outcome in set(posted.values()):
            count(f"Messages{outcome.capitalize()}", sum(1 for each in posted.values() if each is outcome))
        return posted

    def close(self, connection: "Connection") -> None:
        """Close a connection; safe to repeat, and without effect if it does not respond."""
        client = self._client_at(connection.endpoint)
        _attempt(lambda: client.delete_connection(ConnectionId=connection.connection_id))

    def _post(self, letter: Letter) -> Posted:
        client, connection_id = self._client_at(letter.connection.endpoint), letter.connection.connection_id
        for message in letter.messages:
            if not self._patience.remaining:
                return Posted.FAILED
            outcome = _attempt(partial(client.post_to_connection, ConnectionId=connection_id, Data=message))
            if outcome is not Posted.SENT:
                return outcome
        return Posted.SENT


def _attempt(call: Callable[[], object]) -> Posted:
    try:
        call()
    except ClientError as error:
        if error.response["Error"]["Code"] == "GoneException":
            return Posted.GONE
        logger().warning("a message was not taken", exc_info=error)
        return Posted.FAILED
    except BotoCoreError as error:
        logger().warning("a connection does not respond", exc_info=error)
        return Posted.FAILED
    return Posted.SENT


def endpoint_of(context: Mapping[str, str], emulator_url: str) -> str:
    """Return where messages to a connection are posted.

    Args:
        context: the request context of an event of the connection.
        emulator_url: the address of the emulator, which does not resolve the domains of its APIs; empty in AWS.
    """
    if emulator_url:
        return f"{emulator_url}/_aws/execute-api/{context['apiId']}/{context['stage']}"
    return f"https://{context['domainName']}/{context['stage']}"
