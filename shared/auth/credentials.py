"""Reads the credentials of a request or WebSocket handshake from every place where a client may send them."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote_plus

from shared.auth.models import Credentials

_BEARER = re.compile(r"bearer +(\S+) *", re.IGNORECASE)
_BASIC = re.compile(r"basic +(\S+) *", re.IGNORECASE)
_PAIR = re.compile(r"bearer *, *(\S+)", re.IGNORECASE)


def token_of_request(event: Mapping[str, Any]) -> str | None:
    """Return the bearer token of a REST request; None unless there is exactly one."""
    return _only(_bearers(event))


def token_of_handshake(event: Mapping[str, Any]) -> str | None:
    """The token of a WebSocket handshake: its header, `?token=` or the pair of subprotocols that browsers can send."""
    return _only([*_bearers(event), *_in_query(event), *_in_subprotocols(event)])


def credentials_of(event: Mapping[str, Any]) -> Credentials | None:
    """Return the API key of HTTP Basic, percent-decoded as OAuth 2 requires; None if there is none."""
    shown = _only(list(_values(event, "authorization"))) or ""
    found = _BASIC.fullmatch(shown)
    try:
        client_id, colon, client_secret = (
            base64.b64decode(found[1] if found else "", validate=True).decode().partition(":")
        )
    except (binascii.Error, UnicodeDecodeError):
        return None
    return Credentials(client_id=unquote_plus(client_id), client_secret=unquote_plus(client_secret)) if colon else None


def shows_basic(event: Mapping[str, Any]) -> bool:
    """Whether a request brings an API key in HTTP Basic, even one that cannot be read."""
    return any(value.lower().startswith("basic ") for value in _values(event, "authorization"))


def _only(found: list[str]) -> str | None:
    return found[0] if len(found) == 1 else None


def _bearers(event: Mapping[str, Any]) -> list[str]:
    values = list(_values(event, "authorization"))
    if len(values) > 1:
        return values  # a proxy may have used any of them, so none is accepted
    return [match[1] for value in values if (match := _BEARER.fullmatch(value))]


def _in_query(event: Mapping[str, Any]) -> list[str]:
    several = event.get("multiValueQueryStringParameters") or {}
    one = event.get("queryStringParameters") or {}
    return several["token"] if "token" in several else [one["token"]] if "token" in one else []


def _in_subprotocols(event: Mapping[str, Any]) -> list[str]:
    return [match[1] for value in _values(event, "sec-websocket-protocol") if (match := _PAIR.fullmatch(value.strip()))]


def _values(event: Mapping[str, Any], name: str) -> Iterator[str]:
    several = event.get("multiValueHeaders") or {}
    one = {key: [value] for key, value in (event.get("headers") or {}).items()}
    for key, values in (several or one).items():
        if key.lower() == name:
            yield from values
