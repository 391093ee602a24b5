"""Getting and refreshing tokens over HTTP."""

import base64
from typing import Any
from urllib.parse import urlencode

import pytest

from shared.auth.identity import Identity
from shared.auth.models import ApiKeyWithSecret
from shared.auth.scopes import Scope
from tests.fakes.answers import Answer
from tests.fakes.bad_tokens import BAD_TOKENS
from tests.fakes.clock import Clock
from tests.fakes.identities import make_key
from tests.fakes.token_forger import TokenForger
from tests.functions.auth.conftest import Call

FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def key(identity: Identity) -> ApiKeyWithSecret:
    """An API key with the ingestion scopes."""
    return make_key(identity, Scope.INGEST_READ, Scope.INGEST_WRITE)


def _shown(key: ApiKeyWithSecret, **more: str) -> dict[str, str]:
    return {"client_id": key.id, "client_secret": key.client_secret, **more}


def _basic(key: ApiKeyWithSecret) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{key.id}:{key.client_secret}".encode()).decode()}


def _form(call: Call, path: str, fields: Any, **headers: str) -> Answer:
    return call("POST", path, raw=urlencode(fields).encode(), headers={**FORM, **headers})


def test_an_api_key_in_json_gets_a_pair_with_no_store(call: Call, key: ApiKeyWithSecret, identity: Identity) -> None:
    answer = call("POST", "/auth/token", body=_shown(key))

    assert answer.status == 200
    assert answer.body.keys() - {"success", "data", "timestamp", "request_id"} == answer.data.keys()
    assert {name: answer.body[name] for name in answer.data} == answer.data  # where OAuth 2 clients look
    assert answer.data.keys() == {"access_token", "token_type", "expires_in", "refresh_token", "scope"}
    assert (answer.data["token_type"], answer.data["expires_in"]) == ("Bearer", 86_400)
    assert answer.data["scope"] == "ingest:read ingest:write"
    assert identity.verifier.caller(answer.data["access_token"]).key_id == key.id
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-request-id"] == answer.body["request_id"]


def test_an_api_key_is_accepted_in_a_form_or_http_basic(call: Call, key: ApiKeyWithSecret) -> None:
    answers = [
        _form(call, "/auth/token", _shown(key, grant_type="client_credentials")),
        call("POST", "/auth/token", raw=urlencode(_shown(key)), headers=FORM),
        _form(call, "/auth/token", {"grant_type": "client_credentials"}, **_basic(key)),
        call("POST", "/auth/token", body={"scope": "ingest:read"}, headers=_basic(key)),
        call("POST", "/auth/token", headers=_basic(key)),
    ]

    assert [answer.status for answer in answers] == [200] * 5
    assert answers[3].data["scope"] == "ingest:read"


def test_a_wrong_api_key_is_refused_alike_in_every_place(call: Call, key: ApiKeyWithSecret) -> None:
    wrong = key.model_copy(update={"client_secret": "tally_wrong"})
    nobody = key.model_copy(update={"id": "key-0000000000000000"})

    answers = [
        *(call("POST", "/auth/token", body=_shown(each)) for each in (wrong, nobody)),
        *(call("POST", "/auth/token", headers=_basic(each)) for each in (wrong, nobody)),
        *(_form(call, "/auth/token", _shown(each)) for each in (wrong, nobody)),
    ]

    assert {answer.status for answer in answers} == {401}
    assert {answer.headers["www-authenticate"] for answer in answers} == {"Bearer"}
    assert len({str(answer.error) for answer in answers}) == 1


@pytest.mark.parametrize(
    ("parts", "fields"),
    [
        ({"body": {}}, {"client_id", "client_secret"}),
        ({}, {"client_id", "client_secret"}),
        ({"body": {"client_id": "key-1"}}, {"client_secret"}),
        ({"body": {"client_id": "", "client_secret": ""}}, {"client_id", "client_secret"}),
        ({"body": {"client_id": 1, "client_secret": []}}, {"client_id", "client_secret"}),
        ({"body": {"grant_type": "password", "client_id": "a", "client_secret": "b"}}, {"grant_type"}),
        ({"headers": {"Authorization": "Basic !!!"}}, {"client_id", "client_secret"}),
    ],
)
def test_a_request_without_an_api_key_names_what_is_missing(
    call: Call, parts: dict[str, Any], fields: set[str]
) -> None:
    answer = call("POST", "/auth/token", **parts)

    assert answer.status == 400
    assert {each["field"] for each in answer.error["field_errors"]} == fields


def test_a_duplicate_api_key_is_refused(call: Call, key: ApiKeyWithSecret) -> None:
    in_two_places = call("POST", "/auth/token", body=_shown(key), headers=_basic(key))
    twice_in_a_form = _form(call, "/auth/token", [*_shown(key).items(), ("client_id", key.id)])

    assert [in_two_places.status, twice_in_a_form.status] == [400, 400]


@pytest.mark.parametrize(
    ("raw", "status"),
    [(b"\xff\xfe", 415), (b"%ff=%ff&client_id=%00", 400), (b"&".join([b"a=b"] * 500), 415), (b"", 400)],
)
def test_a_malformed_form_is_refused(call: Call, raw: bytes, status: int) -> None:
    assert call("POST", "/auth/token", raw=raw, headers=FORM).status == status


def test_other_routes_refuse_forms(call: Call) -> None:
    assert _form(call, "/auth/keys", {"name": "a", "scopes": "admin"}).status == 415


def test_a_scope_beyond_the_key_is_refused(call: Call, key: ApiKeyWithSecret) -> None:
    answer = call("POST", "/auth/token", body=_shown(key, scope="admin"))

    assert answer.status == 400
    assert answer.error["field_errors"][0]["field"] == "scope"


def test_a_refresh_token_can_be_used_once(call: Call, key: ApiKeyWithSecret) -> None:
    pair = call("POST", "/auth/token", body=_shown(key)).data

    first = call("POST", "/auth/refresh", body={"refresh_token": pair["refresh_token"]})
    second = call("POST", "/auth/refresh", body={"refresh_token": pair["refresh_token"]})
    after = _form(call, "/auth/refresh", {"grant_type": "refresh_token", "refresh_token": first.data["refresh_token"]})

    assert [answer.status for answer in (first, second, after)] == [200, 401, 401]
    assert first.headers["cache-control"] == "no-store"
    assert second.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("name", ["empty", "another key, our kid", "expired", "huge", "of a revoked key"])
def test_a_bad_refresh_token_is_refused_without_detail(call: Call, identity: Identity, clock: Clock, name: str) -> None:
    answer = call("POST", "/auth/refresh", body={"refresh_token": BAD_TOKENS[name](TokenForger(identity, clock))})

    assert answer.status == 401
    assert answer.error == {"code": "UNAUTHORIZED", "message": "Invalid or expired token"}


def test_public_keys_are_a_plain_jwks_document(call: Call, identity: Identity) -> None:
    answer = call("GET", "/.well-known/jwks.json")

    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "public, max-age=300"
    (published,) = answer.body["keys"]
    assert published.keys() == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    assert published["kid"] == identity.signing_keys.signing.kid
