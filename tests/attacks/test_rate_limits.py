"""A limit applies to its subject for any spelling and number of tokens, and to no other subject."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.declaration import Route
from functions.ingest.handler import handler as ingest
from functions.manifest import HTTP_FUNCTIONS
from shared.app.wiring import Wiring, wiring
from shared.auth.scopes import Scope
from shared.limits.classes import RATE_CLASSES
from tests.events.api_gateway import context, rest_event
from tests.fakes.bad_tokens import BAD_TOKENS
from tests.fakes.clock import Clock
from tests.fakes.identities import Visitor, credentials, make_key
from tests.fakes.token_forger import TokenForger
from tests.functions.every_route import ask

SOURCES = Route("/api/v1/ingest/sources", "GET")
AUDIT = Route("/api/v1/analytics/audit/logs", "GET")
LIMIT = 3
SPELLINGS = (
    *("/api/v1/ingest/sources/", "/api/v1/ingest//sources", "//api/v1/ingest/sources", "/api/v1/./ingest/sources"),
    *(
        "/api/v1/ingest/../ingest/sources",
        "/API/V1/INGEST/SOURCES",
        "/api/v1/ingest/Sources",
        "/api/v1/ingest/%73ources",
    ),
    *(
        "/api/v1/ingest/sources%2F",
        "/api/v1/ingest/sources%00",
        "/api/v1/ingest/sources;a=b",
        "/api/v1/ingest/sources%20",
    ),
    *(
        "/api/v1/ingest/sources%3Fx",
        "/api/v1/ingest\\sources",
        "/api/v1/ingest/sources#x",
        "/api/v1/ingest/sources.json",
    ),
)


@pytest.fixture
def limited(everywhere: Wiring, clock: Clock) -> Iterator[Wiring]:
    """One wiring behind all functions, which lets three requests of a subject through in each class."""
    limits = {each.name: {"limit": LIMIT} for each in RATE_CLASSES}
    wired = Wiring(replace(everywhere.settings, rate_limits=limits), clock)
    for function in HTTP_FUNCTIONS:
        function.app().dependency_overrides[wiring] = lambda: wired
    yield wired
    for function in HTTP_FUNCTIONS:
        function.app().dependency_overrides.clear()


def _statuses(*tokens: str, route: Route = SOURCES) -> list[int]:
    return [ask(route, token=token)["statusCode"] for token in tokens]


def _left(answer: Any) -> int:
    return int(answer["multiValueHeaders"]["X-RateLimit-Remaining"][0])


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_of_a_path_evades_the_limit(limited: Wiring, spelling: str) -> None:
    visitor = Visitor(limited.identity, Scope.INGEST_READ)
    assert _statuses(*[visitor.token] * LIMIT) == [200] * LIMIT

    assert ask(SOURCES, at=spelling, token=visitor.token)["statusCode"] in {404, 429}


def test_queries_and_headers_do_not_open_another_window(limited: Wiring) -> None:
    visitor = Visitor(limited.identity, Scope.INGEST_READ)
    parts: list[dict[str, Any]] = [
        {"query": {"size": ["1"]}},
        {"query": {"token": ["x"]}},
        {"headers": {"X-Forwarded-For": "198.51.100.7", "X-Real-IP": "198.51.100.7", "Origin": "https://a.example"}},
        {"headers": {"X-HTTP-Method-Override": "POST", "X-Original-URL": "/api/v1/health"}},
    ]

    answers = [ask(SOURCES, token=visitor.token, **each) for each in parts]

    assert [answer["statusCode"] for answer in answers] == [200, 400, 200, 429]


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "POST", "PUT", "TRACE", "get", "G\u00c9T"])
def test_no_other_method_evades_the_limit(limited: Wiring, method: str) -> None:
    visitor = Visitor(limited.identity, Scope.INGEST_READ)
    _statuses(*[visitor.token] * LIMIT)

    answer = ingest(rest_event(method, SOURCES.path, token=visitor.token), context())

    assert answer["statusCode"] in {404, 405, 429}


def test_all_tokens_of_an_api_key_share_its_window(limited: Wiring) -> None:
    key = make_key(limited.identity, Scope.INGEST_READ, Scope.INGEST_WRITE)
    first = limited.identity.grants.to_key(credentials(key))
    narrower = limited.identity.grants.to_key(credentials(key), "ingest:read")
    refreshed = limited.identity.grants.to_refresh_token(first.refresh_token)
    rotated = limited.identity.keys.rotate(key.id, grace=timedelta(0))
    after_rotation = limited.identity.grants.to_key(credentials(rotated))

    pairs = (first, narrower, refreshed, after_rotation)

    assert _statuses(*(pair.access_token for pair in pairs)) == [200, 200, 200, 429]


def test_all_api_keys_of_a_user_share_the_window_where_the_user_is_counted(limited: Wiring) -> None:
    scopes = (Scope.AUDIT_READ, Scope.INGEST_READ)
    tokens = [
        limited.identity.grants.to_key(credentials(make_key(limited.identity, *scopes, owner="ann"))).access_token
        for _ in range(LIMIT + 1)
    ]

    assert _statuses(*tokens, route=AUDIT) == [200, 200, 200, 429]
    assert _statuses(*tokens, route=SOURCES) == [200] * 4


def test_requests_without_a_valid_token_count_against_no_caller(limited: Wiring, clock: Clock) -> None:
    forger = TokenForger(limited.identity, clock)
    before = _left(ask(SOURCES, token=forger.good()))

    for forge in BAD_TOKENS.values():
        answer = ask(SOURCES, token=forge(forger))
        assert not any(name.startswith("X-RateLimit") for name in answer["multiValueHeaders"])

    assert _left(ask(SOURCES, token=forger.good())) == before - 1


def test_one_callers_limit_does_not_affect_others(limited: Wiring) -> None:
    loud, quiet = (Visitor(limited.identity, Scope.INGEST_READ) for _ in range(2))

    assert _statuses(*[loud.token] * 5) == [200, 200, 200, 429, 429]
    assert _statuses(quiet.token) == [200]


def test_requests_refused_for_scope_or_body_count_too(limited: Wiring) -> None:
    visitor = Visitor(limited.identity, Scope.INGEST_WRITE)
    batches = Route("/api/v1/ingest/batch", "POST")

    answers = [ask(batches, token=visitor.token, raw="{"), *(ask(SOURCES, token=visitor.token) for _ in range(3))]

    assert [answer["statusCode"] for answer in answers] == [400, 403, 403, 429]


def test_a_window_ends_exactly_and_the_next_begins_empty(limited: Wiring, clock: Clock) -> None:
    visitor = Visitor(limited.identity, Scope.INGEST_READ)
    clock.pass_by(timedelta(minutes=59, seconds=59, milliseconds=999))
    assert _statuses(*[visitor.token] * 4) == [200, 200, 200, 429]

    clock.pass_by(timedelta(milliseconds=1))

    assert _statuses(*[visitor.token] * 4) == [200, 200, 200, 429]


def test_a_slow_clock_does_not_reopen_a_window(limited: Wiring, clock: Clock) -> None:
    visitor = Visitor(limited.identity, Scope.INGEST_READ)
    _statuses(*[visitor.token] * LIMIT)

    clock.pass_by(timedelta(seconds=1))
    clock.pass_by(timedelta(seconds=-1))

    assert _statuses(visitor.token) == [429]
