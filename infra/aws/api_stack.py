"""The two doors, REST and WebSocket, and the public address with the web application before them."""

from pathlib import Path

from aws_cdk import Stack
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from functions.declaration import WebSocketTrigger
from functions.manifest import HTTP_FUNCTIONS, TRIGGERED_FUNCTIONS
from infra.aws import rest_api, websocket_api
from infra.aws.distribution import PublicDistribution
from infra.aws.firewall import EdgeSecret, Firewall
from infra.aws.names import Names
from infra.aws.outputs import export_outputs
from infra.aws.rest_api import PlatformRestApi
from infra.aws.site import WebSite
from infra.aws.stage_key import encrypt, key_arn
from infra.aws.websocket_api import PlatformWebSocketApi

PUBLIC_DOMAIN = "PublicDomain"
"""The output with the name that CloudFront has given to the stage."""


class ApiStack(Stack):
    """The APIs and the distribution in front of them, in a stack of their own: most resources of a stage are routes."""

    def __init__(self, scope: Construct, *, names: Names, site_files: Path) -> None:
        super().__init__(scope, names.physical_name("api"), description="Tally: the REST and WebSocket APIs.")
        self._names = names
        rest = PlatformRestApi(self, functions=HTTP_FUNCTIONS, names=names)
        web_socket = self._web_socket_api(rest)
        export_outputs(
            self,
            {
                "ApiUrl": rest.api.url,
                "RestApiId": rest.api.rest_api_id,
                "RestApiStage": rest_api.STAGE,
                "WebSocketApiId": web_socket.api.ref,
                "WebSocketApiStage": websocket_api.STAGE,
            },
        )
        secret = EdgeSecret(self, names=names) if names.stage.requests_per_address else None
        if secret:
            Firewall(self, stage=rest.api.deployment_stage, secret=secret, names=names)
        if names.stage.distribution:
            public = PublicDistribution(
                self,
                site=WebSite(self, files=site_files, names=names),
                rest_api=rest.api.rest_api_id,
                rest_stage=rest_api.STAGE,
                websocket_api=web_socket.api.ref,
                edge_secret=secret,
                names=names,
            )
            export_outputs(self, {PUBLIC_DOMAIN: public.distribution.distribution_domain_name})
        encrypt(self, key_arn(self, names))

    def _web_socket_api(self, rest: PlatformRestApi) -> PlatformWebSocketApi:
        """Make the WebSocket API, which logs with the role of the REST API."""
        ((live, trigger),) = (
            (function, function.trigger)
            for function in TRIGGERED_FUNCTIONS
            if isinstance(function.trigger, WebSocketTrigger)
        )
        made = PlatformWebSocketApi(self, function=live, trigger=trigger, names=self._names)
        made.node.add_dependency(*rest.log_role())
        if self._names.stage.alarms:
            # The id is made when the stack is deployed; the stack of the alarms looks it up.
            ssm.StringParameter(
                self,
                "WebSocketApiParameter",
                parameter_name=self._names.websocket_api_parameter,
                description="The id of the WebSocket API, for its alarms and the dashboard.",
                string_value=made.api.ref,
            )
        return made
