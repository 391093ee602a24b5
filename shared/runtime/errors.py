"""The exception tree of the API: status and error codes in both dialects.

    TallyError
    ├── InvalidRequest          400  lists every invalid field
    │   └── QueryTooLarge             the question needs a larger query than Athena takes
    ├── Unauthorized            401
    ├── Forbidden               403
    ├── NotFound                404
    ├── MethodNotAllowed        405
    ├── Conflict                409
    ├── ExpiredSnapshot         410  lists what can be read instead
    ├── PayloadTooLarge         413
    ├── UnsupportedMediaType    415
    ├── Unprocessable           422
    │   ├── InsufficientDataQuality   the quality score of a delivery is below its minimum
    │   ├── UnusableConfiguration     the source's configuration cannot be applied to the record
    │   ├── NotExplainable            decisions without attributions
    │   └── PromotionGatesFailed      an experiment whose variant may not be promoted
    ├── RateLimitExceeded       429  with Retry-After
    ├── InternalError           500
    └── Unavailable             503  with Retry-After

Status and codes are class attributes. `dialects` and the OpenAPI document read them there; the docstrings of the
classes are published as response descriptions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self


@dataclass(frozen=True)
class FieldError:
    """One invalid field of a request."""

    field: str
    message: str
    rejected_value: Any = None


class TallyError(Exception):
    """An error response: a status, a code per dialect, and a message that says what to do."""

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

    def with_details(self, further: Mapping[str, Any]) -> Self:
        """Return this error with further details."""
        return type(self)(
            self.message,
            details={**(self.details or {}), **further},
            field_errors=self.field_errors,
            retry_after=self.retry_after,
            headers=self.headers,
        )


class InvalidRequest(TallyError):
    """The request is malformed or invalid; the error lists every invalid field."""

    status = 400
    commerce_code = "VALIDATION_ERROR"
    fraud_code = "validation_error"


class QueryTooLarge(InvalidRequest):
    """The question needs a query that is larger than Athena allows."""


class Unauthorized(TallyError):
    """Authentication is missing or invalid."""

    status = 401
    commerce_code = "UNAUTHORIZED"
    fraud_code = "unauthorized"


class Forbidden(TallyError):
    """The caller lacks the required scope."""

    status = 403
    commerce_code = "FORBIDDEN"
    fraud_code = "forbidden"


class NotFound(TallyError):
    """The resource does not exist."""

    status = 404
    commerce_code = "NOT_FOUND"
    fraud_code = "not_found"


class MethodNotAllowed(TallyError):
    """The path does not support this method; `Allow` lists those that it does."""

    status = 405
    commerce_code = "METHOD_NOT_ALLOWED"
    fraud_code = "method_not_allowed"


class Conflict(TallyError):
    """The request conflicts with the state of the resource, or reuses an idempotency key for another request."""

    status = 409
    commerce_code = "CONFLICT"
    fraud_code = "conflict"


class ExpiredSnapshot(TallyError):
    """A snapshot in `as_of_snapshots` is not kept; the details list those that are."""

    status = 410
    commerce_code = "SNAPSHOT_EXPIRED"
    fraud_code = "snapshot_expired"


class PayloadTooLarge(TallyError):
    """The request body exceeds the size limit."""

    status = 413
    commerce_code = "PAYLOAD_TOO_LARGE"
    fraud_code = "payload_too_large"


class UnsupportedMediaType(TallyError):
    """The route does not support the content type or encoding of the request body."""

    status = 415
    commerce_code = "UNSUPPORTED_MEDIA_TYPE"
    fraud_code = "unsupported_media_type"


class Unprocessable(TallyError):
    """The request is well-formed but violates a business rule."""

    status = 422
    commerce_code = "UNPROCESSABLE"
    fraud_code = "unprocessable"


class InsufficientDataQuality(Unprocessable):
    """The quality score of the delivery is below its minimum; no row is loaded.

    `details` has the score, the minimum and the failed checks; of a batch also its `batch_id` and the first 100
    `errors` of its rows. The rows are in quarantine.
    """

    commerce_code = "INSUFFICIENT_DATA_QUALITY"


class UnusableConfiguration(Unprocessable):
    """The configuration of the source cannot be applied to its records."""


class NotExplainable(Unprocessable):
    """The decision, or every decision of the cohort, was stored without attributions."""

    commerce_code = "NOT_EXPLAINABLE"
    fraud_code = "not_explainable"


class PromotionGatesFailed(Unprocessable):
    """A gate of promotion is not passed; `details.gates` has all of them, with what was found and what is required."""

    commerce_code = "PROMOTION_GATES_FAILED"
    fraud_code = "promotion_gates_failed"


class RateLimitExceeded(TallyError):
    """The rate limit is exceeded; retry after `Retry-After`."""

    status = 429
    commerce_code = "RATE_LIMIT_EXCEEDED"
    fraud_code = "rate_limit_exceeded"


class InternalError(TallyError):
    """An unexpected error occurred; quote `X-Request-Id` when reporting it."""


class Unavailable(TallyError):
    """A dependency is temporarily unavailable; retry after `Retry-After`."""

    status = 503
    commerce_code = "SERVICE_UNAVAILABLE"
    fraud_code = "service_unavailable"
