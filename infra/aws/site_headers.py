"""The headers that CloudFront adds to the files of the web application."""

from aws_cdk import Aws, Duration
from aws_cdk import aws_cloudfront as cloudfront
from constructs import Construct

from infra import web_site
from infra.aws.names import Names
from infra.resources import BUCKETS
from shared.runtime.browser_headers import PROTECTION

# Each object has its own Cache-Control; for the others, the policy has settings of its own.
_OTHERWISE = {
    "Cache-Control",
    "Content-Security-Policy",
    "Referrer-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
}


def site_headers(scope: Construct, names: Names) -> cloudfront.ResponseHeadersPolicy:
    """Return the policy: the protection of all answers, the application's content policy, and HTTPS from now on."""
    return cloudfront.ResponseHeadersPolicy(
        scope,
        "Headers",
        response_headers_policy_name=names.global_name("site"),
        comment="The protection of the web application's pages.",
        security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
            content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                content_security_policy=web_site.content_policy(_connected_origins(names)), override=True
            ),
            content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
            frame_options=cloudfront.ResponseHeadersFrameOptions(
                frame_option=cloudfront.HeadersFrameOption.DENY, override=True
            ),
            referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                referrer_policy=cloudfront.HeadersReferrerPolicy.NO_REFERRER, override=True
            ),
            strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                access_control_max_age=Duration.days(365), override=True
            ),
        ),
        custom_headers_behavior=cloudfront.ResponseCustomHeadersBehavior(
            custom_headers=[
                cloudfront.ResponseCustomHeader(header=name, value=value, override=True)
                for name, value in PROTECTION.items()
                if name not in _OTHERWISE
            ]
        ),
    )


def _connected_origins(names: Names) -> list[str]:
    """Return where pages put and get files, and the WebSockets of the own domain, which older browsers ask for."""
    buckets = [bucket for bucket in BUCKETS if bucket.takes_uploads or bucket.gives_answers]
    addresses = [f"https://{names.resource_name(each)}.s3.{Aws.REGION}.{Aws.URL_SUFFIX}" for each in buckets]
    return [*addresses, f"wss://{names.stage.domain}"] if names.stage.domain else addresses
