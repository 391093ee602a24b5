"""The two dialects of the API: the shape of successful and error responses in each (docs/contracts.md)."""

from contextvars import ContextVar
from enum import StrEnum
from typing import Any, Generic, TypeVar

import orjson
from pydantic import Field

from shared.runtime.errors import TallyError
from shared.runtime.models import Model, Optional, Timestamp, now, rfc3339

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
_LONGEST_ECHO = 500
_LONGEST_FIELD, _LONGEST_MESSAGE = 500, 1000
MOST_FIELD_ERRORS = 100
"""An error response lists at most this number of fields and counts the others, so that it fits into a response."""


def current_request_id() -> str:
    """Return the id of the current request, also used in the header and in the logs.

    It is the client's `X-Request-Id` if that is well-formed, otherwise API Gateway's own.
    """
    return REQUEST_ID.get()


class Dialect(StrEnum):
    """The contract whose response format a route uses."""

    COMMERCE = "commerce"
    FRAUD = "fraud"


class FieldErrorBody(Model):
    """One invalid field of a request, in the Commerce dialect."""

    field: str = Field(description="Path of the field, e.g. `time_range.start`.")
    message: str = Field(description="What is wrong with the field.")
    rejected_value: Any = Field(default=None, description="The value received, truncated after 500 characters.")


class ApiErrorBody(Model):
    """Details of an error in the Commerce dialect."""

    code: str = Field(description="Stable code of the error, e.g. `VALIDATION_ERROR`.")
    message: str = Field(description="Description of the error for people.")
    details: Optional[dict[str, Any]] = Field(default=None, description="Machine-readable details of the error.")
    field_errors: Optional[list[FieldErrorBody]] = Field(default=None, description="Every invalid field.")


T = TypeVar("T")


class ApiResponse(Model, Generic[T]):
    """The envelope of every successful response in the Commerce dialect."""

    success: bool = Field(default=True, description="Always true.")
    data: T = Field(description="The requested data.")
    timestamp: Timestamp = Field(default_factory=now, description="Time of the response.")
    request_id: str = Field(default_factory=current_request_id, description="Same as the header `X-Request-Id`.")


class ApiErrorResponse(Model):
    """The envelope of every error response in the Commerce dialect."""

    success: bool = Field(default=False, description="Always false.")
    error: ApiErrorBody = Field(description="The error.")
    timestamp: Timestamp = Field(default_factory=now, description="Time of the response.")
    request_id: str = Field(default_factory=current_request_id, description="Same as the header `X-Request-Id`.")


class FraudErrorResponse(Model):
    """Body of every error response in the Fraud dialect."""

    error: str = Field(description="Stable code of the error, e.g. `validation_error`.")
    message: str = Field(description="Description of the error for people.")
    details: Optional[dict[str, Any]] = Field(
        default=None, description="Machine-readable details; `fields` lists every invalid field."
    )
    requestId: str = Field(description="Same as the header `X-Request-Id`.")  # noqa: N815 # the contract's spelling
    retryAfter: Optional[int] = Field(default=None, description="Seconds to wait before a retry.")  # noqa: N815 # as above


def error_body(error: TallyError, dialect: Dialect) -> dict[str, Any]:
    """Return the body of an error response in a dialect."""
    return _commerce(error) if dialect is Dialect.COMMERCE else _fraud(error)


def _fields(error: TallyError) -> list[dict[str, Any]]:
    return [
        {
            "field": _truncate(each.field, _LONGEST_FIELD),
            "message": _truncate(each.message, _LONGEST_MESSAGE),
            "rejected_value": truncate_for_error(each.rejected_value),
        }
        for each in error.field_errors[:MOST_FIELD_ERRORS]
    ]


def _truncate(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most] + "…"


def _details(error: TallyError) -> dict[str, Any]:
    further = len(error.field_errors) - MOST_FIELD_ERRORS
    return {**(error.details or {}), **({"further_field_errors": further} if further > 0 else {})}


def _commerce(error: TallyError) -> dict[str, Any]:
    body: dict[str, Any] = {"code": error.commerce_code, "message": _truncate(error.message, _LONGEST_MESSAGE)}
    details = _details(error)
    if details:
        body["details"] = details
    if error.field_errors:
        body["field_errors"] = _fields(error)
    return {"success": False, "error": body, "timestamp": rfc3339(now()), "request_id": current_request_id()}


def _fraud(error: TallyError) -> dict[str, Any]:
    body: dict[str, Any] = {
        "error": error.fraud_code,
        "message": _truncate(error.message, _LONGEST_MESSAGE),
        "requestId": current_request_id(),
    }
    details = _details(error)
    if error.field_errors:
        details["fields"] = _fields(error)
    if details:
        body["details"] = details
    if error.retry_after is not None:
        body["retryAfter"] = error.retry_after
    return body


def with_current_request_id(body: str) -> str:
    """Return a replayed response body with the id of the current request, if its dialect includes one."""
    told = orjson.loads(body or "null")
    if not isinstance(told, dict) or not told.keys() >= {"success", "request_id"}:
        return body
    return orjson.dumps({**told, "request_id": current_request_id()}).decode()


def truncate_for_error(value: Any) -> Any:
    """Return a rejected value as JSON for an error response, truncated after 500 characters."""
    if isinstance(value, str):
        value = value.encode("utf-8", "backslashreplace").decode()  # headers may hold halves of surrogate pairs
    text = orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    if len(text) <= _LONGEST_ECHO:
        return orjson.loads(text)
    return text[:_LONGEST_ECHO] + "…"
