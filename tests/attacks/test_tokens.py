"""Only an unchanged token of our own opens a route or a socket; any other is refused in the same words."""

from typing import Any

import orjson

from functions.declaration import Route
from functions.live.handler import handler as live
from shared.app.wiring import Wiring
from shared.auth.scopes import Scope
from tests.events.api_gateway import context
from tests.events.websocket import connect_event
from tests.fakes.bad_tokens import BAD_TOKENS, UNSENDABLE_TOKENS
from tests.fakes.clock import Clock
from tests.fakes.identities import Visitor
from tests.fakes.token_forger import TokenForger
from tests.functions.every_route import ask

SOURCES = Route("/api/v1/ingest/sources", "GET")
REFRESH = Route("/api/v1/auth/refresh", "POST")
ALL = {**BAD_TOKENS, **UNSENDABLE_TOKENS}
REFUSED = (401, ["Bearer"], {"code": "UNAUTHORIZED", "message": "Invalid or expired token"})


def _refusal(answer: Any) -> Any:
    """A refusal without its time and request id."""
    return (
        answer["statusCode"],
        answer["multiValueHeaders"].get("WWW-Authenticate"),
        orjson.loads(answer["body"]).get("error"),
    )


def test_a_bad_token_opens_no_route(everywhere: Wiring, clock: Clock) -> None:
    forger = TokenForger(everywhere.identity, clock)
    let_in: dict[str, Any] = {}
    assert ask(SOURCES, token=forger.good())["statusCode"] == 200

    for name, forge in ALL.items():
        told = _refusal(ask(SOURCES, token=forge(forger)))
        let_in |= {name: told} if told != REFUSED else {}

    assert let_in == {}
    assert ask(SOURCES, token=forger.good())["statusCode"] == 200


def test_a_bad_token_opens_no_socket(deployed: Wiring) -> None:
    forger = TokenForger(deployed.identity, Clock(deployed.clock()))
    let_in: dict[str, Any] = {}
    good = connect_event("abc=", headers={"Authorization": f"Bearer {forger.good()}"})
    assert live(good, context()) == {"statusCode": 200}

    for name, forge in ALL.items():
        event = connect_event("abc=")
        event["multiValueQueryStringParameters"]["token"] = [forge(forger)]
        answer = live(event, context())
        let_in |= {name: answer} if answer != {"statusCode": 401, "headers": {"WWW-Authenticate": "Bearer"}} else {}

    assert let_in == {}


def test_a_bad_token_gets_no_new_pair(everywhere: Wiring, clock: Clock) -> None:
    forger = TokenForger(everywhere.identity, clock)
    given: dict[str, Any] = {}

    for name in ALL.keys() - {"refresh used as access"}:
        told = _refusal(ask(REFRESH, body={"refresh_token": ALL[name](forger)}))
        given |= {name: told} if told != REFUSED else {}

    assert given == {}
    assert ask(REFRESH, body={"refresh_token": forger.refresh()})["statusCode"] == 200


def test_a_refresh_token_with_times_or_use_of_an_access_token_is_refused(everywhere: Wiring, clock: Clock) -> None:
    forger = TokenForger(everywhere.identity, clock)
    month = 30 * 24 * 3600

    statuses = {
        name: ask(REFRESH, body={"refresh_token": token})["statusCode"]
        for name, token in {
            "access token": forger.good(),
            "expires later than any of ours": forger.signed(token_use="refresh", exp=forger.at(month + 1)),
            "expired": forger.signed(token_use="refresh", exp=forger.at(-6)),
            "of a key unheard of": forger.signed(token_use="refresh", client_id="key-0000000000000000"),
            "of a family unheard of": forger.signed(token_use="refresh", family="nobody's"),
        }.items()
    }

    assert set(statuses.values()) == {401}, statuses


def test_two_tokens_in_one_request_are_refused(everywhere: Wiring) -> None:
    token = Visitor(everywhere.identity, Scope.INGEST_READ).token

    for shown in (f"Bearer {token}, Bearer {token}", f"Bearer {token} {token}", f"Basic {token}", f"Bearer\t{token}"):
        assert ask(SOURCES, headers={"Authorization": shown})["statusCode"] == 401, shown
    assert ask(SOURCES, query={"token": [token], "access_token": [token]})["statusCode"] == 401
