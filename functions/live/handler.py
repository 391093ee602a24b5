"""The Lambda function behind the WebSocket API."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from shared.app.cors import require_own_page
from shared.app.wiring import wiring
from shared.auth.credentials import token_of_handshake
from shared.auth.scopes import scope_of_channel
from shared.auth.verifier import require
from shared.runtime.aws_errors import as_unavailable
from shared.runtime.errors import TallyError
from shared.runtime.observability import count, instrument, logger
from shared.runtime.request import header

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def keep(event: dict[str, Any], _: "LambdaContext") -> dict[str, Any]:
    """Store a new connection with its channel, or remove a closed one."""
    context, connections = event["requestContext"], wiring().connections
    answer: dict[str, Any] = {"statusCode": HTTPStatus.OK.value}
    match context["routeKey"]:
        case "$connect":
            try:
                connections.add(context["connectionId"], _admit(event))
            except TallyError as refused:
                return _refusal(refused)
            except (BotoCoreError, ClientError) as error:
                return _refusal(_passing(error))
            answer |= _confirmed(event)
        case "$disconnect":
            connections.remove(context["connectionId"])
    logger().info("connection", route=context["routeKey"])
    return answer


def _passing(error: Exception) -> TallyError:
    passing = as_unavailable(error)
    if passing is None:
        raise error
    logger().warning("dependency unavailable", exc_info=error)
    count("OutOfReach")
    return passing


def _refusal(refused: TallyError) -> dict[str, Any]:
    return {"statusCode": refused.status, "headers": refused.headers}


def _admit(event: dict[str, Any]) -> str:
    """Authorize a connection and return its channel; rejects pages of other origins."""
    require_own_page(event)
    channel: str = (event.get("queryStringParameters") or {}).get("channel", "")
    caller = wiring().identity.verifier.caller(token_of_handshake(event))
    require(scope_of_channel(channel), caller)
    return channel


def _confirmed(event: dict[str, Any]) -> dict[str, Any]:
    """Confirm the subprotocol that accompanied the token, because browsers close the connection otherwise."""
    offered = (header(event, "sec-websocket-protocol") or "").partition(",")[0].strip()
    return {"headers": {"Sec-WebSocket-Protocol": offered}} if offered.lower() == "bearer" else {}


handler = instrument(keep)
