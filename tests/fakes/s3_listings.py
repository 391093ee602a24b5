"""The answers of S3 to who may list a bucket below prefixes only; moto answers as to its owner."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.hooks import BaseEventHooks

_REFUSED = {"Code": "AccessDenied", "Message": "Access Denied"}
_REFUSED_HEAD = {"Code": "403", "Message": "Forbidden"}


def listen(events: "BaseEventHooks") -> None:
    """Answer the clients made from these event hooks that absent objects are refused."""
    for operation in ("GetObject", "HeadObject", "PutObject"):
        events.register(f"after-call.s3.{operation}", _hide_absence)
    events.register_last("after-call.s3.DeleteObjects", _hide_absences)


def _hide_absence(parsed: dict[str, Any], **_: Any) -> None:
    if parsed["ResponseMetadata"]["HTTPStatusCode"] == HTTPStatus.NOT_FOUND:
        parsed["Error"] = _REFUSED if parsed["Error"]["Code"] == "NoSuchKey" else _REFUSED_HEAD
        parsed["ResponseMetadata"]["HTTPStatusCode"] = HTTPStatus.FORBIDDEN


def _hide_absences(parsed: dict[str, Any], **_: Any) -> None:
    for error in parsed.get("Errors", []):
        if error["Code"] == "NoSuchKey":
            error.update(_REFUSED)
