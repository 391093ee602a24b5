"""The two dialects of the API: how each contract writes an answer and an error (resolutions § 1)."""

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
"""An answer names so many failing fields and counts the others: a body may have more of them than an answer holds."""


def current_request_id() -> str:
    """The id of the request being answered: API Gateway's own, also in the header and in the logs."""
    return REQUEST_ID.get()


class Dialect(StrEnum):
    """Which contract a route speaks."""

    COMMERCE = "commerce"
    FRAUD = "fraud"


class FieldErrorBody(Model):
    """One failing field, as the Commerce contract writes it (C 5.1)."""

    field: str
    message: str
    rejected_value: Any = None


class ApiErrorBody(Model):
    """What went wrong, as the Commerce contract writes it (C 5.1)."""

    code: str
    message: str
    details: Optional[dict[str, Any]] = None
    field_errors: Optional[list[FieldErrorBody]] = None


T = TypeVar("T")


class ApiResponse(Model, Generic[T]):
    """The wrapper around every Commerce answer that went well (C 5.1)."""

    success: bool = True
    data: T
    timestamp: Timestamp = Field(default_factory=now)
    request_id: str = Field(default_factory=current_request_id)


class ApiErrorResponse(Model):
    """The wrapper around every Commerce answer that did not go well (C 5.1)."""

    success: bool = False
    error: ApiErrorBody
    timestamp: Timestamp = Field(default_factory=now)
    request_id: str = Field(default_factory=current_request_id)


class FraudErrorResponse(Model):
    """What went wrong, as the Fraud contract writes it."""

    error: str
    message: str
    details: Optional[dict[str, Any]] = None
    requestId: str  # noqa: N815 # the contract's spelling
    retryAfter: Optional[int] = Field(default=None, description="Seconds.")  # noqa: N815 # as above


def error_body(error: TallyError, dialect: Dialect) -> dict[str, Any]:
    """Write an error in a dialect, as JSON values."""
    return _commerce(error) if dialect is Dialect.COMMERCE else _fraud(error)


def _fields(error: TallyError) -> list[dict[str, Any]]:
    return [
        {
            "field": _cut(each.field, _LONGEST_FIELD),
            "message": _cut(each.message, _LONGEST_MESSAGE),
            "rejected_value": echo(each.rejected_value),
        }
        for each in error.field_errors[:MOST_FIELD_ERRORS]
    ]


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most] + "…"


def _details(error: TallyError) -> dict[str, Any]:
    further = len(error.field_errors) - MOST_FIELD_ERRORS
    return {**(error.details or {}), **({"further_field_errors": further} if further > 0 else {})}


def _commerce(error: TallyError) -> dict[str, Any]:
    body: dict[str, Any] = {"code": error.commerce_code, "message": _cut(error.message, _LONGEST_MESSAGE)}
    details = _details(error)
    if details:
        body["details"] = details
    if error.field_errors:
        body["field_errors"] = _fields(error)
    return {"success": False, "error": body, "timestamp": rfc3339(now()), "request_id": current_request_id()}


def _fraud(error: TallyError) -> dict[str, Any]:
    body: dict[str, Any] = {
        "error": error.fraud_code,
        "message": _cut(error.message, _LONGEST_MESSAGE),
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


def given_again(body: str) -> str:
    """An answer that was given before, naming the request that it answers now where its dialect names one."""
    told = orjson.loads(body or "null")
    if not isinstance(told, dict) or not told.keys() >= {"success", "request_id"}:
        return body
    return orjson.dumps({**told, "request_id": current_request_id()}).decode()


def echo(value: Any) -> Any:
    """Return a rejected value fit for an error: JSON, and cut where it is longer than 500 characters."""
    if isinstance(value, str):
        value = value.encode("utf-8", "backslashreplace").decode()  # headers may hold halves of surrogate pairs
    text = orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    if len(text) <= _LONGEST_ECHO:
        return orjson.loads(text)
    return text[:_LONGEST_ECHO] + "…"
