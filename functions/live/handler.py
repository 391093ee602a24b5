"""The Lambda function behind the WebSocket API."""

from typing import TYPE_CHECKING, Any

from shared.runtime.observability import instrumented, logger
from shared.runtime.wiring import wiring

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def keep(event: dict[str, Any], _: "LambdaContext") -> dict[str, Any]:
    """Remember who is connected to which channel, and forget who has gone."""
    context, connections = event["requestContext"], wiring().connections
    match context["routeKey"]:
        case "$connect":
            connections.add(context["connectionId"], (event.get("queryStringParameters") or {}).get("channel", ""))
        case "$disconnect":
            connections.remove(context["connectionId"])
    logger().info("connection", route=context["routeKey"])
    return {"statusCode": 200}


handler = instrumented(keep)
