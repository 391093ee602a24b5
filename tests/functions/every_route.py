"""Every route of the published document, and a way to ask it something."""

from importlib import import_module
from typing import Any

import orjson
import pytest

from functions.declaration import HttpFunction, Route
from functions.manifest import HTTP_FUNCTIONS
from functions.openapi import document
from shared.auth.scopes import Scope
from tests.events.api_gateway import context, rest_event

OWNERS = {route: function for function in HTTP_FUNCTIONS for route in function.routes()}
_OPERATIONS = [
    (Route(path, method.upper()), [Scope(scope) for each in operation["security"] for scope in each["token"]])
    for path, item in document()["paths"].items()
    for method, operation in item.items()
]
GUARDED = [(route, scope) for route, scopes in _OPERATIONS for scope in scopes]
OPEN = [route for route, scopes in _OPERATIONS if not scopes]
_FRAUD_FORM = {"startDate": ["2025-01-01"], "endDate": ["2025-02-01"]}


def form_of(route: Route, scope: Scope) -> dict[str, list[str]]:
    """The query that a scope is required for, of the route that both contracts define."""
    is_fraud = route.path.endswith("/analytics/metrics") and scope is Scope.FRAUD_READ
    return _FRAUD_FORM if is_fraud else {}


each_guarded = pytest.mark.parametrize(("route", "scope"), GUARDED, ids=lambda it: str(getattr(it, "path", it)))


def ask(route: Route, *, at: str | None = None, method: str | None = None, **parts: Any) -> Any:
    """Send a request to the function of the route, with a default for every path parameter."""
    function: HttpFunction = OWNERS[route]
    handler = import_module(f"functions.{function.name}.handler").handler
    path = at or route.path.replace("{key_id}", "key-0000000000000000").replace("{", "").replace("}", "")
    return handler(rest_event(method or route.method, path, **parts), context())


def message_of(answer: Any) -> str:
    """The sentence of a refusal, in either dialect."""
    body = orjson.loads(answer["body"])
    told: str = body["message"] if "message" in body else body["error"]["message"]
    return told
