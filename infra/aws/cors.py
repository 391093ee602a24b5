"""CORS preflight responses: the allowed origins, methods and headers."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_apigateway as apigateway
from constructs import IConstruct

_METHODS = ["GET", "POST", "PUT", "DELETE", "OPTIONS"]
_HEADERS = ["Content-Type", "Authorization", "X-Requested-With", "Content-Encoding", "Idempotency-Key", "If-None-Match"]


def preflight(resource: apigateway.IResource, *, origins: Sequence[str]) -> None:
    """Let pages of these origins, and no others, call what stands at a path."""
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
    """A mock cannot read a request that the API takes for binary, as ours takes all: have it made text."""
    if isinstance(method, apigateway.CfnMethod):
        method.add_property_override("Integration.ContentHandling", "CONVERT_TO_TEXT")
