"""Converts the forms of OAuth 2 clients to JSON, so that one model validates both."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import orjson

from shared.runtime.request import header

FORM = "application/x-www-form-urlencoded"
_TAKE_FORMS = ("/auth/token", "/auth/refresh")
_MOST_FIELDS = 20


def as_json(event: dict[str, Any]) -> dict[str, Any]:
    """Return an event with a form as an event with JSON; return any other event unchanged."""
    kind = (header(event, "content-type") or "").split(";")[0].strip().lower()
    if kind != FORM or not event["path"].endswith(_TAKE_FORMS) or header(event, "content-encoding"):
        return event
    try:
        fields = parse_qsl(_text(event), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except (binascii.Error, ValueError):
        return event  # not a form: rejected later because of its content type
    others = {name: value for name, value in event["headers"].items() if name.lower() != "content-type"}
    headers = {**others, "content-type": "application/json"}
    return {**event, "headers": headers, "body": _object(fields), "isBase64Encoded": False}


def _text(event: Mapping[str, Any]) -> str:
    body = event.get("body") or ""
    return base64.b64decode(body, validate=True).decode() if event.get("isBase64Encoded") else body


def _object(fields: list[tuple[str, str]]) -> str:
    """Serialize the object pair by pair, so that a duplicate field becomes a duplicate key, which is rejected."""
    pairs = (f"{_quoted(name)}:{_quoted(value)}" for name, value in fields)
    return f"{{{','.join(pairs)}}}"


def _quoted(text: str) -> str:
    return orjson.dumps(text).decode()
