"""Compresses responses with gzip for clients that accept it.

API Gateway could do so too, but it would then also inflate request bodies, to at most 10 MB.
"""

import gzip
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from shared.runtime.request import headers_named

SMALLEST = 1024
"""Bodies below this number of bytes are not worth the time."""

_LEVEL = 5
_ENCODING = "gzip"

Answer = dict[str, Any]


def compress(event: Mapping[str, Any], answer: Answer) -> Answer:
    """Return a response with its text compressed, if the client accepts gzip and the text is large enough."""
    body = (answer.get("body") or "").encode()
    if answer.get("isBase64Encoded") or len(body) < SMALLEST or not _accepts_gzip(event):
        return answer
    return {
        **answer,
        "body": b64encode(gzip.compress(body, _LEVEL, mtime=0)).decode(),
        "isBase64Encoded": True,
        "multiValueHeaders": {**answer["multiValueHeaders"], "Content-Encoding": [_ENCODING]},
    }


def _accepts_gzip(event: Mapping[str, Any]) -> bool:
    """Read `Accept-Encoding` (RFC 9110, 12.5.3): weight 0 is a refusal, `*` all other codings."""
    weights = dict(map(_coding, ",".join(headers_named(event, "accept-encoding")).lower().split(",")))
    return weights.get(_ENCODING, weights.get("*", 0.0)) > 0


def _coding(text: str) -> tuple[str, float]:
    name, _, parameter = text.partition(";")
    key, _, weight = parameter.partition("=")
    try:
        return name.strip(), float(weight) if key.strip() == "q" else 1.0
    except ValueError:
        return name.strip(), 0.0
