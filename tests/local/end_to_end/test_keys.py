"""API keys from the command line: what it makes opens the API as far as its scopes go, and is ended by it."""

import json
import stat
from typing import Any

import httpx
from typer.testing import CliRunner

from infra.local.cli import app
from infra.local.keys import LocalApiKey
from tests.local.conftest import RunningPlatform


def keys(platform: RunningPlatform, *arguments: str) -> str:
    """Run a command of `keys` and return what it prints."""
    answer = CliRunner().invoke(app, ["keys", *arguments, "--directory", str(platform.layout.directory)])
    assert answer.exit_code == 0, answer.output
    return answer.output


def pair(platform: RunningPlatform, key: dict[str, Any]) -> httpx.Response:
    """Ask for tokens with a key."""
    shown = (key["id"], key["client_secret"])
    return httpx.post(f"{platform.api_url}/auth/token", auth=shown, timeout=60)


def test_a_key_is_created_listed_used_rotated_and_revoked(platform: RunningPlatform) -> None:
    made = json.loads(keys(platform, "create", "web shop", "--scope", "ingest:read"))
    listed = keys(platform, "list")
    token = pair(platform, made).json()["data"]["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}

    may = httpx.get(f"{platform.api_url}/ingest/sources", headers=bearer, timeout=60)
    may_not = httpx.get(f"{platform.api_url}/auth/keys", headers=bearer, timeout=60)
    rotated = json.loads(keys(platform, "rotate", made["id"], "--grace-hours", "0"))
    by_secret = [pair(platform, each).status_code for each in (made, rotated)]
    keys(platform, "revoke", made["id"])

    assert made["id"] in listed
    assert made["client_secret"] not in listed
    assert (may.status_code, may_not.status_code) == (200, 403)
    assert by_secret == [401, 200]
    assert pair(platform, rotated).status_code == 401


def test_the_local_key_is_readable_by_its_user_only_and_created_once(platform: RunningPlatform) -> None:
    file = platform.layout.own_key

    token = CliRunner().invoke(app, ["token", "--directory", str(platform.layout.directory)]).output.strip()

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert httpx.get(f"{platform.api_url}/auth/keys", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    assert LocalApiKey(platform.layout).token(platform.api_url)


def test_the_published_keys_verify_issued_tokens(platform: RunningPlatform) -> None:
    (key,) = httpx.get(f"{platform.api_url}/.well-known/jwks.json", timeout=60).json()["keys"]

    assert (key["kty"], key["crv"], key["alg"]) == ("EC", "P-256", "ES256")


def test_without_a_token_the_api_requests_a_bearer_token(platform: RunningPlatform) -> None:
    answer = httpx.get(f"{platform.api_url}/ingest/sources", timeout=60)

    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.json()["error"]["code"] == "UNAUTHORIZED"
