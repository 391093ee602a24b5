"""The responses of exports: the file, the way to it, or its status."""

from base64 import b64encode
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response, content_types

from shared.app.http import BASE_PATH
from shared.audit.request import note
from shared.exports.delivery import ExportedFile
from shared.exports.details import ExportHeader
from shared.exports.models import ExportStatus
from shared.exports.store import StoredExport

_PATH = f"{BASE_PATH}/analytics/export"
_NO_STORE = {"Cache-Control": "no-store"}
_HEADERS: dict[str, Any] = {each.value: {} for each in ExportHeader}
_FILE = {
    "text/csv": {"schema": {"type": "string"}},
    "application/json": {"schema": {"type": "object", "required": ["manifest", "rows"]}},
    "application/pdf": {"schema": {"type": "string", "format": "binary"}},
}
_REDIRECT: Any = {
    "description": "The file is at `Location`, which can be downloaded for 15 minutes, as often as necessary, and with "
    "`Range` from any byte.",
    "headers": _HEADERS,
}

EXPORTED: dict[int, Any] = {
    200: {"description": "The file.", "content": _FILE, "headers": _HEADERS},
    202: {
        "description": "The export is prepared in the background; `Location` is its status.",
        "content": {"application/json": {"model": ExportStatus}},
        "headers": {"Location": {}},
    },
    303: _REDIRECT,
}
STATUS: dict[int, Any] = {
    200: {
        "description": "The status of an export that is not complete.",
        "content": {"application/json": {"model": ExportStatus}},
    },
    303: _REDIRECT,
}


def respond(found: ExportedFile | StoredExport, *, unfinished: HTTPStatus) -> Response[Any]:
    """Return a file, the redirect to it, or the status of an export that is `unfinished`; and note it for the log."""
    if isinstance(found, StoredExport):
        return _unfinished(found, unfinished)
    note(after=found.audit_entry)
    if found.url is not None:
        return Response(
            HTTPStatus.SEE_OTHER.value, headers={**found.headers, **_NO_STORE, "Location": found.url}, body=""
        )
    return _file(found)


def _file(found: ExportedFile) -> Response[Any]:
    """Return the file; bytes in base64, because the resolver writes bodies as JSON before it would encode them."""
    is_binary = isinstance(found.body, bytes)
    body = b64encode(found.body).decode() if isinstance(found.body, bytes) else found.body
    response = Response[Any](HTTPStatus.OK.value, found.details.content_type, body, {**found.headers, **_NO_STORE})
    response.base64_encoded = is_binary
    return response


def _unfinished(found: StoredExport, status: HTTPStatus) -> Response[Any]:
    location = {"Location": f"{_PATH}/{found.job.export_id}"} if status is HTTPStatus.ACCEPTED else {}
    body = found.status.model_dump(mode="json", by_alias=True)
    return Response(status.value, content_types.APPLICATION_JSON, body, {**location, **_NO_STORE})
