"""Refusals as a client reads them, in either dialect: they name their request in body and header."""

from typing import Any

import httpx


def error_of(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Return the error of an answer in the Commerce dialect."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert (body["success"], body["error"]["code"]) == (False, code)
    assert body["request_id"] == answer.headers["X-Request-Id"]
    assert body["timestamp"].endswith("Z")
    error: dict[str, Any] = body["error"]
    return error


def fraud_error_of(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Return the error of an answer in the Fraud dialect."""
    assert answer.status_code == status, answer.text
    error: dict[str, Any] = answer.json()
    assert error.keys() <= {"error", "message", "details", "requestId", "retryAfter"}
    assert (error["error"], error["requestId"]) == (code, answer.headers["X-Request-Id"])
    return error


def fields_of(error: dict[str, Any]) -> dict[str, Any]:
    """Return the rejected values by the names of their fields."""
    return {each["field"]: each["rejected_value"] for each in error["field_errors"]}
