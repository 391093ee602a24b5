"""A secret is in the answer that gives it and nowhere else: not in logs, tables or refusals."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import boto3
import pytest

from functions.declaration import Route
from functions.live.handler import handler as live
from shared.app.wiring import Wiring
from shared.auth.scopes import Scope
from shared.runtime.observability import logger
from tests.events.api_gateway import context
from tests.events.websocket import connect_event
from tests.fakes.answers import Answer
from tests.fakes.identities import Visitor, access_token
from tests.functions.every_route import ask

TOKEN = Route("/api/v1/auth/token", "POST")
REFRESH = Route("/api/v1/auth/refresh", "POST")
KEYS = Route("/api/v1/auth/keys", "POST")
ROTATE = Route("/api/v1/auth/keys/{key_id}/rotate", "POST")
UPLOADS = Route("/api/v1/ingest/uploads", "POST")
SOURCES = Route("/api/v1/ingest/sources", "GET")
FORM = {"content-type": "application/x-www-form-urlencoded"}
FILE = {"source_id": "web-shop", "data_type": "transactions", "format": "csv"}


def _basic(client_id: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


@dataclass
class Session:
    """A client that uses every route with secrets, correctly and incorrectly."""

    visitor: Visitor
    secrets: set[str] = field(default_factory=set)
    refusals: list[Any] = field(default_factory=list)

    def run(self) -> None:
        """Make a key, use all its secrets in every place where clients put them, and in wrong ones."""
        key_id, secret = self._make_key()
        access, refresh = self._get_tokens(key_id, secret)
        self._show_key_wrongly(key_id, secret)
        self._show_tokens_wrongly(access, refresh)
        self._announce_a_file()

    def _send(self, route: Route, **parts: Any) -> Answer:
        answer = ask(route, **{"token": self.visitor.token, **parts})
        if answer["statusCode"] >= 400:
            self.refusals.append((answer["body"], answer["multiValueHeaders"]))
        return Answer.of(answer)

    def _make_key(self) -> tuple[str, str]:
        made = self._send(KEYS, body={"name": "shop", "scopes": ["ingest:read"]}).data
        rotated = self._send(ROTATE, at=ROTATE.path.replace("{key_id}", made["id"])).data
        self.secrets |= {made["client_secret"], rotated["client_secret"]}
        return made["id"], rotated["client_secret"]

    def _get_tokens(self, key_id: str, secret: str) -> tuple[str, str]:
        shown = {"client_id": key_id, "client_secret": secret}
        basic = _basic(key_id, secret)
        answers = [
            self._send(TOKEN, body=shown),
            self._send(TOKEN, raw=urlencode(shown), headers=FORM),
            self._send(TOKEN, headers=basic),
        ]
        refresh = answers[0].data["refresh_token"]
        answers += [self._send(REFRESH, body={"refresh_token": refresh})]
        assert self._send(REFRESH, body={"refresh_token": refresh}).status == 401
        self.secrets |= {each.data[name] for each in answers for name in ("access_token", "refresh_token")}
        self.secrets |= {basic["Authorization"].split()[1]}
        return answers[1].data["access_token"], answers[1].data["refresh_token"]

    def _show_key_wrongly(self, key_id: str, secret: str) -> None:
        shown = {"client_id": key_id, "client_secret": secret}
        bodies: tuple[Any, ...] = (
            shown | {"client_secret": secret + "x"},
            shown | {"client_secret": [secret]},
            shown | {"client_secret": {"value": secret}},
            shown | {"client_id": secret},
            shown | {"client_id": [secret]},
            shown | {"grant_type": "password"},
            shown | {"scope": "admin"},
            {"client_secret": secret},
            [shown],
            secret,
        )
        answers = [self._send(TOKEN, body=body) for body in bodies]
        answers += [self._send(TOKEN, body=shown, headers=_basic(key_id, secret))]
        answers += [self._send(TOKEN, raw=raw) for raw in (f'{{"client_secret":"{secret}', f"client_secret={secret}")]
        answers += [self._send(TOKEN, raw=f"client_secret={secret}", headers=FORM | {"content-encoding": "gzip"})]
        answers += [self._send(TOKEN, raw=f"client_secret={secret}", headers={"content-type": "text/plain"})]
        assert {answer.status for answer in answers} == {400, 401, 415}

    def _show_tokens_wrongly(self, access: str, refresh: str) -> None:
        bodies: tuple[Any, ...] = ({"refresh_token": [refresh]}, {"refresh_token": {"value": refresh}}, [refresh])
        answers = [self._send(REFRESH, body=body) for body in (*bodies, {"token": refresh}, {"refresh_token": access})]
        shown = (f"Bearer {access}x", f"Bearer {access} {access}", f"Token {access}", f"Bearer {refresh}", access)
        answers += [self._send(SOURCES, headers={"Authorization": each}) for each in shown]
        answers += [self._send(SOURCES, token=None, query={"token": [access]})]
        assert {answer.status for answer in answers} == {400, 401}

    def _announce_a_file(self) -> None:
        told = self._send(UPLOADS, body=FILE, headers={"idempotency-key": "k-1"}).data
        self.secrets |= {parse_qs(urlsplit(told["url"]).query)["X-Amz-Signature"][0]}


@pytest.fixture
def session(everywhere: Wiring) -> Session:
    ran = Session(Visitor(everywhere.identity))
    ran.run()
    assert len(ran.secrets) == 12
    assert len(ran.refusals) > 20
    return ran


def _found(secrets: set[str], *places: str) -> set[str]:
    return {secret for secret in secrets for place in places if secret in place}


def _items() -> Iterator[str]:
    dynamodb = boto3.client("dynamodb")
    for table in dynamodb.list_tables()["TableNames"]:
        yield from map(str, dynamodb.scan(TableName=table)["Items"])


def _logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The lines as the functions write them, and everything that was handed to the log."""
    records = [*caplog.get_records("setup"), *caplog.records]
    return [f"{logger().registered_formatter.format(record)} {vars(record)}" for record in records]


def test_no_log_line_contains_a_secret(session: Session, caplog: pytest.LogCaptureFixture) -> None:
    lines = _logged(caplog)

    assert len(lines) > 30
    assert _found(session.secrets, *lines) == set()


def test_no_table_contains_a_secret(session: Session) -> None:
    items = list(_items())

    assert len(items) > 5
    assert _found(session.secrets, *items) == set()


def test_no_refusal_repeats_a_secret(session: Session) -> None:
    assert [each for each in session.refusals if _found(session.secrets, str(each))] == []


def test_a_handshake_stores_its_token_nowhere(deployed: Wiring, caplog: pytest.LogCaptureFixture) -> None:
    may = access_token(deployed.identity, Scope.FRAUD_READ)
    may_not = access_token(deployed.identity, Scope.ADMIN)
    answers = []

    for token in (may, may_not, may + "x"):
        in_query = connect_event("abc=")
        in_query["queryStringParameters"]["token"] = token
        answers += [
            live(in_query, context()),
            live(connect_event("abc=", headers={"Sec-WebSocket-Protocol": f"bearer, {token}"}), context()),
            live(connect_event("abc=", headers={"Authorization": f"Bearer {token}"}), context()),
        ]

    assert [answer["statusCode"] for answer in answers] == [200] * 3 + [403] * 3 + [401] * 3
    assert _found({may, may_not}, *_items(), *_logged(caplog), str(answers)) == set()
