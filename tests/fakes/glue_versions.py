"""Optimistic locking of Glue's tables, which moto lacks: an update of an outdated version is refused."""

from typing import TYPE_CHECKING, Any

import orjson
from botocore.awsrequest import AWSResponse
from moto.core.botocore_stubber import MockRawResponse
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.glue.models import glue_backends

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest
    from botocore.hooks import BaseEventHooks

_REGION = "us-east-1"
_REFUSED = {"__type": "ConcurrentModificationException", "message": "Update table failed due to concurrent changes"}


def listen(events: "BaseEventHooks") -> None:
    """Let UpdateTable of the clients made from these event hooks heed the version that it names."""
    # After the turn of a call has begun (`before-call`), and before moto answers (`before-send`, for all services).
    events.register("before-send.glue.UpdateTable", _refuse_outdated)


def _refuse_outdated(request: "AWSPreparedRequest", **_: Any) -> AWSResponse | None:
    wanted = orjson.loads(request.body)  # type: ignore[arg-type] # bytes
    table = glue_backends[DEFAULT_ACCOUNT_ID][_REGION].get_table(wanted["DatabaseName"], wanted["TableInput"]["Name"])
    if wanted.get("VersionId") in {None, table.as_dict()["VersionId"]}:
        return None
    headers = {"Content-Type": "application/x-amz-json-1.1"}
    return AWSResponse(str(request.url), 400, headers, MockRawResponse(orjson.dumps(_REFUSED)))  # type: ignore[arg-type] # as moto answers
