"""The REST API: one method per route that a function declares, and a function's own answer to everything else."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_apigateway as apigateway
from constructs import Construct, IConstruct

from functions.declaration import HttpFunction
from infra.aws.access_log import REST_LINE, AccessLog
from infra.aws.cors import preflight
from infra.aws.gateway_responses import add_gateway_responses
from infra.aws.invocation import integration_uri, permit
from infra.aws.nag import accept
from infra.aws.names import Names

STAGE = "api"
# Bytes reach functions as bytes: a gzip body under a JSON content type would not survive as text.
_BINARY = ["*/*"]
_ACCEPTED = {
    "APIG2": "Functions validate against the OpenAPI schema that they publish, and answer in the contract's dialect.",
    "APIG4": "Functions verify the platform's own tokens on every route, and refuse in the contract's dialect.",
    "COG4": "Callers are programs with the platform's own tokens, not people of a Cognito pool.",
}
_NO_FIREWALL = {"APIG3": "The stage is configured without a web ACL; every method is throttled."}
_PUSHES_LOGS = "IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]"


class PlatformRestApi(Construct):
    """The routes of the HTTP functions, deployed as one stage."""

    def __init__(self, scope: Construct, *, functions: Sequence[HttpFunction], names: Names) -> None:
        super().__init__(scope, "RestApi")
        self._names = names
        self._log = AccessLog(self, api="rest", names=names)
        self.api = apigateway.RestApi(
            self,
            "Api",
            rest_api_name=names.rest_api,
            description="Tally: ingest and analytics.",
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            binary_media_types=_BINARY,
            cloud_watch_role=names.stage.access_logs,
            deploy_options=self._stage(),
            default_method_options=apigateway.MethodOptions(authorization_type=apigateway.AuthorizationType.NONE),
        )
        add_gateway_responses(self.api, origins=names.stage.cors_origins)
        self._serve(functions)
        self._accept_findings()

    def log_role(self) -> list[IConstruct]:
        """Return the account's role for API Gateway logs, if this API creates it."""
        account = self.api.node.try_find_child("Account")
        return [account] if account else []

    def _stage(self) -> apigateway.StageOptions:
        stage = self._names.stage
        return apigateway.StageOptions(
            stage_name=STAGE,
            throttling_rate_limit=stage.throttle.rate,
            throttling_burst_limit=stage.throttle.burst,
            tracing_enabled=True,
            metrics_enabled=True,
            logging_level=apigateway.MethodLoggingLevel.ERROR if stage.access_logs else None,
            access_log_destination=apigateway.LogGroupLogDestination(self._log.log_group),
            access_log_format=apigateway.AccessLogFormat.custom(REST_LINE),
        )

    def _serve(self, functions: Sequence[HttpFunction]) -> None:
        """Send declared routes to their functions; other methods of a path too, which answer 405 with `Allow`."""
        owners: dict[str, HttpFunction] = {}
        for function in functions:
            for route in function.routes():
                self._method(route.path, route.method, function)
                owners.setdefault(route.path, function)
            permit(self, function=function, source_arn=self.api.arn_for_execute_api(), names=self._names)
        for path, function in owners.items():
            self._method(path, "ANY", function)
            preflight(self.api.root.resource_for_path(path), origins=self._names.stage.cors_origins)
        self._answer_unknown_paths(set(owners), cheapest=min(functions, key=lambda each: each.memory_mb))

    def _answer_unknown_paths(self, declared: set[str], *, cheapest: HttpFunction) -> None:
        """Send undeclared paths to the smallest function, which returns 404."""
        parents = {path[:end] or "/" for path in declared for end, sign in enumerate(path) if sign == "/"}
        for path in sorted({"/", "/{proxy+}", *parents} - declared):
            self._method(path, "ANY", cheapest)

    def _method(self, path: str, method: str, function: HttpFunction) -> None:
        integration = apigateway.Integration(
            type=apigateway.IntegrationType.AWS_PROXY,
            integration_http_method="POST",
            uri=integration_uri(function, self._names),
            options=apigateway.IntegrationOptions(timeout=Duration.seconds(function.timeout_seconds)),
        )
        self.api.root.resource_for_path(path).add_method(method, integration)

    def _accept_findings(self) -> None:
        accept(self.api, _ACCEPTED if self._names.stage.requests_per_address else {**_ACCEPTED, **_NO_FIREWALL})
        if self._names.stage.access_logs:
            accept(self.api, {_PUSHES_LOGS: "The managed policy is the one API Gateway asks an account for."})
