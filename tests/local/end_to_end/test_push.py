"""Records that are put on the stream reach WebSocket clients: decisions as they are, sales as numbers of widgets."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import aiohttp

from tests import chromium
from tests.fakes.records import sale
from tests.local.conftest import RunningPlatform
from tests.local.end_to_end import waiting
from tests.local.end_to_end.client import Client, data_of
from tests.local.end_to_end.producer import message, put

ARRIVES_WITHIN = 90.0
Talk = Callable[[aiohttp.ClientWebSocketResponse], Any]
WIDGET = {
    "widget_id": "revenue",
    "type": "metric_card",
    "title": "Revenue",
    "position": {"x": 0, "y": 0, "w": 4, "h": 2},
    "configuration": {"source": "metrics", "metric_type": "revenue", "time_window": "24h"},
    "refresh_interval": 60,
}
PAGE = """<!doctype html><script>
const socket = new WebSocket("%s", ["bearer", "%s"]);
socket.onopen = () => socket.send(JSON.stringify({action: "subscribe", events: ["fraud:decision"]}));
socket.onmessage = (message) => fetch("/told", {method: "POST", body: message.data});
</script>"""


def talk(platform: RunningPlatform, path: str, what: Talk) -> Any:
    """Connect as a program does, and talk."""

    async def run() -> Any:
        headers = {"Authorization": f"Bearer {platform.token}"}
        async with (
            asyncio.timeout(3 * ARRIVES_WITHIN),
            aiohttp.ClientSession() as session,
            session.ws_connect(f"{platform.websocket_url}/{path}", headers=headers) as socket,
        ):
            return await what(socket)

    return asyncio.run(run())


async def until(socket: aiohttp.ClientWebSocketResponse, wanted: Callable[[Any], bool]) -> Any:
    """Return the first message that is wanted."""
    async with asyncio.timeout(ARRIVES_WITHIN):
        while not wanted(found := await socket.receive_json()):
            pass
        return found


def now() -> str:
    """The present moment, as producers write it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def test_a_decision_on_the_stream_reaches_a_subscriber_and_then_the_kpis(platform: RunningPlatform) -> None:
    decision = {"decision_id": "pushed-1", "timestamp": now(), "score": 0.91, "outcome": "decline", "merchant": "m-9"}

    async def watch(socket: aiohttp.ClientWebSocketResponse) -> tuple[Any, Any]:
        events = ["fraud:decision", "metrics:updated"]
        await socket.send_json({"action": "subscribe", "events": events, "filters": {"merchant": "m-9"}})
        await until(socket, lambda each: each["event"] == "subscribed")
        await asyncio.to_thread(put, platform, [message("push-decisions", decision, "decisions")])
        decided = await until(socket, lambda each: each["event"] == "fraud:decision")
        counted = await until(
            socket, lambda each: each["event"] == "metrics:updated" and each["data"]["kpis"]["declineRate"]
        )
        return decided, counted

    decided, counted = talk(platform, "analytics", watch)

    found = decided["data"]["decision"]
    assert (found["decisionId"], found["score"], found["outcome"]) == ("pushed-1", 0.91, "decline")
    assert 0 < counted["data"]["kpis"]["declineRate"] <= 1


def test_a_sale_on_the_stream_changes_the_number_of_a_widget(platform: RunningPlatform, client: Client) -> None:
    body = {"name": "Pushed", "category": "executive", "widgets": [WIDGET], "is_public": False}
    dashboard = data_of(client.http.post("/dashboards", json=body))["dashboard_id"]
    before = client.answered(dashboard)["revenue"]["data"]
    row = sale(1, transaction_id="pushed-sale", timestamp=now(), quantity=3)

    async def watch(socket: aiohttp.ClientWebSocketResponse) -> tuple[Any, Any]:
        first = await until(socket, lambda each: each["type"] == "dashboard_refresh")
        await asyncio.to_thread(put, platform, [message("push-sales", row)])
        return first, await until(socket, lambda each: each["type"] == "widget_update")

    first, update = talk(platform, f"dashboards/{dashboard}", watch)

    shown = client.http.get(f"/dashboards/{dashboard}/data").json()["data"]["data"]["revenue"]
    assert (first["sequence"], update["sequence"], update["widget_id"]) == (1, 2, "revenue")
    assert update["data"]["summary"] == shown["data"]["summary"]
    assert update["data"]["summary"]["total"] > before["summary"]["total"]


def test_what_is_wrong_is_answered_and_the_socket_stays_open(platform: RunningPlatform) -> None:
    async def err(socket: aiohttp.ClientWebSocketResponse) -> list[str]:
        for text in ("{", '{"action":"subscribe","events":["x"]}', "x" * (40 * 1024)):
            await socket.send_str(text)
        await socket.send_bytes(b"\x00\xff")
        codes = [(await socket.receive_json())["data"]["code"] for _ in range(4)]
        await socket.send_json({"action": "ping"})
        assert (await socket.receive_json())["event"] == "pong"
        return sorted(codes)

    codes = talk(platform, "analytics", err)

    assert set(codes) == {"malformed_json", "invalid_message", "message_too_large"}


def ids(told: list[Any]) -> list[str]:
    """The ids of the decisions that a page was told."""
    return [each["data"]["decision"]["decisionId"] for each in told if each["event"] == "fraud:decision"]


@contextmanager
def pages(page: str) -> Iterator[tuple[int, list[Any]]]:
    """Serve a page at the address of the web application; what it reports is in the list."""
    told: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name that the base class calls
            body = page.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:  # as above
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port, told
    finally:
        server.shutdown()
        server.server_close()


def test_a_page_in_a_browser_subscribes_and_receives_a_decision(platform: RunningPlatform, tmp_path: Path) -> None:
    decision = {"decision_id": "pushed-page", "timestamp": now(), "score": 0.2, "outcome": "approve"}
    page = PAGE % (f"{platform.websocket_url}/analytics", platform.token)

    address = f"localhost:{platform.ports.web}"  # of the platform's own pages, so that the handshake is admitted

    with (
        pages(page) as (port, told),
        chromium.visiting(f"http://{address}", tmp_path / "profile", f"MAP {address} 127.0.0.1:{port}"),
    ):
        (subscribed,) = waiting.until(lambda: told[:1], seconds=ARRIVES_WITHIN, what="the page has subscribed")
        put(platform, [message("push-page", decision, "decisions")])
        waiting.until(lambda: {"pushed-page"} & {*ids(told)}, seconds=ARRIVES_WITHIN, what="the page is told")

    assert subscribed["event"] == "subscribed"
    assert ids(told).count("pushed-page") == 1
