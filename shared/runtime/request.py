"""A REST request as API Gateway hands it over, made plain: inflated, decoded, of a type that the API reads."""

import base64
import binascii
import gzip
import io
import zlib
from collections.abc import Mapping
from typing import Any

from shared.runtime.errors import FieldError, InvalidRequest, PayloadTooLarge, UnsupportedMediaType

LARGEST_INFLATED = 64 * 1024 * 1024
UPLOAD_ROUTE = "POST /api/v1/ingest/uploads"
_WITH_BODY = {"POST", "PUT", "PATCH"}
_BODY_TYPES = ("application/json",)
_ONCE = ("content-type", "idempotency-key")


def header(event: Mapping[str, Any], name: str) -> str | None:
    """Look a header up, whatever case it came in."""
    wanted = name.lower()
    return next((value for key, value in (event.get("headers") or {}).items() if key.lower() == wanted), None)


def headers_named(event: Mapping[str, Any], name: str) -> list[str]:
    """Every value of a header, whatever case it came in and however often."""
    wanted = name.lower()
    several = event.get("multiValueHeaders") or {}
    one = {key: [value] for key, value in (event.get("headers") or {}).items()}
    return [value for key, values in (several or one).items() if key.lower() == wanted for value in values]


def plain(event: dict[str, Any]) -> dict[str, Any]:
    """Return the event with its body as text, and with the type of the body in the one spelling that the router knows.

    Raises:
        UnsupportedMediaType: the content type or encoding is not one that the API reads.
        PayloadTooLarge: the body is over 64 MB once inflated.
        InvalidRequest: the body is not what its headers say, or they say it twice.
    """
    if event.get("httpMethod") not in _WITH_BODY:
        return event
    _check_once(event)
    _check_type(header(event, "content-type"))
    others = {name: value for name, value in (event.get("headers") or {}).items() if name.lower() != "content-type"}
    typed = {**event, "headers": {**others, "content-type": _BODY_TYPES[0]}}
    if not event.get("body"):
        return typed
    encoding = ", ".join(headers_named(event, "content-encoding")).strip().lower() or "identity"
    if not event.get("isBase64Encoded") and encoding == "identity":
        return typed
    data = _decoded(event)
    if encoding == "gzip" and data[:2] == b"\x1f\x8b":
        data = inflate(data, LARGEST_INFLATED)
    elif encoding not in {"gzip", "identity"}:
        raise UnsupportedMediaType(f"Content-Encoding {encoding!r} is not supported; send gzip or none")
    try:
        return {**typed, "body": data.decode(), "isBase64Encoded": False}
    except UnicodeDecodeError:
        raise InvalidRequest("The body is not UTF-8 text") from None


def _check_once(event: Mapping[str, Any]) -> None:
    """Of two values, each of us and of those before us may have looked at another one."""
    if problems := [FieldError(name, "must occur only once") for name in _ONCE if len(headers_named(event, name)) > 1]:
        raise InvalidRequest("Request validation failed", field_errors=problems)


def _check_type(content_type: str | None) -> None:
    kind = (content_type or _BODY_TYPES[0]).split(";")[0].strip().lower()
    if kind not in _BODY_TYPES:
        raise UnsupportedMediaType(f"Content-Type {kind!r} is not supported; send application/json")


def _decoded(event: Mapping[str, Any]) -> bytes:
    body: str = event["body"]
    if not event.get("isBase64Encoded"):
        return body.encode()
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error:
        raise InvalidRequest("The body is not valid base64") from None


def inflate(data: bytes, limit: int) -> bytes:
    """Inflate gzip data, members and all, up to a limit.

    Raises:
        PayloadTooLarge: there is more than the limit inside.
        InvalidRequest: the data is broken off or not gzip.
    """
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            inflated = stream.read(limit + 1)
    except EOFError:
        raise InvalidRequest("The gzip body is truncated") from None
    except (OSError, zlib.error):
        raise InvalidRequest("The body is not valid gzip") from None
    if len(inflated) > limit:
        raise PayloadTooLarge(
            f"The decompressed body exceeds {limit // 2**20} MB; send it as a file through {UPLOAD_ROUTE}"
        )
    return inflated
