"""Members of a body that its schema does not name are refused or ignored; none is ever kept or obeyed."""

from typing import Any

import boto3
import orjson
import pytest

from functions.declaration import Route
from functions.openapi import document
from shared.app.wiring import Wiring
from shared.auth.key_store import KEYS_TABLE
from shared.auth.models import ApiKey
from shared.auth.scopes import Scope
from shared.runtime.settings import Settings
from tests.fakes.identities import Visitor, credentials, make_key
from tests.fakes.state_dump import body, keys
from tests.functions.every_route import ask

SIGN = "smuggled-in"
NAMES = """
id _id key_id batch_id subject sub owner_id user_id tenant role roles admin is_admin secret family
created_at updated_at revoked_at rotated_at last_used_at expires_at received_at createdAt
status state digest salt cost previous_digest key url declared_bytes version revision records_loaded quality_score
__proto__ constructor prototype __class__ __init__ $where model_config ID Id
"""
EXTRAS: dict[str, Any] = {
    **dict.fromkeys(NAMES.split(), SIGN),
    "constructor.prototype": {"admin": SIGN},
    "scopes ": [SIGN],
    "s\u0441opes": [SIGN],
    "owner": SIGN,
    "client_id": SIGN,
    "client_secret": SIGN,
    "scopes": ["admin"],
    "scope": "admin",
}
_DOCUMENT = document()
WITH_BODY = [
    Route(path, method.upper())
    for path, item in _DOCUMENT["paths"].items()
    for method, operation in item.items()
    if "requestBody" in operation
]
each_with_body = pytest.mark.parametrize("route", WITH_BODY, ids=lambda route: f"{route.method} {route.path}")


def _schema(route: Route) -> Any:
    """The schema of a route's body, whether or not it may be absent."""
    operation = _DOCUMENT["paths"][route.path][route.method.lower()]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    schema = next((each for each in schema.get("anyOf", ()) if "$ref" in each), schema)
    return _DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]


def _example(schema: Any) -> Any:
    """An example of the whole, or of its members."""
    if "examples" in schema:
        return schema["examples"][0]
    return {name: each["examples"][0] for name, each in schema["properties"].items() if "examples" in each}


def _body(wired: Wiring, route: Route) -> dict[str, Any]:
    """A body that the route takes."""
    key = make_key(wired.identity)
    good = {
        "/api/v1/auth/token": {"client_id": key.id, "client_secret": key.client_secret},
        "/api/v1/auth/refresh": {"refresh_token": wired.identity.grants.to_key(credentials(key)).refresh_token},
    }
    found: dict[str, Any] = good.get(route.path) or _example(_schema(route))
    return found


def _send(wired: Wiring, route: Route, **parts: Any) -> Any:
    at = route.path.replace("{source_id}", "web-shop").replace("{", "").replace("}", "")
    return ask(route, at=at, token=Visitor(wired.identity).token, **parts)


def _kept(settings: Settings) -> str:
    """Everything that tables and the lake contain."""
    dynamodb = boto3.client("dynamodb")
    items = [dynamodb.scan(TableName=table)["Items"] for table in dynamodb.list_tables()["TableNames"]]
    return str(items) + str([body(settings, key) for key in keys(settings, "")])


def test_there_are_routes_with_bodies() -> None:
    assert len(WITH_BODY) >= 8


@each_with_body
def test_undeclared_members_are_refused_by_name_or_ignored_and_never_stored(everywhere: Wiring, route: Route) -> None:
    schema = _schema(route)
    extras = {name: value for name, value in EXTRAS.items() if name not in schema["properties"]}
    good = _body(everywhere, route)

    answer = _send(everywhere, route, body=extras | good)

    told = orjson.loads(answer["body"])
    if schema.get("additionalProperties") is False:
        assert answer["statusCode"] == 400
        named = told["details"]["fields"] if "details" in told else told["error"]["field_errors"]
        # Routes of dashboards name a member by its JSON pointer.
        assert {each["field"].removeprefix("/") for each in named} == extras.keys()
    else:
        assert answer["statusCode"] in {200, 201, 202}, told
        assert SIGN not in answer["body"]
    assert SIGN not in _kept(everywhere.settings)


@each_with_body
def test_a_body_without_them_is_accepted(everywhere: Wiring, route: Route) -> None:
    answer = _send(everywhere, route, body=_body(everywhere, route))

    assert answer["statusCode"] in {200, 201, 202, 404, 422}, answer["body"]  # there is nothing to act on


@each_with_body
def test_a_duplicate_member_is_refused(everywhere: Wiring, route: Route) -> None:
    good = orjson.dumps(_body(everywhere, route)).decode()
    name = next(iter(orjson.loads(good)))

    answer = _send(everywhere, route, raw=f'{{"{name}":"{SIGN}",{good[1:]}')

    assert answer["statusCode"] == 400
    assert SIGN not in _kept(everywhere.settings)


def test_server_side_fields_of_a_key_are_not_taken_from_the_request(everywhere: Wiring) -> None:
    administrator = Visitor(everywhere.identity, Scope.ADMIN)
    old = make_key(everywhere.identity)
    wanted = {"name": "shop", "scopes": ["ingest:read"], "id": old.id, "key_id": old.id}
    decided = {"created_at": "2001-01-01T00:00:00Z", "revoked_at": None, "client_secret": old.client_secret}

    answer = ask(Route("/api/v1/auth/keys", "POST"), body=wanted | decided, token=administrator.token)

    made = orjson.loads(answer["body"])["data"]
    found = everywhere.identity.keys.find(made["id"])
    assert found
    assert made["id"] not in {old.id, administrator.key.id}
    assert made["client_secret"] != old.client_secret
    assert found[0] == ApiKey(
        id=made["id"], name="shop", owner=made["id"], scopes=[Scope.INGEST_READ], created_at=everywhere.clock()
    )
    table = everywhere.settings.name_of(KEYS_TABLE)
    assert boto3.client("dynamodb").scan(TableName=table)["Count"] == 3
