"""The demo registers its experiment through the API, once."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

import pytest

from functions.experiments.handler import handler
from infra.local.demo.experiment import ExperimentNotRegistered, register_experiment
from infra.local.demo.fraud import EXPERIMENT
from infra.local.demo.window import DemoWindow
from shared.app.wiring import Wiring
from shared.auth.scopes import Scope
from shared.experiments.vocabulary import ExperimentStatus
from tests.events.api_gateway import context, rest_event
from tests.fakes.identities import Visitor


class _Door(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode() or None
        token = self.headers["Authorization"].removeprefix("Bearer ")
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
    """Serve the routes of experiments."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Door) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{cast('Any', server).server_port}/api/v1"
        finally:
            server.shutdown()
            thread.join()


WINDOW = DemoWindow(datetime(2025, 3, 1, 12, 0, tzinfo=UTC))


def test_the_demo_registers_and_starts_its_experiment_once(everywhere: Wiring) -> None:
    token = Visitor(everywhere.identity, Scope.EXPERIMENTS_WRITE).token

    with front_door() as url:
        first, again = (register_experiment(api_url=url, token=token, window=WINDOW) for _ in range(2))

    found = everywhere.experiments.get(EXPERIMENT)
    assert (first, again) == (True, False)
    assert (found.status, [each.id for each in found.variants]) == (
        ExperimentStatus.RUNNING,
        ["control", "treatment"],
    )


def test_a_refusal_is_reported(everywhere: Wiring) -> None:
    token = Visitor(everywhere.identity, Scope.EXPERIMENTS_READ).token

    with front_door() as url, pytest.raises(ExperimentNotRegistered, match="answered 403"):
        register_experiment(api_url=url, token=token, window=WINDOW)
