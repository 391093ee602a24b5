"""Which requests of a browser a port refuses, by the headers that pages cannot forge."""

import pytest

from infra.local.guard.browser import BrowserPolicy, RequestHead, by_name
from infra.local.layout import Ports

PORTS = Ports(front=8090, web=3008, emulator=4566, athena=4567)
EMULATOR = BrowserPolicy.of(PORTS, "emulator")


def head(method: str = "GET", **headers: str) -> RequestHead:
    named = {"host": "127.0.0.1:4566", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return RequestHead(method, "/", by_name(tuple(named.items())))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"host": "localhost:4566"},
        {"host": "LOCALHOST:4566"},
        {"host": "my-bucket.localhost:4566"},
        {"origin": "http://127.0.0.1:3008"},
        {"origin": "http://localhost:3008", "sec_fetch_site": "cross-site"},
        {"origin": "http://127.0.0.1:8090", "referer": "http://127.0.0.1:8090/api/v1/docs"},
        {"referer": "http://localhost:3008/dashboards/1?a=b", "sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "none"},
        {"sec_fetch_site": "same-origin"},
    ],
)
def test_programs_and_the_platforms_own_pages_pass(headers: dict[str, str]) -> None:
    assert EMULATOR.fault(head(**headers)) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "https://127.0.0.1:3008"},
        {"origin": "http://127.0.0.1:3009"},
        {"origin": "http://127.0.0.1:4566"},
        {"origin": "http://127.0.0.1:3008.evil.example"},
        {"origin": "http://localhost.evil.example:3008"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://127.0.0.1:3008", "referer": "http://evil.example/"},
        {"referer": "http://evil.example/http://127.0.0.1:3008/"},
        {"referer": "http://127.0.0.1:3008@evil.example/"},
        {"referer": "http://[evil"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "cross-site", "referer": ""},
    ],
)
def test_foreign_pages_are_refused(headers: dict[str, str]) -> None:
    assert EMULATOR.fault(head(**headers)) is not None


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:4566",
        "127.0.0.1",
        "127.0.0.1:3008",
        "localhost:80",
        "",
        "127.0.0.1.evil.example:4566",
        "localhost.evil.example:4566",
        "evillocalhost:4566",
        "[::1]:4566",
        "2130706433:4566",
        "evil.localhost:4567",
    ],
)
def test_rebound_dns_names_are_refused(host: str) -> None:
    assert EMULATOR.fault(head(host=host)) is not None


def test_a_request_with_no_host_or_with_two_is_refused() -> None:
    none, two = RequestHead("GET", "/", {}), RequestHead("GET", "/", {"host": ("127.0.0.1:4566", "127.0.0.1:4566")})

    assert EMULATOR.fault(none)
    assert EMULATOR.fault(two)


def test_two_origins_are_refused_even_when_both_are_our_own() -> None:
    twice = (("host", "127.0.0.1:4566"), ("Origin", "http://127.0.0.1:3008"), ("origin", "http://127.0.0.1:3008"))

    assert EMULATOR.fault(RequestHead("GET", "/", by_name(twice)))


@pytest.mark.parametrize(("method", "passes"), [("GET", True), ("HEAD", True), ("PUT", False), ("DELETE", False)])
def test_only_a_redirect_to_a_signed_url_may_have_a_null_origin(method: str, passes: bool) -> None:
    redirected = head(method, origin="null", sec_fetch_site="cross-site", referer="http://localhost:3008/")

    assert (EMULATOR.presigned_url_fault(redirected) is None) is passes


def test_a_foreign_page_cannot_use_a_signed_url() -> None:
    assert EMULATOR.presigned_url_fault(head(origin="http://evil.example"))
    assert EMULATOR.presigned_url_fault(head(referer="http://evil.example/"))
    assert EMULATOR.presigned_url_fault(head(host="evil.example:4566"))


@pytest.mark.parametrize(("origin", "passes"), [("http://localhost:3008", True), ("http://evil.example", False)])
def test_a_preflight_is_allowed_only_for_the_platform_pages(origin: str, passes: bool) -> None:
    asked = head("OPTIONS", origin=origin, access_control_request_method="PUT")

    assert EMULATOR.is_preflight(asked) is passes
    assert not EMULATOR.is_preflight(head("OPTIONS", origin=origin))
