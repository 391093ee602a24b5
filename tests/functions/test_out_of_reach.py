"""A route without a required dependency returns 503 with `Retry-After`, not an internal error."""

import pytest

from functions.declaration import Route
from shared.app.wiring import Wiring
from shared.auth.scopes import Scope
from tests.fakes.identities import Visitor
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.outages import refusal
from tests.functions.every_route import ask, each_guarded, message_of


@each_guarded
def test_without_the_keys_a_guarded_route_is_unavailable(
    everywhere: Wiring, platforms: MotoPlatforms, route: Route, scope: Scope
) -> None:
    token = Visitor(everywhere.identity, scope).token

    with platforms.outages.of("dynamodb"):
        answer = ask(route, token=token)

    assert (answer["statusCode"], answer["multiValueHeaders"]["Retry-After"]) == (503, ["2"])
    assert "dynamodb" not in message_of(answer)


@pytest.mark.parametrize("code", ["AccessDeniedException", "ValidationException"])
def test_a_forbidden_service_is_an_internal_error(everywhere: Wiring, platforms: MotoPlatforms, code: str) -> None:
    token = Visitor(everywhere.identity, Scope.INGEST_READ).token

    with platforms.outages.of("dynamodb", refusal(code)):
        answer = ask(Route("/api/v1/ingest/sources", "GET"), token=token)

    assert answer["statusCode"] == 500
