"""The WebSocket API: connections are stored by a function."""

from aws_cdk import aws_apigatewayv2 as apigateway
from constructs import Construct

from functions.declaration import TriggeredFunction, WebSocketTrigger
from infra.aws.access_log import WEBSOCKET_LINE, AccessLog
from infra.aws.invocation import integration_uri, permit
from infra.aws.nag import accept
from infra.aws.names import WEBSOCKET_STAGE, Names

STAGE = WEBSOCKET_STAGE
_ACCEPTED = {"APIG4": "The function verifies the token at $connect; later messages come over the connection it let in."}


class PlatformWebSocketApi(Construct):
    """The routes of the WebSocket function, deployed as one stage."""

    def __init__(
        self, scope: Construct, *, function: TriggeredFunction, trigger: WebSocketTrigger, names: Names
    ) -> None:
        super().__init__(scope, "WebSocketApi")
        self._names = names
        self.api = apigateway.CfnApi(
            self,
            "Api",
            name=names.physical_name("live"),
            protocol_type="WEBSOCKET",
            route_selection_expression="$request.body.action",
        )
        integration = apigateway.CfnIntegration(
            self,
            "Integration",
            api_id=self.api.ref,
            integration_type="AWS_PROXY",
            integration_uri=integration_uri(function, names),
        )
        routes = [self._route(key, integration) for key in trigger.route_keys]
        self._stage().node.add_dependency(*routes)
        source = names.arn("execute-api", f"{self.api.ref}/*/*")
        permit(self, function=function, source_arn=source, names=names)

    def _route(self, key: str, integration: apigateway.CfnIntegration) -> apigateway.CfnRoute:
        route = apigateway.CfnRoute(
            self,
            f"On{key.strip('$').capitalize()}",
            api_id=self.api.ref,
            route_key=key,
            authorization_type="NONE",
            target=f"integrations/{integration.ref}",
        )
        accept(route, _ACCEPTED)
        return route

    def _stage(self) -> apigateway.CfnStage:
        log = AccessLog(self, api="live", names=self._names)
        throttle = self._names.stage.throttle
        return apigateway.CfnStage(
            self,
            "Stage",
            api_id=self.api.ref,
            stage_name=STAGE,
            auto_deploy=True,
            access_log_settings=apigateway.CfnStage.AccessLogSettingsProperty(
                destination_arn=log.log_group.log_group_arn, format=WEBSOCKET_LINE
            ),
            default_route_settings=apigateway.CfnStage.RouteSettingsProperty(
                throttling_rate_limit=throttle.rate, throttling_burst_limit=throttle.burst
            ),
        )
