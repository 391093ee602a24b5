"""The Lambda function behind the WebSocket API."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from shared.app.cors import require_own_page
from shared.app.wiring import wiring
from shared.auth.credentials import token_of_handshake
from shared.runtime.aws_errors import as_unavailable
from shared.runtime.errors import TallyError
from shared.runtime.observability import count, instrument, logger
from shared.runtime.request import header

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def converse(event: dict[str, Any], _: "LambdaContext") -> dict[str, Any]:
    """Admit a client, answer what it sends, or remove its connection."""
    context = event["requestContext"]
    answer: dict[str, Any] = {"statusCode": HTTPStatus.OK.value}
    match context["routeKey"]:
        case "$connect":
            try:
                _admit(event)
            except TallyError as refused:
                return _refusal(refused)
            except (BotoCoreError, ClientError) as error:
                return _refusal(_passing(error))
            answer |= _confirmed(event)
        case "$disconnect":
            wiring().connections.remove(context["connectionId"])
        case _:
            _answer(event)
    logger().info("connection", route=context["routeKey"])
    return answer


def _answer(event: dict[str, Any]) -> None:
    """Post the answer to a message: a route returns one only if it is set up to, which the emulator does not know."""
    connection_id, body = event["requestContext"]["connectionId"], event.get("body") or ""
    answer = wiring().conversation.answer(connection_id, body, is_binary=bool(event.get("isBase64Encoded")))
    if answer is not None:
        wiring().poster.post([answer])


def _passing(error: Exception) -> TallyError:
    passing = as_unavailable(error)
    if passing is None:
        raise error
    logger().warning("dependency unavailable", exc_info=error)
    count("OutOfReach")
    return passing


def _refusal(refused: TallyError) -> dict[str, Any]:
    return {"statusCode": refused.status, "headers": refused.headers}


def _admit(event: dict[str, Any]) -> None:
    """Authorize a connection and store it; rejects pages of other origins."""
    require_own_page(event)
    channel: str = (event.get("queryStringParameters") or {}).get("channel", "")
    wiring().admission.admit(event["requestContext"], channel, token_of_handshake(event))


def _confirmed(event: dict[str, Any]) -> dict[str, Any]:
    """Confirm the subprotocol that accompanied the token, because browsers close the connection otherwise."""
    offered = (header(event, "sec-websocket-protocol") or "").partition(",")[0].strip()
    return {"headers": {"Sec-WebSocket-Protocol": offered}} if offered.lower() == "bearer" else {}


handler = instrument(converse)
