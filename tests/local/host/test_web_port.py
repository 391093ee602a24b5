"""The web port serves the application's files and the API on one origin, as CloudFront does."""

import asyncio
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from infra import web_site
from infra.local.layout import Layout, Ports
from shared.runtime.browser_headers import PROTECTION
from tests.local.host.test_front_door import ask
from tests.local.host.web_ports import serving
from tests.site_paths import FILES

SCRIPT = "export const answer = 42;\n" * 100
APPLICATION = {
    "index.html": "<!doctype html><title>Tally</title>",
    "favicon.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
    "manifest.webmanifest": "{}",
    "assets/app-1a2b3c4d.js": SCRIPT,
    "assets/fonts/inter.woff2": "a font",
}


def write_application(folder: Path) -> None:
    """Write what `npm run build` leaves."""
    for name, text in APPLICATION.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "assets" / "app-1a2b3c4d.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built application beside something that is no part of it."""
    beside = tmp_path_factory.mktemp("web")
    (beside / "secret.txt").write_text("a secret")
    folder = beside / "dist"
    write_application(folder)
    (folder / "assets" / "link.js").symlink_to(beside / "secret.txt")
    return folder


@pytest.fixture(scope="module")
def ports(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ports]:
    """The web port and the front door before a fake emulator."""
    with serving(folder, Layout(tmp_path_factory.mktemp("platform"))) as ports:
        yield ports


@pytest.mark.parametrize("path", FILES)
def test_a_path_is_answered_by_its_file_or_by_the_application(ports: Ports, path: str) -> None:
    answer = ask(ports.web, "GET", path)

    expected = APPLICATION.get(FILES[path])
    assert (answer.status, answer.body.decode()) == ((404, "Not Found\n") if expected is None else (200, expected))


@pytest.mark.parametrize("path", ["/assets/gone-00000000.js", "/assets/", "/assets/fonts", "/robots.txt"])
def test_a_missing_file_is_not_found_and_not_kept(ports: Ports, path: str) -> None:
    answer = ask(ports.web, "GET", path)

    assert (answer.status, answer.headers["cache-control"]) == (404, "no-store")


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../../secret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/assets/%2e%2e/%2e%2e/secret.txt",
        "/assets/link.js",
        "/assets//etc/passwd",
        "/assets/a%00.js",
        "/..%2fsecret.txt",
    ],
)
def test_nothing_outside_of_the_folder_is_served(ports: Ports, path: str) -> None:
    answer = ask(ports.web, "GET", path)

    assert (answer.status, answer.body) == (404, b"Not Found\n")


def test_files_with_a_hash_are_kept_forever_and_pages_are_asked_for_again(ports: Ports) -> None:
    page, asset = ask(ports.web, "GET", "/dashboards/executive"), ask(ports.web, "GET", "/assets/app-1a2b3c4d.js")

    assert page.headers["cache-control"] == "no-cache"
    assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
    unchanged = ask(ports.web, "GET", "/", headers={"If-None-Match": page.headers["etag"]})
    assert (unchanged.status, unchanged.body) == (304, b"")


def test_a_compressed_file_is_sent_to_clients_that_read_it(ports: Ports) -> None:
    path = "/assets/app-1a2b3c4d.js"
    packed, plain = ask(ports.web, "GET", path, headers={"Accept-Encoding": "gzip"}), ask(ports.web, "GET", path)

    assert (packed.headers["content-encoding"], gzip.decompress(packed.body)) == ("gzip", SCRIPT.encode())
    assert "content-encoding" not in plain.headers
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert packed.headers["content-type"] == plain.headers["content-type"]


def test_head_has_the_headers_of_get_and_no_body(ports: Ports) -> None:
    for path in ("/", "/assets/app-1a2b3c4d.js"):
        got, head = ask(ports.web, "GET", path), ask(ports.web, "HEAD", path)

        assert (head.status, head.body) == (200, b"")
        assert {**head.headers, "date": ""} == {**got.headers, "date": ""}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_files_are_only_read(ports: Ports, method: str) -> None:
    answer = ask(ports.web, method, "/")

    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


def test_pages_load_only_their_own_files_and_connect_to_the_platform_only(ports: Ports) -> None:
    for path in ("/", "/assets/app-1a2b3c4d.js"):
        headers = ask(ports.web, "GET", path).headers

        rules = dict(rule.split(" ", 1) for rule in headers["content-security-policy"].split("; "))
        assert rules["script-src"] == "'self'"
        assert rules["connect-src"].split() == [
            "'self'",
            f"http://127.0.0.1:{ports.emulator}",
            f"ws://localhost:{ports.web}",
            f"ws://127.0.0.1:{ports.web}",
        ]
        assert {rules[name] for name in ("default-src", "object-src", "base-uri", "frame-ancestors")} == {"'none'"}
        own = {"Cache-Control", "Content-Security-Policy"}
        assert {name: headers[name.lower()] for name in PROTECTION if name not in own} == {
            name: value for name, value in PROTECTION.items() if name not in own
        }


def test_the_api_answers_on_the_same_origin_with_its_own_headers(ports: Ports) -> None:
    there, here = (ask(port, "POST", "/api/v1/echo?a=%2520", b"body") for port in (ports.front, ports.web))

    assert here.json()["raw"] == there.json()["raw"] == "/restapis/abc/local/_user_request_/api/v1/echo?a=%2520"
    assert bytes.fromhex(here.json()["body"]) == b"body"
    assert "content-security-policy" not in here.headers  # the upstream sends none


@pytest.mark.parametrize("path", ["/api/v2/nothing", "/api/", "/ws/nothing"])
def test_an_unknown_address_of_the_api_is_not_a_page(ports: Ports, path: str) -> None:
    answer = ask(ports.web, "GET", path)

    assert (answer.status, answer.json()["error"]["code"]) == (404, "NOT_FOUND")


def test_sockets_are_joined_on_the_same_origin(ports: Ports) -> None:
    async def join() -> Any:
        own = {"Origin": f"http://localhost:{ports.web}"}
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"{ports.url('web')}/ws/analytics", headers=own) as socket,
        ):
            return await socket.receive_json()

    assert asyncio.run(join())["query"] == "channel=analytics"


@pytest.mark.parametrize("path", ["/", "/assets/app-1a2b3c4d.js", "/api/v1/echo", "/ws/analytics"])
@pytest.mark.parametrize(
    "headers", [{"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Host": "evil.example"}]
)
def test_foreign_pages_reach_nothing(ports: Ports, path: str, headers: dict[str, str]) -> None:
    assert ask(ports.web, "GET", path, headers=headers).status == 403


def test_an_application_that_is_built_while_the_platform_is_up_is_served(tmp_path: Path) -> None:
    with serving(tmp_path / "dist", Layout(tmp_path / "platform")) as ports:
        before = [ask(ports.web, "GET", path) for path in ("/", "/sign-in", "/assets/app-1a2b3c4d.js")]
        write_application(tmp_path / "dist")
        after = ask(ports.web, "GET", "/sign-in")

    assert [answer.status for answer in before] == [200, 200, 404]
    assert b"The web application is not built" in before[0].body
    assert after.body.decode() == APPLICATION["index.html"]


def test_the_application_is_looked_for_where_it_is_built() -> None:
    assert web_site.BUILD.parts[-2:] == ("web", "dist")
