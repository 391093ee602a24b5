"""API Gateway's and Lambda's size limits, which the emulator does not enforce."""

import os
from collections.abc import Iterable

import orjson

# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
BODY_BYTES = 10 * 1024 * 1024
HEAD_BYTES = 10_240  # the request line and the values of all headers
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 6 MB each way for a synchronous call
PAYLOAD_BYTES = 6 * 1024 * 1024
MESSAGE_BYTES = 128 * 1024
INTEGRATION_SECONDS = 29.0
# The emulator runs each request that is under way in a process of its own. Over this many the machine would only swap
# between them, so the others wait their turn, within the time that API Gateway gives to a request.
REQUESTS_AT_ONCE = max(16, 4 * (os.cpu_count() or 1))

UPLOADS = "POST /api/v1/ingest/uploads"
# requestContext, resource, stage variables and the other fields whose size hardly varies
_EVENT_OVERHEAD = 1_500

HEAD_TOO_LARGE = f"The request line and the header values exceed {HEAD_BYTES} bytes in total."
TOO_LARGE_FOR_GATEWAY = (
    f"The request body exceeds {BODY_BYTES // 2**20} MB, the most that one request may carry: "
    f"compress it with gzip, split it, or send the file through {UPLOADS}."
)
TOO_LARGE_FOR_FUNCTION = (
    f"The request exceeds {PAYLOAD_BYTES // 2**20} MB once API Gateway has wrapped it for the function: "
    f"compress it with gzip, split it, or send the file through {UPLOADS}."
)


def head_bytes(*, target: str, headers: Iterable[tuple[str, str]]) -> int:
    """Return how much of API Gateway's limit on heads a request takes."""
    return len(target) + sum(len(value) for _, value in headers)


def event_bytes(*, target: str, headers: Iterable[tuple[str, str]], body: bytes, binary: bool) -> int:
    """Return about how long the Lambda event of a request is: JSON text, the body escaped or in base64."""
    # Headers and query come twice: once with single values and once with lists.
    around = sum(2 * (len(name) + len(value)) + 14 for name, value in headers) + 3 * len(target)
    return _EVENT_OVERHEAD + around + text_bytes(body, binary=binary)


def text_bytes(body: bytes, *, binary: bool) -> int:
    """Return the length of a body inside a JSON document."""
    if binary:
        return (len(body) + 2) // 3 * 4 + 2
    return len(orjson.dumps(body.decode(errors="replace")))


def fits_answer(body: bytes, *, binary: bool) -> bool:
    """Return whether Lambda could have returned this body in a proxy response."""
    if len(body) > PAYLOAD_BYTES:
        return False
    return text_bytes(body, binary=binary) <= PAYLOAD_BYTES


def is_binary(content_type: str, patterns: Iterable[str]) -> bool:
    """Return whether API Gateway treats a media type as binary, by the API's binary media types."""
    media = content_type.partition(";")[0].strip().lower()
    return any(_matches(media, pattern.strip().lower()) for pattern in patterns) if media else False


def _matches(media: str, pattern: str) -> bool:
    if pattern.endswith("/*"):
        return pattern == "*/*" or media.partition("/")[0] == pattern[:-2]
    return media == pattern
