"""The demo enables the rules of the platform through its API, and leaves rules that somebody changed."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

import pytest

from functions.alerts.handler import handler
from infra.local.demo.alert_rules import RulesNotEnabled, enable_rules
from shared.alerts.default_rules import DEFAULT_RULES
from shared.app.wiring import Wiring
from shared.auth.scopes import Scope
from tests.events.api_gateway import context, rest_event
from tests.fakes.identities import Visitor


class _Door(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer(None)

    def do_PUT(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, body: bytes | None) -> None:
        token = self.headers["Authorization"].removeprefix("Bearer ")
        text = None if body is None else body.decode()
        answer: Any = handler(rest_event(self.command, self.path, raw=text, token=token), context())
        content = answer["body"].encode()
        self.send_response(answer["statusCode"])
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class' name)
        """Stay quiet."""


@contextmanager
def front_door() -> Iterator[str]:
    """Serve the alert routes."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Door) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{cast('Any', server).server_port}/api/v1"
        finally:
            server.shutdown()
            thread.join()


def test_the_demo_enables_the_rules_of_the_platform_once(everywhere: Wiring) -> None:
    visitor = Visitor(everywhere.identity, Scope.ALERTS_READ, Scope.ALERTS_WRITE)
    everywhere.rule_changes.delete(DEFAULT_RULES[0].rule_id)

    with front_door() as url:
        first, again = (enable_rules(api_url=url, token=visitor.token) for _ in range(2))

    assert (first, again) == (len(DEFAULT_RULES) - 1, 0)
    assert {each.definition.enabled for each in everywhere.alert_rules.list_all()} == {True}


def test_a_refusal_is_reported(everywhere: Wiring) -> None:
    visitor = Visitor(everywhere.identity, Scope.ANALYTICS_READ)

    with front_door() as url, pytest.raises(RulesNotEnabled, match="answered 403"):
        enable_rules(api_url=url, token=visitor.token)
