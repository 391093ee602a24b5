"""CORS preflight responses: the allowed origins, methods and headers."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_apigateway as apigateway
from constructs import IConstruct

_METHODS = ["GET", "POST", "PUT", "DELETE", "OPTIONS"]
_HEADERS = [
    "Content-Type",
    "Authorization",
    "X-Requested-With",
    "Content-Encoding",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
]


def preflight(resource: apigateway.IResource, *, origins: Sequence[str]) -> None:
    """Allow pages of these origins to call a path."""
    if not origins:
        return
    method = resource.add_cors_preflight(
        allow_origins=list(origins),
        allow_methods=_METHODS,
        allow_headers=_HEADERS,
        allow_credentials=True,
        max_age=Duration.hours(1),
        status_code=204,
    )
    _convert_to_text(method.node.default_child)


def _convert_to_text(method: IConstruct | None) -> None:
    """Convert requests to text, because a mock integration cannot read the binary requests that this API accepts."""
    if isinstance(method, apigateway.CfnMethod):
        method.add_property_override("Integration.ContentHandling", "CONVERT_TO_TEXT")
