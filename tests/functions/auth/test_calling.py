"""The route and the log have the caller, and no caller leaks into the next request."""

from collections.abc import Callable
from typing import Annotated, Any

import orjson
import pytest
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends

from shared.app.http import Api
from shared.app.route_policy import policy
from shared.app.wiring import Wiring, wiring
from shared.auth.current_caller import caller
from shared.auth.models import Caller
from shared.auth.scopes import PUBLIC, Scope
from shared.runtime.dialects import Dialect
from shared.runtime.observability import instrument, logger
from tests.events.api_gateway import context, rest_event
from tests.fakes.identities import Visitor

Ask = Callable[..., Any]


def _logged() -> dict[str, Any]:
    """What every line of the log says of the caller."""
    return {name: value for name, value in logger().get_current_keys().items() if name in {"key_id", "subject"}}


@pytest.fixture
def ask(wired: Wiring) -> Ask:
    """Ask an API of two routes, in the Fraud dialect."""
    router = Router()

    @router.get("/me")
    @policy(Scope.FRAUD_READ)
    def me(who: Annotated[Caller, Depends(caller)]) -> dict[str, str]:
        return {"key": who.key_id, "subject": who.subject, "logged": str(_logged())}

    @router.get("/open")
    @policy(PUBLIC)
    def anybody(who: Annotated[Caller, Depends(caller)]) -> dict[str, str]:
        return {"key": who.key_id}

    api = Api(router, dialect=Dialect.FRAUD)
    api.dependency_overrides[wiring] = lambda: wired
    handler = instrument(api.resolve)
    return lambda path, **parts: handler(rest_event("GET", f"/api/v1{path}", **parts), context())


def test_the_route_and_the_log_have_the_caller(ask: Ask, wired: Wiring) -> None:
    visitor = Visitor(wired.identity, Scope.FRAUD_READ)

    answer = ask("/me", token=visitor.token)

    known = {"key_id": visitor.key.id, "subject": visitor.key.owner}
    body = {"key": visitor.key.id, "subject": visitor.key.owner, "logged": str(known)}
    assert orjson.loads(answer["body"]) == body


def test_the_caller_does_not_leak_into_the_next_request(ask: Ask, wired: Wiring) -> None:
    visitor = Visitor(wired.identity, Scope.FRAUD_READ)
    ask("/me", token=visitor.token)

    answer = ask("/open", token=visitor.token)

    assert answer["statusCode"] == 500
    assert _logged() == {}


@pytest.mark.parametrize(
    ("scopes", "status", "error"), [((), 401, "unauthorized"), ((Scope.AUDIT_READ,), 403, "forbidden")]
)
def test_a_refusal_is_in_the_dialect_of_the_route(
    ask: Ask, wired: Wiring, scopes: tuple[Scope, ...], status: int, error: str
) -> None:
    token = Visitor(wired.identity, *scopes).token if scopes else None

    answer = ask("/me", token=token)

    assert (answer["statusCode"], orjson.loads(answer["body"])["error"]) == (status, error)
    assert "X-Request-Id" in answer["multiValueHeaders"]
