"""A link signs the laptop's user in once, within ten minutes, and nobody else."""

import io
import json
import os
import stat
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from rich.console import Console

from infra.local.host.getting_started import show_link
from infra.local.layout import Layout, Ports
from infra.local.sign_in_codes import VALID_SECONDS, SignInCodes, sign_in_address
from tests.local.host.test_front_door import Reply, ask
from tests.local.host.web_ports import KEY, serving

AT_ONCE = 8


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(tmp_path / "platform")
    layout.create()
    return layout


@pytest.fixture
def codes(layout: Layout) -> SignInCodes:
    return SignInCodes(layout)


@pytest.fixture
def ports(layout: Layout, tmp_path: Path) -> Iterator[Ports]:
    with serving(tmp_path / "dist", layout) as ports:
        yield ports


def sign_in(ports: Ports, code: str, **headers: str) -> Reply:
    """Send a code as the page does."""
    own = {"Content-Type": "application/json", "Origin": f"http://localhost:{ports.web}", **headers}
    return ask(ports.web, "POST", "/local/sign-in", json.dumps({"code": code}).encode(), own)


def age(layout: Layout, seconds: float) -> None:
    """Let every code be older."""
    for file in layout.sign_in.iterdir():
        os.utime(file, times=(time.time() - seconds,) * 2)


def test_a_code_gets_what_the_laptops_key_gets(ports: Ports, codes: SignInCodes) -> None:
    answer = sign_in(ports, codes.create())

    asked = answer.json()  # the fake emulator returns the request
    assert answer.status == 200
    assert (asked["method"], asked["raw"].partition("_user_request_")[2]) == ("POST", "/api/v1/auth/token")
    assert bytes.fromhex(asked["body"]).decode() == KEY


def test_a_code_is_good_once(ports: Ports, codes: SignInCodes) -> None:
    code = codes.create()

    first, second = sign_in(ports, code), sign_in(ports, code)

    assert (first.status, second.status) == (200, 401)
    assert second.json()["error"]["code"] == "UNAUTHORIZED"
    assert "run `./tally open` for a new one" in second.json()["error"]["message"]
    assert second.headers["cache-control"] == "no-store"


def test_of_requests_that_race_with_one_code_one_gets_tokens(ports: Ports, codes: SignInCodes) -> None:
    code = codes.create()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda _: sign_in(ports, code), range(AT_ONCE)))

    assert sorted(answer.status for answer in answers) == [200] + [401] * (AT_ONCE - 1)


def test_of_uses_that_race_one_succeeds(codes: SignInCodes) -> None:
    made = [codes.create() for _ in range(50)]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        used = list(pool.map(codes.use, [code for code in made for _ in range(AT_ONCE)]))

    assert used.count(True) == len(made)


@pytest.mark.parametrize("code", ["", "wrong", "0" * 100, "../key.json", "é"])
def test_a_wrong_code_is_refused(ports: Ports, codes: SignInCodes, code: str) -> None:
    right = codes.create()

    assert sign_in(ports, code).status == 401
    assert sign_in(ports, right).status == 200


def test_a_code_expires_after_ten_minutes(ports: Ports, codes: SignInCodes, layout: Layout) -> None:
    early, late = codes.create(), codes.create()

    age(layout, VALID_SECONDS - 60)
    in_time = sign_in(ports, early)
    age(layout, VALID_SECONDS)
    too_late = sign_in(ports, late)

    assert VALID_SECONDS == 600
    assert (in_time.status, too_late.status) == (200, 401)


def test_expired_codes_are_forgotten_when_a_new_one_is_made(codes: SignInCodes, layout: Layout) -> None:
    codes.create()
    age(layout, VALID_SECONDS)

    codes.create()

    assert len(list(layout.sign_in.iterdir())) == 1


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"{}", b'{"code": 1}', b'{"code": "a", "b": 1}', b'{"code": "\\ud800"}']
)
def test_a_malformed_request_is_told_what_to_send(ports: Ports, body: bytes) -> None:
    answer = ask(ports.web, "POST", "/local/sign-in", body)

    assert (answer.status, answer.json()["error"]["code"]) == (400, "VALIDATION_ERROR")
    assert '{"code": "…"}' in answer.json()["error"]["message"]


def test_a_code_stays_good_while_the_api_does_not_answer(layout: Layout, codes: SignInCodes, tmp_path: Path) -> None:
    code = codes.create()

    with serving(tmp_path / "dist", layout, emulator=False) as ports:
        assert sign_in(ports, code).status == 503

    assert codes.is_valid(code)


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Host": "evil.example"}])
def test_a_foreign_page_cannot_sign_in(ports: Ports, codes: SignInCodes, headers: dict[str, str]) -> None:
    code = codes.create()

    assert sign_in(ports, code, **headers).status == 403
    assert codes.is_valid(code)


def test_the_ports_of_the_api_alone_have_no_such_route(ports: Ports, codes: SignInCodes) -> None:
    body = json.dumps({"code": codes.create()}).encode()

    assert ask(ports.front, "POST", "/local/sign-in", body).status == 404
    assert ask(ports.web, "PUT", "/local/sign-in", body).status == 405


def test_no_file_contains_a_code_and_only_the_owner_reads_them(codes: SignInCodes, layout: Layout) -> None:
    code = codes.create()

    (file,) = layout.sign_in.iterdir()
    assert code not in file.name
    assert file.read_bytes() == b""
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_link_has_the_code_where_no_server_sees_it() -> None:
    assert sign_in_address(Ports(), "a-code") == "http://127.0.0.1:3008/sign-in#code=a-code"


def test_a_terminal_gets_the_link_and_a_log_the_command_that_makes_one(layout: Layout, codes: SignInCodes) -> None:
    terminal, log = io.StringIO(), io.StringIO()

    show_link(Console(file=terminal, force_terminal=True, width=40), layout, Ports())
    show_link(Console(file=log, force_terminal=False, width=40), layout, Ports())

    link = terminal.getvalue().splitlines()[-1]
    assert link.startswith("http://127.0.0.1:3008/sign-in#code=")
    assert codes.is_valid(link.partition("#code=")[2])
    assert "code=" not in log.getvalue()
    assert f"tally open --directory {layout.directory}" in log.getvalue()
