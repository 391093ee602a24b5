"""Security headers of every response and page: no framing, embedding, shared caching or foreign resources."""

import asyncio
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiohttp import web

from functions.docs.files import Asset
from functions.docs.handler import handler as docs
from infra.local.host.servers import Servers
from infra.local.layout import Layout
from shared.app.wiring import Wiring
from shared.auth.scopes import Scope
from shared.runtime.browser_headers import PROTECTION
from tests import chromium
from tests.attacks.edge.conftest import WatchedDoor
from tests.attacks.edge.raw_http import ask
from tests.events.api_gateway import context, rest_event
from tests.fakes.identities import Visitor
from tests.functions.every_route import GUARDED, OPEN
from tests.functions.every_route import ask as ask_route
from tests.local.host.free_ports import free_ports
from tests.local.host.web_ports import serving

DOCS = "/api/v1/docs"
PUBLIC = {"/api/v1/openapi.json", DOCS, "/api/v1/docs/{name}", "/api/v1/.well-known/jwks.json"}


def told(answer: Any) -> Mapping[str, str]:
    """The headers of a function's answer."""
    return {name: values[0] for name, values in answer["multiValueHeaders"].items()}


def policy_of(headers: Mapping[str, str]) -> Mapping[str, str]:
    """The rules of a content policy by their directives."""
    return dict(rule.split(" ", 1) for rule in headers["Content-Security-Policy"].split("; "))


def assert_protected(headers: Mapping[str, str]) -> None:
    """Fail unless an answer is neither framed, nor lent, nor taken for another type."""
    for name, value in PROTECTION.items():
        assert name in headers, name
        if name not in {"Cache-Control", "Content-Security-Policy"}:
            assert headers[name] == value
    policy = policy_of(headers)
    assert (policy["frame-ancestors"], policy["default-src"], policy["base-uri"]) == ("'none'",) * 3
    assert "unsafe" not in headers["Content-Security-Policy"]


def test_every_response_has_security_headers_and_only_public_ones_are_cacheable(everywhere: Wiring) -> None:
    visitor = Visitor(everywhere.identity, *Scope)

    for route in [*OPEN, *(route for route, _ in GUARDED)]:
        headers = told(ask_route(route, token=visitor.token))
        assert_protected(headers)
        if route.path not in PUBLIC:
            assert headers["Cache-Control"] in {"no-store", "private, no-cache"}, route


@pytest.mark.usefixtures("everywhere")
def test_a_refusal_has_security_headers_and_no_store() -> None:
    for route, _ in GUARDED:
        headers = told(ask_route(route))
        assert_protected(headers)
        assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "request_line",
    ["GET /elsewhere HTTP/1.1", "GET /ws/elsewhere HTTP/1.1", "GET /api/v1/a#b HTTP/1.1", "GET /api/v1/a", "no HTTP"],
)
def test_front_door_refusals_have_security_headers_and_no_store(watched: WatchedDoor, request_line: str) -> None:
    answer = ask(watched.port, f"{request_line}\r\nHost: d\r\n\r\n".encode())

    assert {name: answer.values(name.lower()) for name in PROTECTION} == {k: [v] for k, v in PROTECTION.items()}


def served(path: str) -> tuple[Mapping[str, str], str]:
    """The headers and the text of a file of the document's page."""
    answer: Any = docs(rest_event("GET", path), context())
    return told(answer), answer["body"]


def test_the_docs_page_runs_only_its_own_script() -> None:
    headers, page = served(DOCS)

    policy = policy_of(headers)
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["form-action"] == "'none'"
    assert not re.search(r"<script>|<style|style=|\son\w+=|https?://", page)


@pytest.fixture
def small_page(tmp_path: Path) -> Iterator[str]:
    """The address of the small page, while there is no web application."""
    with serving(tmp_path / "dist", Layout(tmp_path / "platform")) as ports:
        yield ports.url("web")


def test_the_small_page_has_security_headers_and_allows_only_its_style(small_page: str) -> None:
    with httpx.Client(base_url=small_page) as client:
        answers = [client.get("/"), client.get("/assets/nothing"), client.post("/")]

    assert [answer.status_code for answer in answers] == [200, 404, 405]
    for answer in answers:
        headers = {name: answer.headers.get(name) for name in PROTECTION}
        assert_protected(headers)
    assert "script" not in answers[0].text


APPLICATION = """<!doctype html><title>An application</title><div id="told">nothing</div>
<div style="color: red">styled</div><script>document.getElementById("told").textContent = "inline"</script>
<script type="module" src="/assets/app.js"></script>"""
SCRIPT = """
document.getElementById("told").textContent = "ran";
fetch("http://127.0.0.1:%d/stolen").catch(() => { document.title = "blocked"; });
new WebSocket("ws://" + location.host + "/ws/nothing");
"""


def test_a_browser_runs_an_applications_files_and_nothing_else(tmp_path: Path) -> None:
    elsewhere, arrived = web.Application(), list[str]()

    async def hear(request: web.Request) -> web.Response:
        arrived.append(request.path)
        return web.Response(headers={"Access-Control-Allow-Origin": "*"})

    elsewhere.router.add_get("/stolen", hear)
    (tmp_path / "dist" / "assets").mkdir(parents=True)
    (tmp_path / "dist" / "index.html").write_text(APPLICATION)
    with Servers() as servers, serving(tmp_path / "dist", Layout(tmp_path / "platform")) as ports:
        servers.serve(elsewhere, ports.athena)
        (tmp_path / "dist" / "assets" / "app.js").write_text(SCRIPT % ports.athena)
        page = chromium.shown(f"{ports.url('web')}/dashboards/executive", tmp_path / "profile")

    assert '<div id="told">ran</div>' in page.stdout
    assert "<title>blocked</title>" in page.stdout
    assert arrived == []
    blocked = [line for line in page.stderr.splitlines() if "Content Security Policy" in line]
    assert any("inline script" in line for line in blocked)
    assert any("/stolen" in line for line in blocked)
    assert not any("style-src" in line or "/ws/nothing" in line for line in blocked)


def as_served(watched: list[str]) -> web.Application:
    """The document's page over HTTP, and a list of what a browser asked for."""

    turn = asyncio.Lock()  # as Lambda does, a function gets one request at a time: its resolver has state

    async def serve(request: web.Request) -> web.Response:
        watched.append(request.path)
        async with turn:
            answer: Any = await asyncio.to_thread(docs, rest_event("GET", request.path), context())
        return web.Response(status=answer["statusCode"], text=answer["body"], headers=dict(told(answer)))

    app = web.Application()
    app.router.add_get("/{path:.*}", serve)
    return app


def test_a_browser_shows_the_documents_page_under_its_policy(tmp_path: Path) -> None:
    ports, asked = free_ports(), list[str]()

    with Servers() as servers:
        servers.serve(as_served(asked), ports.web)
        page = chromium.shown(f"{ports.url('web')}{DOCS}", tmp_path)

    assert "opblock-summary-path" in page.stdout
    assert "/api/v1/ingest" in page.stdout
    assert "Content Security Policy" not in page.stderr
    expected = {DOCS, "/api/v1/openapi.json", *(f"{DOCS}/{each}" for each in Asset)}
    assert set(asked) - {"/favicon.ico"} == expected


def test_a_browser_shows_the_small_page_under_its_policy(small_page: str, tmp_path: Path) -> None:
    page = chromium.shown(small_page, tmp_path / "profile")

    assert "Tally is up" in page.stdout
    assert "Content Security Policy" not in page.stderr
