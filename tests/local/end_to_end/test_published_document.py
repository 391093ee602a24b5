"""The published document holds: whatever is sent by whomever, the routes answer as it says."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import cycle
from typing import Any

import pytest
import schemathesis

from functions.manifest import HTTP_FUNCTIONS
from functions.openapi import document
from infra.local.keys import identity_of, outputs_of
from shared.athena.snapshots import AS_OF_SNAPSHOTS
from shared.auth.identity import Identity
from shared.auth.models import ApiKey
from shared.auth.scopes import Scope
from shared.fraud.cohort_ids import CohortId, Dimension
from shared.runtime.models import now
from shared.runtime.paging import Window
from tests.fakes.bad_tokens import BAD_TOKENS
from tests.fakes.clock import Clock
from tests.fakes.identities import access_token, credentials, make_key
from tests.fakes.token_forger import TokenForger
from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.client import connected, sale
from tests.local.end_to_end.fuzzing import Case, Findings, findings, published_at
from tests.tiers import sized

PHASES = sized(quick={"examples", "fuzzing", "stateful"}, thorough={"examples", "coverage", "fuzzing", "stateful"})
"""Where requests come from: boundary values are most of them, and only part of the thorough tier."""
BY_CHANCE = sized(quick=4, thorough=8)
"""Generated requests per route, besides the document's examples and boundary values."""
WITH_BAD_TOKENS = len(BAD_TOKENS) // 2
"""Requests of each route with tokens that open nothing: they take turns, so that each of them meets several routes."""
OF_NO_ROUTE = Scope.REPLAY_RUN

OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, item in document()["paths"].items()
    for method, operation in item.items()
}
FIRSTS = {
    f"{route.method} {route.path}"
    for function in HTTP_FUNCTIONS
    for route in [min(function.routes(), key=lambda route: ("{" in route.path, route))]
}
"""A route of each function, which needs nothing that exists: what they have in common is met by every one of them."""
ROUTES = sized(quick=FIRSTS, thorough=OPERATIONS.keys())


def _marked(names: Iterable[str]) -> list[Any]:
    return [pytest.param(name, marks=() if name in FIRSTS else pytest.mark.thorough) for name in names]


each_route = pytest.mark.parametrize("route", _marked(OPERATIONS))
each_guarded_route = pytest.mark.parametrize(
    "route", _marked(name for name, told in OPERATIONS.items() if told["security"])
)


FRAUD_FORM = {"startDate", "endDate", "asOf", "includeLatency", "includeThroughput"}
COHORT = CohortId(Dimension.MERCHANT, "published", datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 2, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def identity(platform: RunningPlatform) -> Identity:
    """What gives keys and tokens on the platform."""
    url, session = platform.emulator_url, platform.credentials.session()
    return identity_of(session, url, outputs_of(session, url, "local"), "local")


@pytest.fixture(scope="module")
def token(identity: Identity) -> str:
    """A token good for everything, of a key on which nothing else depends."""
    return access_token(identity)


@pytest.fixture(scope="module")
def keys_of_others(identity: Identity, token: str) -> Mapping[str, ApiKey]:
    """Every key that there is before anything is sent, the sender's own included."""
    assert token
    pages = [identity.keys.page(Window.of_page(0, 100))]
    pages += [identity.keys.page(Window.of_page(number, 100)) for number in range(1, pages[0].totalPages)]
    return {key.id: key for page in pages for key in page.content}


@pytest.fixture(scope="module")
def found(
    platform: RunningPlatform, identity: Identity, token: str, keys_of_others: Mapping[str, ApiKey]
) -> Mapping[str, Findings]:
    """The results of requests with every scope: alone, and in sequences."""
    published = published_at(
        platform.api_url,
        routes=ROUTES,
        phases=PHASES,
        examples=BY_CHANCE,
        headers={"Authorization": f"Bearer {token}"},
    )
    own, spare, current = make_key(identity), make_key(identity), _snapshot_of_sales(platform)
    _decide(platform)

    @published.hook("filter_case")
    def spares_others(_: schemathesis.HookContext, case: Case) -> bool:
        return case.path_parameters.get("key_id") not in keys_of_others

    @published.hook("before_add_examples")
    def ask_for_kept_snapshots(_: schemathesis.HookContext, examples: list[Case]) -> None:
        for each in examples:
            _ask_for_what_exists(each, snapshots=f"transactions:{current}")

    @published.hook("map_case")
    def shows_what_exists(_: schemathesis.HookContext, case: Case) -> Case:
        """Put what only the platform can give into some of the requests that ask for it, and leave the others alone."""
        wanted = case.body if isinstance(case.body, dict) else {}
        if case.path.endswith("/auth/token") and not wanted.get("scope"):
            case.body = wanted | {"client_id": own.id, "client_secret": own.client_secret}
        if case.path.endswith("/auth/refresh") and not wanted.get("grant_type"):
            case.body = wanted | {"refresh_token": identity.grants.to_key(credentials(own)).refresh_token}
        if case.path.endswith("/rotate") and not case.query:
            case.path_parameters = {"key_id": spare.id}
        _ask_for_the_cohort(case)
        return case

    return findings(published)


def _snapshot_of_sales(platform: RunningPlatform) -> str:
    """A snapshot that is kept."""
    with connected(platform) as client:
        client.send_all("published-document", [sale("published-1", "2018-02-03")])
        told = client.metric("transactions", "2018-02-03", "2018-02-04", aggregation="count")
    snapshot: str = told["metadata"]["snapshots"]["transactions"]
    return snapshot


def _ask_for_what_exists(example: Case, *, snapshots: str) -> None:
    if AS_OF_SNAPSHOTS in example.query:
        example.query[AS_OF_SNAPSHOTS] = snapshots
    if "metric_type" in example.query:  # the other form of the same path takes none of it
        example.query = {name: value for name, value in example.query.items() if name not in FRAUD_FORM}
    _ask_for_the_cohort(example)


def _ask_for_the_cohort(case: Case) -> None:
    """Ask for a cohort: an id that fits the pattern need not be that of one."""
    if "cohortId" in (case.path_parameters or {}):
        case.path_parameters = {"cohortId": COHORT.encode()}


def _decide(platform: RunningPlatform) -> None:
    """Send the decisions of the cohort."""
    decisions = [
        {
            "decision_id": f"published-{number}",
            "timestamp": f"2025-01-1{number}T10:00:00Z",
            "score": 0.25,
            "outcome": "approve",
            "merchant": COHORT.value,
            "base_value": 0.05,
            "attributions": {"amount": 0.2},
        }
        for number in range(2)
    ]
    with connected(platform) as client:
        client.outcome(client.send("published-decisions", "decisions", decisions)["batch_id"])


@each_route
def test_every_response_is_as_documented(found: Mapping[str, Findings], route: str) -> None:
    assert not found[route].failures, "\n\n".join(found[route].failures)


_OF_CUSTOMERS = {
    "GET /api/v1/analytics/customers/segments",
    "GET /api/v1/analytics/customers/{customer_id}/profile",
}
"""There are none until they are computed, once a day or on demand: tests of their own do that."""


@each_route
def test_every_route_accepts_documented_requests(found: Mapping[str, Findings], route: str) -> None:
    # 409: it fits, and finds things in another state
    taken = {HTTPStatus.CONFLICT} | ({HTTPStatus.NOT_FOUND} if route in _OF_CUSTOMERS else set())

    assert any(status < 300 or status in taken for status in found[route].statuses), found[route].statuses


def test_every_route_was_called_without_internal_errors(found: Mapping[str, Findings]) -> None:
    beside = {where: one.failures for where, one in found.items() if where not in OPERATIONS}

    assert beside == {}
    assert found.keys() == ROUTES


def test_no_other_key_was_changed(
    found: Mapping[str, Findings], identity: Identity, keys_of_others: Mapping[str, ApiKey]
) -> None:
    assert found

    for key_id, before in keys_of_others.items():
        after, _ = identity.keys.find(key_id) or (None, None)
        assert after is not None
        assert (after.revoked_at, after.rotated_at) == (before.revoked_at, before.rotated_at)


@pytest.fixture(scope="module")
def refused(platform: RunningPlatform, identity: Identity) -> Mapping[str, Findings]:
    """The results of requests with invalid tokens, in sequence."""
    forger = TokenForger(identity, Clock(now()))
    tokens = {name: make(forger) for name, make in BAD_TOKENS.items()} | {
        "not yet valid": forger.signed(nbf=forger.at(3600)),  # nor when the last request is sent
        "issued in the future": forger.signed(iat=forger.at(3600)),
        "good for what no route asks": access_token(identity, OF_NO_ROUTE),
        "none": None,
    }
    turns = cycle(tokens.values())
    published = published_at(platform.api_url, routes=ROUTES, phases={"fuzzing"}, examples=WITH_BAD_TOKENS)

    @published.hook("map_case")
    def bears(_: schemathesis.HookContext, case: Case) -> Case:
        case.headers.pop("Authorization", None)
        if (token := next(turns)) is not None:
            case.headers["Authorization"] = f"Bearer {token}"
        return case

    return findings(published)


@each_route
def test_a_hostile_token_is_answered_as_documented(refused: Mapping[str, Findings], route: str) -> None:
    assert not refused[route].failures, "\n\n".join(refused[route].failures)


@each_guarded_route
def test_a_hostile_token_reaches_no_route(refused: Mapping[str, Findings], route: str) -> None:
    # No such path, none so long, or a header that is no text: all before a token is looked at.
    assert {401} <= refused[route].statuses <= {400, 401, 403, 404, 414, 431}
