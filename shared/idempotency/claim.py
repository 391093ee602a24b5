"""What a request with an `Idempotency-Key` lays claim to: one effect of one body, per subject and route."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from shared.runtime import strict_json
from shared.runtime.errors import FieldError, InvalidRequest
from shared.runtime.request import header

HEADER = "Idempotency-Key"
PATTERN = r"[\x21-\x7e]{1,255}"


@dataclass(frozen=True)
class Claim:
    """One effect that somebody asks for, under a name of their own."""

    subject: str
    route: str
    key: str
    body: str


def claim_of(event: Mapping[str, Any], *, subject: str, route: str) -> Claim | None:
    """Read what a plain request claims; None where it carries no key, and happens as often as it is sent.

    Raises:
        InvalidRequest: the key is empty, longer than 255 characters or not printable ASCII.
    """
    key = header(event, HEADER)
    if key is None:
        return None
    if not re.fullmatch(PATTERN, key):
        problem = FieldError(HEADER, "must be 1 to 255 printable ASCII characters without spaces", key)
        raise InvalidRequest("Request validation failed", field_errors=[problem])
    return Claim(subject, route, key, fingerprint(event.get("body") or ""))


def fingerprint(body: str) -> str:
    """A digest that two bodies share when they are the same JSON, however it is spaced and ordered."""
    try:
        written = orjson.dumps(strict_json.loads(body), option=orjson.OPT_SORT_KEYS)
    except strict_json.NotStrictJson:
        written = body.encode("utf-8", "surrogatepass")
    return hashlib.sha256(written).hexdigest()
