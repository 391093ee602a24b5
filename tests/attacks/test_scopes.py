"""No token or key obtains a scope that its key or creator may not grant, in any spelling."""

import base64
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import boto3
import orjson
import pytest

from functions.declaration import Route
from shared.app.wiring import Wiring
from shared.audit.trail import AUDIT_TABLE
from shared.auth.key_store import KEYS_TABLE
from shared.auth.models import ApiKeyWithSecret
from shared.auth.scopes import Scope
from tests.fakes.answers import Answer
from tests.fakes.identities import Visitor, make_key
from tests.functions.every_route import ask

TOKEN = Route("/api/v1/auth/token", "POST")
KEYS = Route("/api/v1/auth/keys", "POST")
ROTATE = Route("/api/v1/auth/keys/{key_id}/rotate", "POST")
REVOKE = Route("/api/v1/auth/keys/{key_id}", "DELETE")
LIST = Route("/api/v1/auth/keys", "GET")
FORM = {"content-type": "application/x-www-form-urlencoded"}
ALL_BUT_ADMIN = tuple(set(Scope) - {Scope.ADMIN})
TWINS = (
    *("ADMIN", "Admin", " admin", "admin ", "admin\n", "admin\0", "\ufeffadmin", "admin\u200b", "admin\u00a0"),
    *(
        "\uff41dmin",
        "\u0430dmin",
        "ad\u00admin",
        "admi\u0144",
        "\u202eadmin",
        "%61dmin",
        "*",
        "admin:*",
        "admin,audit:read",
    ),
)


@pytest.fixture
def reader(everywhere: Wiring) -> ApiKeyWithSecret:
    return make_key(everywhere.identity, Scope.INGEST_READ, Scope.QUALITY_READ, owner="ann")


def _get_token(key: ApiKeyWithSecret, **more: Any) -> Answer:
    return Answer.of(ask(TOKEN, body={"client_id": key.id, "client_secret": key.client_secret, **more}))


def _basic(key: ApiKeyWithSecret) -> str:
    return "Basic " + base64.b64encode(f"{key.id}:{key.client_secret}".encode()).decode()


@pytest.mark.parametrize("wanted", [*TWINS, "ingest:read admin", "admin admin", "ingest:read\u00a0quality:read"])
def test_a_token_for_a_scope_beyond_the_key_is_refused_in_every_spelling(reader: ApiKeyWithSecret, wanted: str) -> None:
    answer = _get_token(reader, scope=wanted)

    assert (answer.status, set(answer.fields)) == (400, {"scope"})


@pytest.mark.parametrize("wanted", ["INGEST:READ", "ingest:read\tquality:read", "ingest:read,quality:read", "\u2003"])
def test_a_misspelled_scope_of_the_key_is_refused_too(reader: ApiKeyWithSecret, wanted: str) -> None:
    answer = _get_token(reader, scope=wanted)

    assert (answer.status, set(answer.fields)) == (400, {"scope"})


@pytest.mark.parametrize("wanted", [["admin"], ["ingest:read", "admin"], {"scope": "admin"}, 1, True])
def test_a_scope_that_is_not_text_is_refused(reader: ApiKeyWithSecret, wanted: Any) -> None:
    assert _get_token(reader, scope=wanted).status == 400


@pytest.mark.parametrize(
    ("wanted", "given"), [("quality:read  quality:read", "quality:read"), (" ingest:read ", "ingest:read")]
)
def test_a_duplicate_scope_counts_once(reader: ApiKeyWithSecret, wanted: str, given: str) -> None:
    assert _get_token(reader, scope=wanted).data["scope"] == given


def test_a_scope_parameter_in_two_places_is_refused_or_ignored(reader: ApiKeyWithSecret) -> None:
    shown = {"client_id": reader.id, "client_secret": reader.client_secret}
    twice = [*shown.items(), ("scope", "ingest:read"), ("scope", "admin")]

    in_form = Answer.of(ask(TOKEN, raw=urlencode(twice), headers=FORM))
    in_query = Answer.of(ask(TOKEN, body=shown | {"scope": "ingest:read"}, query={"scope": ["admin"]}))

    assert in_form.status == 400
    assert in_query.data["scope"] == "ingest:read"


def test_two_keys_in_one_request_are_refused_even_if_one_is_valid(everywhere: Wiring, reader: ApiKeyWithSecret) -> None:
    other = make_key(everywhere.identity, Scope.ADMIN)
    in_body = {"client_id": reader.id, "client_secret": reader.client_secret}

    attempts: tuple[dict[str, Any], ...] = (
        {"body": in_body, "headers": {"Authorization": _basic(other)}},
        {"body": in_body, "headers": {"Authorization": "Basic !!!"}},
        {"body": {"client_id": reader.id}, "headers": {"Authorization": _basic(reader)}},
        {"headers": {"Authorization": f"{_basic(reader)}, {_basic(other)}"}},
        {"headers": {"Authorization": _basic(reader), "authorization": _basic(other)}},
        {"headers": {"Authorization": _basic(reader), "authorization": "Bearer x"}},
    )
    for parts in attempts:
        assert ask(TOKEN, **parts)["statusCode"] == 400, parts


@pytest.mark.parametrize("twin", TWINS)
def test_no_key_is_created_with_a_lookalike_scope(everywhere: Wiring, twin: str) -> None:
    administrator = Visitor(everywhere.identity, Scope.ADMIN)

    answer = ask(KEYS, body={"name": "shop", "scopes": [twin]}, token=administrator.token)

    assert answer["statusCode"] == 400
    assert _keys(everywhere) == {administrator.key.id}


@pytest.mark.parametrize("scopes", ["admin", {"admin": True}, [["admin"]], [None], [{"value": "admin"}], [1], None])
def test_no_key_is_created_from_scopes_of_another_shape(everywhere: Wiring, scopes: Any) -> None:
    answer = ask(KEYS, body={"name": "shop", "scopes": scopes}, token=Visitor(everywhere.identity, Scope.ADMIN).token)

    assert answer["statusCode"] == 400


@pytest.mark.parametrize("scopes", [ALL_BUT_ADMIN, (Scope.INGEST_READ,)], ids=["all but admin", "one"])
def test_key_routes_require_admin_even_for_ones_own_key(everywhere: Wiring, scopes: Sequence[Scope]) -> None:
    visitor, victim = Visitor(everywhere.identity, *scopes), make_key(everywhere.identity, Scope.ADMIN)
    before = _items(everywhere)

    for route, at in (
        (KEYS, KEYS.path),
        (LIST, LIST.path),
        *(
            (route, route.path.replace("{key_id}", key))
            for route in (ROTATE, REVOKE)
            for key in (visitor.key.id, victim.id)
        ),
    ):
        answer = ask(route, at=at, body={"name": "x", "scopes": ["admin"]}, token=visitor.token)
        assert answer["statusCode"] == 403, route

    assert _items(everywhere) == before


def test_rotating_a_key_changes_neither_its_scopes_nor_its_owner(everywhere: Wiring) -> None:
    key, administrator = make_key(everywhere.identity, Scope.INGEST_READ, owner="ann"), Visitor(everywhere.identity)
    place, change = ROTATE.path.replace("{key_id}", key.id), {"scopes": ["admin"], "owner": "root", "sub": "root"}
    before = _items(everywhere)

    refused = ask(ROTATE, at=place, body=change, query={"owner": ["root"]}, token=administrator.token)
    unchanged = _items(everywhere) == before
    answer = ask(ROTATE, at=place, body=change, token=administrator.token)

    assert (refused["statusCode"], unchanged) == (400, True)
    rotated = orjson.loads(answer["body"])["data"]
    assert (rotated["scopes"], rotated["owner"]) == (["ingest:read"], "ann")
    found = everywhere.identity.keys.find(key.id)
    assert found
    assert (found[0].scopes, found[0].owner) == ([Scope.INGEST_READ], "ann")


def test_an_administrator_may_grant_scopes_they_lack_and_is_audited(everywhere: Wiring) -> None:
    administrator = Visitor(everywhere.identity, Scope.ADMIN)

    answer = ask(KEYS, body={"name": "shop", "scopes": ["export:run"], "owner": "ann"}, token=administrator.token)

    assert answer["statusCode"] == 201
    recorded = str(boto3.client("dynamodb").scan(TableName=everywhere.settings.name_of(AUDIT_TABLE))["Items"])
    assert administrator.key.id in recorded
    assert "export:run" in recorded


def _items(wired: Wiring) -> Any:
    items = boto3.client("dynamodb").scan(TableName=wired.settings.name_of(KEYS_TABLE))["Items"]
    return sorted(items, key=str)


def _keys(wired: Wiring) -> set[str]:
    return {item["key_id"]["S"] for item in _items(wired)}
