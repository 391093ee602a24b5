"""Everything that can go wrong for a caller, and how both dialects say it.

    TallyError
    ├── InvalidRequest          400  names every failing field
    ├── Unauthorized            401
    ├── Forbidden               403
    ├── NotFound                404
    ├── MethodNotAllowed        405
    ├── Conflict                409
    ├── PayloadTooLarge         413
    ├── UnsupportedMediaType    415
    ├── Unprocessable           422
    │   ├── InsufficientDataQuality   its rows are too bad to be loaded
    │   └── UnusableConfiguration     its source's configuration cannot be applied to it
    ├── RateLimitExceeded       429  says when to come again
    ├── InternalError           500
    └── Unavailable             503  says when to come again

Status and codes stand on the class; the mapper in `dialects` and the OpenAPI document read them there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field of a request."""

    field: str
    message: str
    rejected_value: Any = None


class TallyError(Exception):
    """Something that a caller is told: a status, a code per dialect and a sentence that says what to do."""

    status: ClassVar[int] = 500
    commerce_code: ClassVar[str] = "INTERNAL_ERROR"
    fraud_code: ClassVar[str] = "internal_error"

    def __init__(
        self,
        message: str,
        *,
        details: Mapping[str, Any] | None = None,
        field_errors: Sequence[FieldError] = (),
        retry_after: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.details = dict(details) if details else None
        self.field_errors = tuple(field_errors)
        self.retry_after = retry_after
        self.headers = dict(headers or {})
        if retry_after is not None:
            self.headers["Retry-After"] = str(retry_after)


class InvalidRequest(TallyError):
    """The request is malformed or fails validation."""

    status = 400
    commerce_code = "VALIDATION_ERROR"
    fraud_code = "validation_error"


class Unauthorized(TallyError):
    """Nobody the platform knows."""

    status = 401
    commerce_code = "UNAUTHORIZED"
    fraud_code = "unauthorized"


class Forbidden(TallyError):
    """Somebody the platform knows, who may not do this."""

    status = 403
    commerce_code = "FORBIDDEN"
    fraud_code = "forbidden"


class NotFound(TallyError):
    """There is no such thing."""

    status = 404
    commerce_code = "NOT_FOUND"
    fraud_code = "not_found"


class MethodNotAllowed(TallyError):
    """The path exists, with other methods."""

    status = 405
    commerce_code = "METHOD_NOT_ALLOWED"
    fraud_code = "method_not_allowed"


class Conflict(TallyError):
    """The thing is not in a state that allows this."""

    status = 409
    commerce_code = "CONFLICT"
    fraud_code = "conflict"


class PayloadTooLarge(TallyError):
    """The body is over the byte limit."""

    status = 413
    commerce_code = "PAYLOAD_TOO_LARGE"
    fraud_code = "payload_too_large"


class UnsupportedMediaType(TallyError):
    """The body comes in a form that the route does not read."""

    status = 415
    commerce_code = "UNSUPPORTED_MEDIA_TYPE"
    fraud_code = "unsupported_media_type"


class Unprocessable(TallyError):
    """Well-formed, and refused by the business rules."""

    status = 422
    commerce_code = "UNPROCESSABLE"
    fraud_code = "unprocessable"


class InsufficientDataQuality(Unprocessable):
    """Too many rows of a delivery are bad: nothing of it is loaded."""

    commerce_code = "INSUFFICIENT_DATA_QUALITY"


class UnusableConfiguration(Unprocessable):
    """The configuration of the source cannot be applied to its records."""


class RateLimitExceeded(TallyError):
    """Over the limit."""

    status = 429
    commerce_code = "RATE_LIMIT_EXCEEDED"
    fraud_code = "rate_limit_exceeded"


class InternalError(TallyError):
    """A fault of the platform's own."""


class Unavailable(TallyError):
    """Something that the answer needs does not answer now."""

    status = 503
    commerce_code = "SERVICE_UNAVAILABLE"
    fraud_code = "service_unavailable"
