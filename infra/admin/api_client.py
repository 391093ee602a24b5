"""A client of the public API for commands: JSON in and out, and errors as one sentence."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, BinaryIO

import urllib3

from infra.local import run_state
from infra.local.errors import NoApiKey, RequestFailed
from infra.local.keys import LocalApiKey
from infra.local.layout import Layout

CLIENT_ID, CLIENT_SECRET = "TALLY_CLIENT_ID", "TALLY_CLIENT_SECRET"
"""Environment variables with an API key for a platform elsewhere."""

_MOST_FIELD_ERRORS, _LONGEST_TEXT = 10, 300
_CONNECT_SECONDS, _ANSWER_SECONDS, _FILE_SECONDS = 5.0, 60.0, 600.0


@dataclass(frozen=True)
class ApiClient:
    """Requests to one platform with one token."""

    api_url: str
    token: str
    http: urllib3.PoolManager

    def get(self, path: str) -> Any:
        """Return the data at a path; None if it does not exist.

        Raises:
            RequestFailed: the API cannot be reached, or refuses.
        """
        return self._request("GET", path, None, absent_is_none=True)

    def send(self, method: str, path: str, body: Mapping[str, Any]) -> Any:
        """Send a JSON body and return the data of the answer.

        Raises:
            RequestFailed: the API cannot be reached, or refuses.
        """
        return self._request(method, path, body)

    def put_file(self, url: str, headers: Mapping[str, str], file: BinaryIO, size: int) -> None:
        """Send a file to a presigned URL while it is read.

        Raises:
            RequestFailed: the storage cannot be reached, or refuses.
        """
        sent = {**headers, "Content-Length": str(size)}
        patience = urllib3.Timeout(connect=_CONNECT_SECONDS, read=_FILE_SECONDS)
        # The URL accepts one file only, so a broken transfer is not repeated here but with a new upload.
        answer = _answer(self.http, "PUT", url, headers=sent, body=file, retries=False, timeout=patience)
        if answer.status != HTTPStatus.OK:
            raise RequestFailed(f"The file was not accepted ({answer.status}): {_text(answer.data)}")

    def _request(self, method: str, path: str, body: Mapping[str, Any] | None, *, absent_is_none: bool = False) -> Any:
        url = f"{self.api_url}{path}"
        bearer = {"Authorization": f"Bearer {self.token}"}
        answer = _answer(self.http, method, url, headers=bearer, **({} if body is None else {"json": body}))
        if absent_is_none and answer.status == HTTPStatus.NOT_FOUND:
            return None
        return _data(answer, f"{method} {url}")


@contextmanager
def api_client(directory: Path, url: str | None) -> Iterator[ApiClient]:
    """Connect to the platform of a directory with its own key, or to one elsewhere with the key of the environment.

    Args:
        directory: that of the local platform.
        url: address of a platform elsewhere, with or without `/api/v1`; None for the local one.

    Raises:
        NotUp: the local platform is not running.
        NoApiKey: the environment has no key for the platform elsewhere.
        NoToken, RequestFailed: no token is issued.
    """
    # Every request of the commands may be repeated: it reads, replaces a configuration or announces one more upload.
    again = urllib3.Retry(connect=2, read=2, status=3, backoff_factor=0.5, status_forcelist=[429, 503, 504])
    again = again.new(allowed_methods=None, raise_on_status=False)
    patience = urllib3.Timeout(connect=_CONNECT_SECONDS, read=_ANSWER_SECONDS)
    http = urllib3.PoolManager(retries=again, timeout=patience)
    try:
        if url is None:
            layout = Layout(directory.resolve())
            api_url = f"{run_state.require_current(layout).ports.url('front')}/api/v1"
            yield ApiClient(api_url, LocalApiKey(layout).token(api_url), http)
        else:
            api_url = f"{url.rstrip('/').removesuffix('/api/v1')}/api/v1"
            yield ApiClient(api_url, _token(http, api_url), http)
    finally:
        http.clear()


def _token(http: urllib3.PoolManager, api_url: str) -> str:
    key = {"client_id": os.environ.get(CLIENT_ID), "client_secret": os.environ.get(CLIENT_SECRET)}
    if not all(key.values()):
        raise NoApiKey(CLIENT_ID, CLIENT_SECRET)
    url = f"{api_url}/auth/token"
    token: str = _data(_answer(http, "POST", url, json=key), f"POST {url}")["access_token"]
    return token


def _answer(http: urllib3.PoolManager, method: str, url: str, **request: Any) -> urllib3.BaseHTTPResponse:
    try:
        return http.request(method, url, **request)
    except urllib3.exceptions.HTTPError as error:
        raise RequestFailed(f"{url.partition('?')[0]} cannot be reached ({error}).") from error


def _data(answer: urllib3.BaseHTTPResponse, what: str) -> Any:
    try:
        body = json.loads(answer.data)
    except ValueError:
        raise RequestFailed(f"{what} answered {answer.status}: {_text(answer.data)}") from None
    if answer.status < HTTPStatus.BAD_REQUEST and isinstance(body, dict) and "data" in body:
        return body["data"]
    error = body.get("error", {}) if isinstance(body, dict) else {}
    reasons = [f"{each['field']} {each['message']}" for each in error.get("field_errors") or ()]
    more = [f"and {len(reasons) - _MOST_FIELD_ERRORS} more"] if len(reasons) > _MOST_FIELD_ERRORS else []
    found = "; ".join([*reasons[:_MOST_FIELD_ERRORS], *more])
    raise RequestFailed(
        f"{what} answered {answer.status} {error.get('code', '')}: {error.get('message', _text(answer.data))}"
        + (f" ({found})" if found else "")
    )


def _text(data: bytes) -> str:
    return data[:_LONGEST_TEXT].decode(errors="replace")
