"""Conditional deletes, which S3 has and moto lacks: an object whose tag is not the one given stays."""

from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    from botocore.hooks import BaseEventHooks


def listen(events: "BaseEventHooks") -> None:
    """Let DeleteObjects of the clients made from these event hooks heed its conditions."""
    events.register("provide-client-params.s3.DeleteObjects", _heed)
    events.register("before-call.s3.DeleteObjects", _skip_if_empty)
    events.register("after-call.s3.DeleteObjects", _add_errors)


def _heed(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    s3, delete = boto3.client("s3"), params["Delete"]
    refused = {each["Key"]: _refusal(s3, params["Bucket"], each) for each in delete["Objects"]}
    context["refused"] = [{"Key": key, "Code": code} for key, code in refused.items() if code]
    kept = [{"Key": each["Key"]} for each in delete["Objects"] if not refused[each["Key"]]]
    params["Delete"] = {**delete, "Objects": kept}


def _refusal(s3: Any, bucket: str, each: dict[str, str]) -> str | None:
    if "ETag" not in each:
        return None
    try:
        current = s3.head_object(Bucket=bucket, Key=each["Key"])["ETag"]
    except s3.exceptions.ClientError:
        return "NoSuchKey"
    return None if current == each["ETag"] else "PreconditionFailed"


class _Answered:
    status_code = 200
    headers: dict[str, str] = {}  # noqa: RUF012 # nobody writes it


def _skip_if_empty(params: dict[str, Any], context: dict[str, Any], **_: Any) -> Any:
    if context.get("refused") and b"<Key>" not in params["body"]:
        return _Answered(), {"ResponseMetadata": {"HTTPStatusCode": 200}}
    return None


def _add_errors(parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    if context.get("refused"):
        parsed["Errors"] = [*parsed.get("Errors", []), *context["refused"]]
