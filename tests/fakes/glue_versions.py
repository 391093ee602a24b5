"""Optimistic locking of Glue's tables, which moto lacks: an update of an outdated version is refused."""

from typing import TYPE_CHECKING, Any

import orjson
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.glue.models import glue_backends

if TYPE_CHECKING:
    from botocore.hooks import BaseEventHooks

_REGION = "us-east-1"


class _Refused:
    status_code = 400
    headers: dict[str, str] = {}  # noqa: RUF012 # nobody writes it


def listen(events: "BaseEventHooks") -> None:
    """Let UpdateTable of the clients made from these event hooks heed the version that it names.

    Where calls are serialized, listen after that: the check and the update are then one step.
    """
    events.register_last("before-call", _refuse_outdated)


def _refuse_outdated(model: Any, params: dict[str, Any], **_: Any) -> Any:
    if model.name != "UpdateTable" or model.service_model.service_name != "glue":
        return None
    wanted = orjson.loads(params["body"])
    table = glue_backends[DEFAULT_ACCOUNT_ID][_REGION].get_table(wanted["DatabaseName"], wanted["TableInput"]["Name"])
    if wanted.get("VersionId") in {None, table.as_dict()["VersionId"]}:
        return None
    error = {"Code": "ConcurrentModificationException", "Message": "Update table failed due to concurrent changes"}
    return _Refused(), {"Error": error, "ResponseMetadata": {"HTTPStatusCode": 400}}
