"""One line of JSON for every request to an API."""

import json

from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.aws.names import Names

_COMMON = {
    "request_id": "$context.requestId",
    "extended_request_id": "$context.extendedRequestId",
    "time": "$context.requestTimeEpoch",
    "caller": "$context.identity.sourceIp",
    "agent": "$context.identity.userAgent",
    "status": "$context.status",
    "error": "$context.error.message",
    "integration_error": "$context.integrationErrorMessage",
    "integration_ms": "$context.integrationLatency",
}

REST_LINE = json.dumps(
    {
        **_COMMON,
        "method": "$context.httpMethod",
        "path": "$context.path",
        "route": "$context.resourcePath",
        "response_bytes": "$context.responseLength",
        "latency_ms": "$context.responseLatency",
        "trace": "$context.xrayTraceId",
    }
)

WEBSOCKET_LINE = json.dumps(
    {
        **_COMMON,
        "connection_id": "$context.connectionId",
        "route": "$context.routeKey",
        "event": "$context.eventType",
    }
)


class AccessLog(Construct):
    """The log group that an API writes its lines to."""

    def __init__(self, scope: Construct, *, api: str, names: Names) -> None:
        super().__init__(scope, "AccessLog")
        self.log_group = logs.LogGroup(
            self,
            "Logs",
            log_group_name=f"/aws/apigateway/{names.physical_name(api)}",
            retention=names.stage.log_retention,
            removal_policy=names.stage.removal_policy,
        )
