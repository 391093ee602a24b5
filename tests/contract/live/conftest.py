"""An API of open connections."""

from collections.abc import Iterator

import pytest

from tests.fakes.websocket_gateway import FakeGateway, running_gateway


@pytest.fixture
def gateway() -> Iterator[FakeGateway]:
    """The `@connections` API."""
    with running_gateway() as running:
        yield running
