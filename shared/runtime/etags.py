"""Entity tags: a client with the current response gets 304, if possible before it is computed (RFC 9110, 13.1.2)."""

import hashlib
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

import orjson

from shared.runtime.request import headers_named

CONDITION = "If-None-Match"
CHANGE_CONDITION = "If-Match"
_CACHED = "private, no-cache"
_TAGS = re.compile(r'"[^"]*"')
_VOLATILE = {"query_time_ms", "cache_hit"}
Answer = dict[str, Any]


@dataclass
class ConditionalRequest:
    """A request with an optional condition, and the tag of its response once it is known.

    With `only_unchanged`, a response that does not meet the condition is not wanted either.
    """

    address: tuple[Any, ...]
    condition: str
    only_unchanged: bool = False
    tag: str | None = None

    def is_met_by(self, tag: str) -> bool:
        """Whether the client has the response with this tag; compared weakly, as RFC 9110 requires."""
        return _is_met(self.condition, tag)


_EXCHANGE: ContextVar[ConditionalRequest | None] = ContextVar("exchange", default=None)


class NotModified(Exception):
    """The client has the current response; nothing more needs to be computed."""

    def __init__(self, tag: str) -> None:
        super().__init__(tag)
        self.tag = tag


class Modified(Exception):
    """The response has changed since that of the condition, and nothing more is wanted."""

    def __init__(self, tag: str) -> None:
        super().__init__(tag)
        self.tag = tag


class ETagAlreadySet(Exception):
    """A response was tagged twice; the first tag may have been taken for the whole state."""


@contextmanager
def conditional_request(event: Mapping[str, Any], *, tagged: bool) -> Iterator[None]:
    """Store the address and condition of a request while it is processed."""
    asked = event.get("multiValueQueryStringParameters") or {}
    address = (event["httpMethod"], event["path"], sorted(asked.items()))
    request = ConditionalRequest(address, ", ".join(headers_named(event, CONDITION))) if tagged else None
    with _exchange(request):
        yield


@contextmanager
def conditional_answer(
    address: tuple[Any, ...], condition: str, *, only_unchanged: bool = False
) -> Iterator[ConditionalRequest]:
    """Compute a part of a response under a condition of its own, whatever the request's is.

    Inside, `set_state` raises `NotModified` if the condition is met; and `Modified` if not, with `only_unchanged`.
    """
    request = ConditionalRequest(address, condition, only_unchanged)
    with _exchange(request):
        yield request


@contextmanager
def _exchange(request: ConditionalRequest | None) -> Iterator[None]:
    token = _EXCHANGE.set(request)
    try:
        yield
    finally:
        _EXCHANGE.reset(token)


def set_state(*parts: object) -> None:
    """Tag the current response by its state and address, if it is tagged at all.

    Raises:
        NotModified: the client has the response of this state.
        Modified: the client wants no other response than the one that it has.
        ETagAlreadySet: the response has a tag.
    """
    request = _EXCHANGE.get()
    if request is None:
        return
    if request.tag is not None:
        raise ETagAlreadySet(request.tag)
    request.tag = _tag("state", code_version(), request.address, parts)
    if request.is_met_by(request.tag):
        raise NotModified(request.tag)
    if request.only_unchanged:
        raise Modified(request.tag)


def may_change(condition: str, path: str, *parts: object) -> bool:
    """Whether the `If-Match` of a change names the state of a resource, as GET of its path tags it without parameters.

    Tags are compared weakly, unlike in RFC 9110, 13.1.1, because all tags are weak; they do cover the whole state.
    """
    return _is_met(condition, tag_of(path, *parts))


def tag_of(path: str, *parts: object) -> str:
    """Return the tag of the state of a resource, as GET of its path has it without parameters.

    A route sets it as a header if the state is only a part of its response, as of what its `If-Match` is about.
    """
    return _tag("state", code_version(), ("GET", path, []), parts)


def apply_etag(answer: Answer) -> Answer:
    """Add the tag to a successful response: of its state if set, otherwise of its body; 304 if the client has it."""
    request = _EXCHANGE.get()
    if request is None or answer["statusCode"] != HTTPStatus.OK:
        return answer
    tag = request.tag or _tag("said", request.address, _without_volatile(answer["body"]))
    headers_of_tag = {name: [value] for name, value in headers(tag).items()}
    if request.is_met_by(tag):
        return {**answer, "statusCode": HTTPStatus.NOT_MODIFIED.value, "body": "", "multiValueHeaders": headers_of_tag}
    return {**answer, "multiValueHeaders": {**answer["multiValueHeaders"], **headers_of_tag}}


def headers(tag: str) -> Mapping[str, str]:
    """Return the caching headers of a response, also of 304."""
    return {"ETag": tag, "Cache-Control": _CACHED}


@cache
def code_version() -> str:
    """Return a hash of the code, because a deployment may change the response of an unchanged state."""
    root, digest = Path(__file__).parents[1], hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _is_met(condition: str, tag: str) -> bool:
    return condition.strip() == "*" or tag.removeprefix("W/") in _TAGS.findall(condition)


def _tag(*parts: object) -> str:
    written = orjson.dumps(parts, default=str, option=orjson.OPT_SORT_KEYS)
    return f'W/"{urlsafe_b64encode(hashlib.sha256(written).digest()[:18]).decode()}"'


def _without_volatile(text: str) -> Any:
    """Return the body without the fields that differ each time."""
    try:
        body = orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
    content = body["data"] if isinstance(body, dict) and body.keys() >= {"success", "data"} else body
    if not isinstance(content, dict) or not isinstance(content.get("metadata"), dict):
        return content
    metadata = {name: value for name, value in content["metadata"].items() if name not in _VOLATILE}
    return {**content, "metadata": metadata}
