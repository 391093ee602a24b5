"""AWS WAF before the REST API: how many requests an address may make."""

import json

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_secretsmanager as secrets
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from infra.aws.nag import accept
from infra.aws.names import Names
from shared.runtime.errors import RateLimitExceeded

VIEWER_HEADER = "true-client-ip"
"""The header in which the distribution passes the viewer's address on: `viewer_address.js`."""

EDGE_HEADER = "x-tally-edge"
"""The header with the secret that only the distribution and the firewall know."""

WINDOW_SECONDS = 300
_BODY = "too_many"
_NOT_ROTATED = (
    "It proves where a request came from, and opens nothing; a new one would have to reach both sides at once."
)


class EdgeSecret(Construct):
    """What the distribution shows the firewall, so that nobody else can claim another address."""

    def __init__(self, scope: Construct, *, names: Names) -> None:
        super().__init__(scope, "EdgeSecret")
        secret = secrets.Secret(
            self,
            "Secret",
            secret_name=names.physical_name("edge"),
            description="Shows the firewall of Tally that a request came through its distribution.",
            generate_secret_string=secrets.SecretStringGenerator(exclude_punctuation=True, password_length=40),
        )
        accept(secret, {"SMG4": _NOT_ROTATED})
        # CloudFormation resolves the reference itself: the template does not contain the secret.
        self.value = secret.secret_value.unsafe_unwrap()


class Firewall(Construct):
    """Refuses an address that makes too many requests within five minutes, with 429.

    Requests through the distribution come from addresses of CloudFront, so the viewer's is read from a header. All
    others are counted by the address that they come from.
    """

    def __init__(self, scope: Construct, *, stage: apigateway.Stage, secret: EdgeSecret, names: Names) -> None:
        super().__init__(scope, "Firewall")
        refusal = wafv2.CfnWebACL.CustomResponseBodyProperty(content=_refusal(), content_type="APPLICATION_JSON")
        firewall = wafv2.CfnWebACL(
            self,
            "Acl",
            name=names.physical_name("rest"),
            scope="REGIONAL",
            default_action=wafv2.CfnWebACL.DefaultActionProperty(allow={}),
            custom_response_bodies={_BODY: refusal},
            visibility_config=_visible(names.physical_name("rest")),
            rules=_rules(secret, names),
        )
        wafv2.CfnWebACLAssociation(self, "OfTheRestApi", resource_arn=stage.stage_arn, web_acl_arn=firewall.attr_arn)


def _rules(secret: EdgeSecret, names: Names) -> list[wafv2.CfnWebACL.RuleProperty]:
    """Return the rules for requests through the distribution, and for all others."""
    through = _equals(EDGE_HEADER, secret.value)
    directly = wafv2.CfnWebACL.StatementProperty(not_statement=wafv2.CfnWebACL.NotStatementProperty(statement=through))
    viewer = wafv2.CfnWebACL.ForwardedIPConfigurationProperty(header_name=VIEWER_HEADER, fallback_behavior="MATCH")
    limit = names.stage.requests_per_address
    return [
        _rule(
            0,
            names.physical_name("viewers"),
            wafv2.CfnWebACL.RateBasedStatementProperty(
                aggregate_key_type="FORWARDED_IP",
                forwarded_ip_config=viewer,
                scope_down_statement=through,
                limit=limit,
                evaluation_window_sec=WINDOW_SECONDS,
            ),
        ),
        _rule(
            1,
            names.physical_name("others"),
            wafv2.CfnWebACL.RateBasedStatementProperty(
                aggregate_key_type="IP",
                scope_down_statement=directly,
                limit=limit,
                evaluation_window_sec=WINDOW_SECONDS,
            ),
        ),
    ]


def _equals(header: str, text: str) -> wafv2.CfnWebACL.StatementProperty:
    return wafv2.CfnWebACL.StatementProperty(
        byte_match_statement=wafv2.CfnWebACL.ByteMatchStatementProperty(
            field_to_match=wafv2.CfnWebACL.FieldToMatchProperty(single_header={"Name": header}),
            positional_constraint="EXACTLY",
            search_string=text,
            text_transformations=[wafv2.CfnWebACL.TextTransformationProperty(priority=0, type="NONE")],
        )
    )


def _rule(
    priority: int, name: str, counted: wafv2.CfnWebACL.RateBasedStatementProperty
) -> wafv2.CfnWebACL.RuleProperty:
    refused = wafv2.CfnWebACL.CustomResponseProperty(
        response_code=int(RateLimitExceeded.status),
        custom_response_body_key=_BODY,
        response_headers=[wafv2.CfnWebACL.CustomHTTPHeaderProperty(name="Retry-After", value=str(WINDOW_SECONDS))],
    )
    return wafv2.CfnWebACL.RuleProperty(
        name=name,
        priority=priority,
        statement=wafv2.CfnWebACL.StatementProperty(rate_based_statement=counted),
        action=wafv2.CfnWebACL.RuleActionProperty(block=wafv2.CfnWebACL.BlockActionProperty(custom_response=refused)),
        visibility_config=_visible(name),
    )


def _refusal() -> str:
    """Return the body, in the dialect of the Commerce contract like all refusals before a function."""
    message = "Too many requests from this address; retry later."
    return json.dumps({"success": False, "error": {"code": RateLimitExceeded.commerce_code, "message": message}})


def _visible(name: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    return wafv2.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=True
    )
