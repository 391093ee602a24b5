"""Without its tables and signing keys, authentication is unavailable, and recovers with them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import Any

import orjson
import pytest

from functions.audit import handler as audit
from functions.auth import handler as auth
from functions.ingest import handler as ingest
from shared.app.wiring import Wiring, wiring
from shared.auth.models import TokenPair
from shared.auth.scopes import Scope
from tests.events.api_gateway import context, rest_event
from tests.fakes.answers import Answer
from tests.fakes.identities import Visitor, credentials, make_key
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.outages import refusal

Outage = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def starting(wired: Wiring) -> Iterator[None]:
    """Functions that have just started: they have looked at no key yet."""
    fresh = Wiring(wired.settings, wired.clock)
    for function in (audit, auth, ingest):
        function.app.dependency_overrides[wiring] = lambda: fresh
    yield
    for function in (audit, auth, ingest):
        function.app.dependency_overrides.clear()


@pytest.fixture
def without(platforms: MotoPlatforms) -> Outage:
    """Take a service away."""
    return platforms.outages.of


@pytest.fixture
def pair(wired: Wiring) -> TokenPair:
    """Tokens that are good."""
    return wired.identity.grants.to_key(credentials(make_key(wired.identity)))


def _auth(method: str, path: str, body: Any = None) -> Answer:
    return Answer.of(auth.handler(rest_event(method, f"/api/v1{path}", body=body), context()))


def _is_retryable(answer: Answer) -> bool:
    return (answer.status, answer.code, answer.headers["retry-after"]) == (503, "SERVICE_UNAVAILABLE", "2")


@pytest.mark.usefixtures("starting")
@pytest.mark.parametrize("service", ["kms", "dynamodb"])
def test_tokens_need_tables_and_signing_key_and_are_issued_after_recovery(
    wired: Wiring, without: Outage, service: str
) -> None:
    shown = asdict(credentials(make_key(wired.identity)))

    with without(service):
        refused = _auth("POST", "/auth/token", shown)
    given = _auth("POST", "/auth/token", shown)

    assert _is_retryable(refused)
    assert given.status == 200


@pytest.mark.usefixtures("starting")
@pytest.mark.parametrize("service", ["kms", "dynamodb"])
def test_a_refresh_token_used_during_an_outage_remains_valid(pair: TokenPair, without: Outage, service: str) -> None:
    shown = {"refresh_token": pair.refresh_token}

    with without(service):
        refused = _auth("POST", "/auth/refresh", shown)
    given = _auth("POST", "/auth/refresh", shown)

    assert _is_retryable(refused)
    assert given.status == 200


@pytest.mark.usefixtures("starting")
def test_public_keys_are_fetched_from_kms_once_and_published_without_it(without: Outage) -> None:
    with without("kms"):
        never_seen = _auth("GET", "/.well-known/jwks.json")
    told = _auth("GET", "/.well-known/jwks.json")
    with without("kms"):
        remembered = _auth("GET", "/.well-known/jwks.json")

    assert _is_retryable(never_seen)
    assert told.status == 200
    assert remembered.body == told.body


@pytest.mark.usefixtures("starting")
@pytest.mark.parametrize("service", ["kms", "dynamodb"])
def test_a_failed_token_check_is_reported_in_the_dialect_of_the_route(
    wired: Wiring, without: Outage, service: str
) -> None:
    visitor = Visitor(wired.identity, Scope.AUDIT_READ, Scope.INGEST_READ)
    commerce = rest_event("GET", "/api/v1/ingest/sources", token=visitor.token)
    fraud = rest_event("GET", "/api/v1/analytics/audit/logs", token=visitor.token)

    with without(service):
        in_commerce = Answer.of(ingest.handler(commerce, context()))
        in_fraud = audit.handler(fraud, context())

    assert _is_retryable(in_commerce)
    assert (in_fraud["statusCode"], in_fraud["multiValueHeaders"]["Retry-After"]) == (503, ["2"])
    told = orjson.loads(in_fraud["body"])
    assert (told["error"], told["retryAfter"]) == ("service_unavailable", 2)


@pytest.mark.usefixtures("starting")
@pytest.mark.parametrize("code", ["ThrottlingException", "KMSInternalException"])
def test_a_throttled_service_is_unavailable_too(pair: TokenPair, without: Outage, code: str) -> None:
    with without("kms", refusal(code, 400 if code.startswith("Throttling") else 500)):
        answer = _auth("POST", "/auth/refresh", {"refresh_token": pair.refresh_token})

    assert _is_retryable(answer)


@pytest.mark.usefixtures("starting")
@pytest.mark.parametrize("code", ["AccessDeniedException", "NotFoundException", "DisabledException"])
def test_a_forbidden_signing_key_is_an_internal_error(pair: TokenPair, without: Outage, code: str) -> None:
    with without("kms", refusal(code)):
        answer = _auth("POST", "/auth/refresh", {"refresh_token": pair.refresh_token})

    assert (answer.status, answer.code) == (500, "INTERNAL_ERROR")
    assert "retry-after" not in answer.headers
