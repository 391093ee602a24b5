"""Clients of the WebSocket API, and the functions behind it."""

from collections.abc import Iterator
from dataclasses import replace

import boto3
import pytest

from shared.app.wiring import Wiring
from shared.athena.client import WORK_GROUP
from shared.runtime.settings import Settings
from tests.fakes.clock import Clock
from tests.fakes.live_clients import LiveClients
from tests.fakes.websocket_gateway import FakeGateway, running_gateway


@pytest.fixture
def live(aws: Settings, clock: Clock) -> Iterator[LiveClients]:
    """Clients whose messages arrive over HTTP."""
    boto3.client("athena").create_work_group(Name="tally-tests")
    with running_gateway() as gateway:
        names = {**aws.names, WORK_GROUP.variable: "tally-tests"}
        settings = replace(aws, names=names, emulator_url=gateway.url, connections_per_subject=20)
        yield LiveClients(Wiring(settings, clock), gateway, clock)


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGateway]:
    """The API of open connections, at the address that functions get from their environment."""
    with running_gateway() as running:
        monkeypatch.setenv("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI", running.url)
        monkeypatch.setenv(WORK_GROUP.variable, "tally-tests")
        yield running
