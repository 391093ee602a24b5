"""Entity tags: who has an answer already is told so, at best before it is computed (RFC 9110, 8.8.3 and 13.1.2)."""

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
_CACHED = "private, no-cache"
_TAGS = re.compile(r'"[^"]*"')
_VOLATILE = {"query_time_ms", "cache_hit"}
Answer = dict[str, Any]


@dataclass
class _ConditionalRequest:
    """A request that may have a condition, and the tag of its answer once it is known."""

    address: tuple[Any, ...]
    condition: str
    tag: str | None = None

    def is_met_by(self, tag: str) -> bool:
        """Whether the caller has the answer with this tag; compared weakly, as conditions of this kind are."""
        return self.condition.strip() == "*" or tag.removeprefix("W/") in _TAGS.findall(self.condition)


_EXCHANGE: ContextVar[_ConditionalRequest | None] = ContextVar("exchange", default=None)


class NotModified(Exception):
    """The caller has the answer; nothing more needs to be computed."""

    def __init__(self, tag: str) -> None:
        super().__init__(tag)
        self.tag = tag


class ETagAlreadySet(Exception):
    """An answer was tagged by one state and then by another: the first may have been taken for the whole."""


@contextmanager
def conditional_request(event: Mapping[str, Any], *, tagged: bool) -> Iterator[None]:
    """Note what a request asks and has, as long as it is answered."""
    asked = event.get("multiValueQueryStringParameters") or {}
    address = (event["httpMethod"], event["path"], sorted(asked.items()))
    begun = _ConditionalRequest(address, ", ".join(headers_named(event, CONDITION))) if tagged else None
    token = _EXCHANGE.set(begun)
    try:
        yield
    finally:
        _EXCHANGE.reset(token)


def set_state(*parts: object) -> None:
    """Tag the answer under way by the whole state that it tells of, beside its address; if it is tagged at all.

    Raises:
        NotModified: the caller has an answer that tells of that state.
        TaggedTwice: it has a tag.
    """
    begun = _EXCHANGE.get()
    if begun is None:
        return
    if begun.tag is not None:
        raise ETagAlreadySet(begun.tag)
    begun.tag = _tag("state", code_version(), begun.address, parts)
    if begun.is_met_by(begun.tag):
        raise NotModified(begun.tag)


def apply_etag(answer: Answer) -> Answer:
    """Give a good answer its tag, that of what it says unless its state was told; nothing of it to who has it."""
    begun = _EXCHANGE.get()
    if begun is None or answer["statusCode"] != HTTPStatus.OK:
        return answer
    tag = begun.tag or _tag("said", begun.address, _without_volatile(answer["body"]))
    told = {name: [value] for name, value in headers(tag).items()}
    if begun.is_met_by(tag):
        return {**answer, "statusCode": HTTPStatus.NOT_MODIFIED.value, "body": "", "multiValueHeaders": told}
    return {**answer, "multiValueHeaders": {**answer["multiValueHeaders"], **told}}


def headers(tag: str) -> Mapping[str, str]:
    """What an answer with this tag says of how it may be kept, whether it is sent or the caller has it."""
    return {"ETag": tag, "Cache-Control": _CACHED}


@cache
def code_version() -> str:
    """Name the code that answers: what a deployment changes may change what is told of the same state."""
    root, digest = Path(__file__).parents[1], hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _tag(*parts: object) -> str:
    written = orjson.dumps(parts, default=str, option=orjson.OPT_SORT_KEYS)
    return f'W/"{urlsafe_b64encode(hashlib.sha256(written).digest()[:18]).decode()}"'


def _without_volatile(text: str) -> Any:
    """What an answer says, without what is another each time it is said."""
    try:
        body = orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
    said = body["data"] if isinstance(body, dict) and body.keys() >= {"success", "data"} else body
    if not isinstance(said, dict) or not isinstance(said.get("metadata"), dict):
        return said
    metadata = {name: value for name, value in said["metadata"].items() if name not in _VOLATILE}
    return {**said, "metadata": metadata}
