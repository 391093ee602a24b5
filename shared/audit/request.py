"""From a request and its answer to the entry of the audit log that they make, the same way for every route."""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import orjson

from shared.audit.entry import Change
from shared.runtime.dialects import current_request_id

_FIRST_FAILURE = 400
_UNSAID = object()


@dataclass
class Noted:
    """What only the route knows: how a thing was before; and after, where that is not what the answer says."""

    before: Any = None
    after: Any = _UNSAID


NOTED: ContextVar[Noted | None] = ContextVar("noted", default=None)


def begin() -> None:
    """Forget what the last request noted; to be called as each begins."""
    NOTED.set(Noted())


def note(*, before: Any = None, after: Any = _UNSAID) -> None:
    """Note how a thing was before a change, and what to say of it after where the answer has a secret in it."""
    NOTED.set(Noted(before, after))


def change_of(event: Mapping[str, Any], answer: Mapping[str, Any], *, user_id: str, key_id: str) -> Change | None:
    """Return the audit entry of an answered request; None if the request failed."""
    if answer["statusCode"] >= _FIRST_FAILURE:
        return None
    noted = NOTED.get() or Noted()
    return Change(
        action=f"{event['httpMethod']} {event['resource']}",
        user_id=user_id,
        key_id=key_id,
        resource=event["path"],
        request_id=current_request_id(),
        source_ip=event["requestContext"]["identity"]["sourceIp"],
        before=noted.before,
        after=_said(answer) if noted.after is _UNSAID else noted.after,
    )


def _said(answer: Mapping[str, Any]) -> Any:
    """What the answer tells of the thing, without the wrapper; nothing where it is a file."""
    try:
        body = orjson.loads(answer.get("body") or "null")
    except orjson.JSONDecodeError:
        return None
    return body["data"] if isinstance(body, dict) and body.keys() >= {"success", "data"} else body
