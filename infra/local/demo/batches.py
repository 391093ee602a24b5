"""The demo's way in by batch: `POST /ingest/batch`, as any client does it."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import orjson
import urllib3

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infra.local.demo.window import Record

MOST_RECORDS = 10_000
_SMALL_ENOUGH_PLAIN = 64 * 1024
_SHOWN_FIELDS, _SHOWN_TEXT = 5, 200
_CREATED = 201


class DemoNotSent(Exception):
    """A request with demo data failed; the message has the URL and the reason."""


class BatchClient:
    """Posts batches and accepts nothing but full success: the demo's records are all valid."""

    def __init__(self, api_url: str, *, token: str, extracted_at: str) -> None:
        self._url = f"{api_url.rstrip('/')}/ingest/batch"
        self._metadata = {"source_system": "tally-demo", "extraction_timestamp": extracted_at, "schema_version": "1"}
        self._bearer = {"Authorization": f"Bearer {token}"}
        # A batch sent twice changes nothing, so a lost answer may be asked for again.
        again = urllib3.Retry(connect=2, read=1, redirect=0, status=0, allowed_methods=None)
        self._http = urllib3.PoolManager(retries=again, timeout=urllib3.Timeout(connect=5, read=60))

    def post(self, source_id: str, data_type: str, records: Sequence[Record]) -> None:
        """Post one batch; raise if it is rejected."""
        batch = {
            "source_id": source_id,
            "data_type": data_type,
            "format": "json",
            "metadata": self._metadata,
            "data": records,
        }
        body, headers = _gzip(orjson.dumps(batch))
        what = f"{len(records)} {data_type} of {source_id}"
        try:
            answer = self._http.request("POST", self._url, body=body, headers=headers | self._bearer)
        except urllib3.exceptions.HTTPError as error:
            raise DemoNotSent(f"{what}: {self._url} cannot be reached ({error}); is the platform running?") from error
        complaint = _complaint(answer.status, answer.data)
        if complaint:
            raise DemoNotSent(f"{what}: {self._url} answered {complaint}")

    def close(self) -> None:
        """Give the connections back."""
        self._http.clear()


def _gzip(body: bytes) -> tuple[bytes, dict[str, str]]:
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if len(body) <= _SMALL_ENOUGH_PLAIN:
        return body, headers
    return gzip.compress(body, compresslevel=3, mtime=0), headers | {"Content-Encoding": "gzip"}


def _complaint(status: int, body: bytes) -> str | None:
    """Return the error of a response; an accepted batch with invalid rows has one, too."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return f"{status}: {body[:_SHOWN_TEXT].decode(errors='replace')}"
    if not isinstance(answer, dict):
        return f"{status}: {str(answer)[:_SHOWN_TEXT]}"
    if status != _CREATED:
        error = answer.get("error") or {}
        return f"{status} {error.get('code')}: {error.get('message')}{_fields(error.get('field_errors'))}"
    taken = answer.get("data") or {}
    if taken.get("status") == "rejected" or taken.get("errors"):
        return f"{status} but rejected rows{_fields(taken.get('errors'))}"
    return None


def _fields(errors: Sequence[dict[str, Any]] | None) -> str:
    if not errors:
        return ""
    shown = "; ".join(f"{_place(error)}: {error.get('message')}" for error in errors[:_SHOWN_FIELDS])
    more = len(errors) - _SHOWN_FIELDS
    return f" ({shown}; and {more} more)" if more > 0 else f" ({shown})"


def _place(error: dict[str, Any]) -> str:
    row = error.get("row")
    return str(error.get("field")) if row is None else f"row {row} {error.get('field')}"
