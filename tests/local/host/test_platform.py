"""The platform as `up` brings it up answers at its public doors as it does behind CloudFront."""

import asyncio
import gzip
import json
import subprocess
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from infra.local.host.getting_started import commands
from infra.local.layout import PROJECT, Layout, Ports
from tests.local.conftest import RunningPlatform
from tests.local.host.test_front_door import Reply, ask

NOW = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def sales(source: str, count: int) -> dict[str, Any]:
    """Return a batch of sales of one source."""
    lines = [
        {
            "transaction_id": f"{source}-{number}",
            "timestamp": NOW,
            "product_id": "p-1",
            "quantity": 1,
            "unit_price": "2.50",
            "region": source,
        }
        for number in range(count)
    ]
    metadata = {"source_system": "test", "extraction_timestamp": NOW, "schema_version": "1"}
    return {
        "source_id": source,
        "data_type": "transactions",
        "format": "json",
        "metadata": metadata,
        "data": lines,
    }


def bearer(platform: RunningPlatform) -> dict[str, str]:
    """Return what opens the door."""
    return {"Authorization": f"Bearer {platform.token}"}


def post(platform: RunningPlatform, batch: dict[str, Any]) -> Reply:
    """Send a batch as a client with much to send does."""
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip", **bearer(platform)}
    body = gzip.compress(json.dumps(batch).encode())
    return ask(platform.ports.front, "POST", "/api/v1/ingest/batch", body, headers)


def loaded(platform: RunningPlatform, source: str) -> int:
    """Return how many sales of a source are in the lake."""
    reply = ask(platform.ports.front, "GET", "/api/v1/ingest/sources?size=100", headers=bearer(platform))
    content = reply.json()["data"]["content"]
    counts = [
        each["configuration"]["data_types"]["transactions"]["loaded"] for each in content if each["source_id"] == source
    ]
    return sum(counts)


def test_a_compressed_batch_reaches_the_lake(platform: RunningPlatform) -> None:
    reply = post(platform, sales("host-gzip", 40))

    assert (reply.status, reply.json()["data"]["records_received"]) == (201, 40)
    platform.settle(quiet=0.5)
    assert loaded(platform, "host-gzip") == 40


def test_an_undefined_path_is_not_found_in_the_commerce_dialect(platform: RunningPlatform) -> None:
    reply = ask(platform.ports.front, "GET", "/api/v1/nope")

    assert (reply.status, reply.json()["error"]["code"]) == (404, "NOT_FOUND")
    assert reply.json()["request_id"] == reply.headers["x-request-id"]


def test_another_method_on_a_defined_path_lists_the_allowed_ones(platform: RunningPlatform) -> None:
    reply = ask(platform.ports.front, "DELETE", "/api/v1/ingest/batch")

    assert (reply.status, reply.headers["allow"]) == (405, "POST")


def test_the_web_page_may_call_the_api_and_other_pages_may_not(platform: RunningPlatform) -> None:
    def preflight(origin: str) -> Reply:
        headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        return ask(platform.ports.front, "OPTIONS", "/api/v1/ingest/batch", headers=headers)

    own = f"http://localhost:{platform.ports.web}"

    assert preflight(own).headers["access-control-allow-origin"] == own
    assert preflight("http://evil.example").headers["access-control-allow-origin"] != "http://evil.example"


def test_a_websocket_client_is_joined_to_its_channel(platform: RunningPlatform) -> None:
    async def join() -> int | None:
        url = f"{platform.websocket_url}/dashboards/executive"
        async with asyncio.timeout(20), aiohttp.ClientSession(headers=bearer(platform)) as session:
            async with session.ws_connect(url) as socket:
                await socket.close()
            return socket.close_code

    assert asyncio.run(join()) == 1000


def test_the_web_application_and_the_api_are_served_on_one_origin(platform: RunningPlatform) -> None:
    page = ask(platform.ports.web, "GET", "/dashboards/executive")
    health = ask(platform.ports.web, "GET", "/api/v1/health")

    assert (page.status, b"The application" in page.body) == (200, True)
    assert f"http://127.0.0.1:{platform.ports.emulator}" in page.headers["content-security-policy"]
    assert (health.status, health.json()["success"]) == (200, True)


def test_a_page_joins_its_channel_on_its_own_origin(platform: RunningPlatform) -> None:
    async def join() -> str:
        url = f"{platform.ports.url('web')}/ws/dashboards/executive"
        own = {"Origin": platform.ports.url("web"), **bearer(platform)}
        async with (
            asyncio.timeout(20),
            aiohttp.ClientSession(headers=own) as session,
            session.ws_connect(url) as socket,
        ):
            told = await socket.receive_json()
        return str(told["type"])

    assert asyncio.run(join()) == "dashboard_refresh"


def test_the_link_of_the_command_line_signs_in_once(platform: RunningPlatform) -> None:
    printed = subprocess.run(  # noqa: S603 - our own program
        [PROJECT / "tally", "open", "--print", "--directory", str(platform.layout.directory)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout.strip()
    address, _, code = printed.partition("#code=")
    body = json.dumps({"code": code}).encode()

    first, second = (ask(platform.ports.web, "POST", "/local/sign-in", body) for _ in range(2))

    assert address == f"{platform.ports.url('web')}/sign-in"
    assert (first.status, second.status) == (200, 401)
    token = {"Authorization": f"Bearer {first.json()['data']['access_token']}"}
    assert ask(platform.ports.web, "GET", "/api/v1/ingest/sources", headers=token).status == 200
    assert {"access_token", "refresh_token"} <= set(first.json()["data"])
    assert first.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("name", list(commands(Layout(PROJECT), Ports(), "a-stream", datetime.now(UTC))))
def test_every_printed_command_works(platform: RunningPlatform, name: str) -> None:
    command = commands(platform.layout, platform.ports, platform.outputs.event_stream, datetime.now(UTC))[name]

    answer = subprocess.run(  # noqa: S603 - what we tell users to run
        ["/usr/bin/env", "bash", "-c", command], cwd=PROJECT, capture_output=True, text=True, check=False, timeout=60
    )

    assert answer.returncode == 0, answer.stderr
    assert '"success":true' in answer.stdout or answer.stdout.strip().isdigit()
