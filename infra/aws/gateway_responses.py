"""Error responses of API Gateway itself, in the dialect of the Commerce contract."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from aws_cdk import aws_apigateway as apigateway

from shared.runtime import errors
from shared.runtime.browser_headers import PROTECTION
from shared.runtime.request import UPLOAD_ROUTE


@dataclass(frozen=True, kw_only=True)
class GatewayResponse:
    """One way in which API Gateway refuses: its name there, our error and our sentence."""

    kind: apigateway.ResponseType
    error: type[errors.TallyError]
    message: str
    headers: dict[str, str] = field(default_factory=dict)


_R = apigateway.ResponseType
_BEARER = {"WWW-Authenticate": "Bearer"}
_SOON = {"Retry-After": "1"}
_LATER = {"Retry-After": "5"}
# Constants are enclosed in single quotes there, and a content security policy contains single quotes itself.
_PROTECTION = {name: value for name, value in PROTECTION.items() if "'" not in value}

GATEWAY_RESPONSES = (
    GatewayResponse(kind=_R.BAD_REQUEST_BODY, error=errors.InvalidRequest, message="The body is malformed."),
    GatewayResponse(kind=_R.BAD_REQUEST_PARAMETERS, error=errors.InvalidRequest, message="A parameter is malformed."),
    GatewayResponse(
        kind=_R.MISSING_AUTHENTICATION_TOKEN,
        error=errors.Unauthorized,
        message="The token is missing.",
        headers=_BEARER,
    ),
    GatewayResponse(kind=_R.UNAUTHORIZED, error=errors.Unauthorized, message="The token is invalid.", headers=_BEARER),
    GatewayResponse(
        kind=_R.EXPIRED_TOKEN, error=errors.Unauthorized, message="The token has expired.", headers=_BEARER
    ),
    GatewayResponse(
        kind=_R.INVALID_SIGNATURE, error=errors.Unauthorized, message="The signature is invalid.", headers=_BEARER
    ),
    GatewayResponse(kind=_R.ACCESS_DENIED, error=errors.Forbidden, message="The caller lacks the required permission."),
    GatewayResponse(kind=_R.INVALID_API_KEY, error=errors.Forbidden, message="The API key is unknown."),
    GatewayResponse(kind=_R.WAF_FILTERED, error=errors.Forbidden, message="The firewall rejected the request."),
    GatewayResponse(kind=_R.RESOURCE_NOT_FOUND, error=errors.NotFound, message="This path does not exist."),
    GatewayResponse(
        kind=_R.REQUEST_TOO_LARGE,
        error=errors.PayloadTooLarge,
        message=f"The request exceeds the limit of 10 MB; split it, or send it as a file through {UPLOAD_ROUTE}.",
    ),
    GatewayResponse(
        kind=_R.UNSUPPORTED_MEDIA_TYPE,
        error=errors.UnsupportedMediaType,
        message="The content type or encoding is not supported.",
    ),
    GatewayResponse(
        kind=_R.THROTTLED, error=errors.RateLimitExceeded, message="Too many requests; retry later.", headers=_SOON
    ),
    GatewayResponse(
        kind=_R.QUOTA_EXCEEDED,
        error=errors.RateLimitExceeded,
        message="The quota is exhausted; retry later.",
        headers=_LATER,
    ),
    GatewayResponse(
        kind=_R.INTEGRATION_FAILURE,
        error=errors.Unavailable,
        message="The backend is unavailable; retry later.",
        headers=_LATER,
    ),
    GatewayResponse(
        kind=_R.INTEGRATION_TIMEOUT,
        error=errors.Unavailable,
        message="The request timed out; retry later.",
        headers=_LATER,
    ),
    GatewayResponse(kind=_R.DEFAULT_4_XX, error=errors.InvalidRequest, message="The request is invalid."),
    GatewayResponse(kind=_R.DEFAULT_5_XX, error=errors.InternalError, message="An unexpected error occurred."),
)


def add_gateway_responses(api: apigateway.RestApi, *, origins: Sequence[str]) -> None:
    """Add responses in the platform's format for all errors that API Gateway itself returns."""
    for refusal in GATEWAY_RESPONSES:
        api.add_gateway_response(
            refusal.kind.response_type,
            type=refusal.kind,
            status_code=_status(refusal),
            response_headers=_headers(refusal, origins),
            templates={"application/json": body(refusal)},
        )


def _status(refusal: GatewayResponse) -> str | None:
    """Return the status; default responses keep the status of the error."""
    stands_for_others = refusal.kind.response_type.startswith("DEFAULT")
    return None if stands_for_others else str(refusal.error.status)


def body(refusal: GatewayResponse) -> str:
    """Return the body; API Gateway substitutes its variables, which include no ISO 8601 time."""
    error = {"code": refusal.error.commerce_code, "message": refusal.message}
    return json.dumps(
        {"success": False, "error": error, "timestamp": "$context.requestTime", "request_id": "$context.requestId"}
    )


def _headers(refusal: GatewayResponse, origins: Sequence[str]) -> dict[str, str]:
    """Return the headers; a gateway response can name one origin only, so the first configured one it is."""
    constant = {**_PROTECTION, **refusal.headers}
    headers = {"X-Request-Id": "context.requestId", **{name: f"'{value}'" for name, value in constant.items()}}
    if not origins:
        return headers
    return headers | {
        "Access-Control-Allow-Origin": f"'{origins[0]}'",
        "Access-Control-Allow-Credentials": "'true'",
        "Access-Control-Expose-Headers": "'X-Request-Id, Retry-After'",
        "Vary": "'Origin'",
    }
