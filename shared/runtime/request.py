"""A REST request as API Gateway hands it over, made plain: inflated, decoded, of a type that the API reads."""

import base64
import binascii
import gzip
import io
import zlib
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote

from shared.runtime.errors import FieldError, InvalidRequest, PayloadTooLarge, UnsupportedMediaType

LARGEST_INFLATED = 64 * 1024 * 1024
UPLOAD_ROUTE = "POST /api/v1/ingest/uploads"
_WITH_BODY = {"POST", "PUT", "PATCH"}
_BODY_TYPES = ("application/json",)
_ONCE = ("content-type", "idempotency-key")
_UNENCODED = "!$&'()*+,;=:@"
"""Characters that a path segment may contain unencoded, besides letters, digits and `-._~` (RFC 3986, `pchar`)."""
_TEXTS = {"multiValueQueryStringParameters": "query", "multiValueHeaders": "header"}
_OF_THE_VERIFIER = "authorization"


def well_formed(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return the event with its path in canonical spelling, once all its text is known to be Unicode.

    A REST API passes the path on percent-encoded. In canonical spelling a resource has one path only, which names it
    in the audit log, in claims of idempotency keys and in tags; its parameters are decoded once, by the router.

    Raises:
        InvalidRequest: the path is not UTF-8, or a header or query parameter contains a lone surrogate.
    """
    if problems := list(_broken_texts(event)):
        raise InvalidRequest("Request validation failed", field_errors=problems)
    try:
        segments = [unquote(segment, errors="strict") for segment in str(event.get("path") or "/").split("/")]
        return {**event, "path": "/".join(quote(segment, safe=_UNENCODED) for segment in segments)}
    except UnicodeError:
        raise InvalidRequest("The path must be percent-encoded UTF-8") from None


def _broken_texts(event: Mapping[str, Any]) -> Iterator[FieldError]:
    """Name every header and query parameter that cannot be written as UTF-8; a broken token is refused as a token."""
    for part, kind in _TEXTS.items():
        for name, values in (event.get(part) or {}).items():
            if name.lower() != _OF_THE_VERIFIER and not _is_unicode(name, *values):
                shown = name.encode("utf-8", "replace").decode()
                yield FieldError(shown, f"this {kind} must be valid Unicode text, without lone surrogates")


def _is_unicode(*texts: str) -> bool:
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        return False
    return True


def header(event: Mapping[str, Any], name: str) -> str | None:
    """Return a header, by case-insensitive name."""
    wanted = name.lower()
    return next((value for key, value in (event.get("headers") or {}).items() if key.lower() == wanted), None)


def headers_named(event: Mapping[str, Any], name: str) -> list[str]:
    """Return all values of a header, by case-insensitive name."""
    wanted = name.lower()
    several = event.get("multiValueHeaders") or {}
    one = {key: [value] for key, value in (event.get("headers") or {}).items()}
    return [value for key, values in (several or one).items() if key.lower() == wanted for value in values]


def normalise(event: dict[str, Any]) -> dict[str, Any]:
    """Return the event with its body as text, and its content type in the spelling that the router expects.

    Raises:
        UnsupportedMediaType: the content type or encoding is not supported.
        PayloadTooLarge: the body exceeds 64 MB once inflated.
        InvalidRequest: the body contradicts its headers, or a header is repeated.
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
    data = _decode(event)
    if encoding == "gzip" and data[:2] == b"\x1f\x8b":
        data = inflate(data, LARGEST_INFLATED)
    elif encoding not in {"gzip", "identity"}:
        raise UnsupportedMediaType(f"Content-Encoding {encoding!r} is not supported; send gzip or none")
    try:
        return {**typed, "body": data.decode(), "isBase64Encoded": False}
    except UnicodeDecodeError:
        raise InvalidRequest("The body is not UTF-8 text") from None


def _check_once(event: Mapping[str, Any]) -> None:
    """Reject repeated headers, because a proxy may have evaluated another value."""
    if problems := [FieldError(name, "must occur only once") for name in _ONCE if len(headers_named(event, name)) > 1]:
        raise InvalidRequest("Request validation failed", field_errors=problems)


def _check_type(content_type: str | None) -> None:
    kind = (content_type or _BODY_TYPES[0]).split(";")[0].strip().lower()
    if kind not in _BODY_TYPES:
        raise UnsupportedMediaType(f"Content-Type {kind!r} is not supported; send application/json")


def _decode(event: Mapping[str, Any]) -> bytes:
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
