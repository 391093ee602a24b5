"""The public address of a stage: one CloudFront distribution before the web application and both APIs."""

from pathlib import Path
from typing import Any

from aws_cdk import Aws
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from constructs import Construct

from infra import web_site
from infra.aws.firewall import EDGE_HEADER, EdgeSecret
from infra.aws.nag import accept
from infra.aws.names import Names
from infra.aws.site import WebSite
from infra.aws.stages import StageConfig

WEBSOCKET_PATHS = Path(__file__).with_name("websocket_paths.js")
VIEWER_ADDRESS = Path(__file__).with_name("viewer_address.js")
_ACCEPTED = {
    "CFR1": "The API is for callers of all countries; a restriction is the account owner's choice.",
    "CFR2": "The web ACL is that of the REST API, which works in every region; the stage of WebSockets is throttled.",
    "CFR3": "The APIs behind the distribution log every request; the files beside them are public.",
}
_DEFAULT_CERTIFICATE = {"CFR4": "The certificate of the default domain name; a domain of one's own brings its own."}


class PublicDistribution(Construct):
    """Passes `/api/...` on to the REST API, and `/ws/...` to the WebSocket API as the channel that the path names.

    Of these, nothing is cached: the functions decide, by entity tags, what a client may keep. All other paths are those
    of the web application.
    """

    def __init__(  # noqa: PLR0913 - the origins behind it, each by its name
        self,
        scope: Construct,
        *,
        site: WebSite,
        rest_api: str,
        rest_stage: str,
        websocket_api: str,
        edge_secret: EdgeSecret | None,
        names: Names,
    ) -> None:
        super().__init__(scope, "Distribution")
        self._names = names
        paths = self._function("WebSocketPaths", WEBSOCKET_PATHS, "Turns paths of WebSocket addresses into channels.")
        sockets = self._passing(origins.HttpOrigin(_domain(websocket_api)), paths)
        self.distribution = cloudfront.Distribution(
            self,
            "Public",
            comment=f"Tally: the public address of {names.stage.name}.",
            default_root_object=web_site.INDEX,
            default_behavior=site.behaviour(),
            additional_behaviors={
                "/api/*": self._rest(_domain(rest_api), f"/{rest_stage}", edge_secret),
                "/ws/*": sockets,
            },
            **self._address(names.stage),
        )
        accept(self.distribution, _ACCEPTED if names.stage.domain else {**_ACCEPTED, **_DEFAULT_CERTIFICATE})

    def _address(self, stage: StageConfig) -> dict[str, Any]:
        """Return the stage's own host name, which clients reach by TLS 1.2 or newer."""
        if stage.domain is None or stage.certificate_arn is None:
            return {}
        return {
            "domain_names": [stage.domain],
            "certificate": acm.Certificate.from_certificate_arn(self, "Certificate", stage.certificate_arn),
            "minimum_protocol_version": cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
        }

    def _rest(self, domain: str, path: str, secret: EdgeSecret | None) -> cloudfront.BehaviorOptions:
        """Return the behaviour of the REST API; its firewall, if it has one, learns the address of the viewer."""
        if secret is None:
            return self._passing(origins.HttpOrigin(domain, origin_path=path))
        proof = {EDGE_HEADER: secret.value}
        address = self._function("ViewerAddress", VIEWER_ADDRESS, "Passes the address of the viewer on.")
        return self._passing(origins.HttpOrigin(domain, origin_path=path, custom_headers=proof), address)

    def _function(self, id_: str, program: Path, comment: str) -> cloudfront.Function:
        return cloudfront.Function(
            self,
            id_,
            function_name=self._names.global_name(program.stem),
            comment=comment,
            code=cloudfront.FunctionCode.from_inline(program.read_text()),
            runtime=cloudfront.FunctionRuntime.JS_2_0,
        )

    def _passing(
        self, origin: cloudfront.IOrigin, function: cloudfront.Function | None = None
    ) -> cloudfront.BehaviorOptions:
        """Return a behaviour that passes every header on but `Host`, by which API Gateway finds the API."""
        request = cloudfront.FunctionEventType.VIEWER_REQUEST
        return cloudfront.BehaviorOptions(
            origin=origin,
            allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
            cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
            origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
            function_associations=[cloudfront.FunctionAssociation(function=function, event_type=request)]
            if function
            else None,
        )


def _domain(api_id: str) -> str:
    return f"{api_id}.execute-api.{Aws.REGION}.{Aws.URL_SUFFIX}"
