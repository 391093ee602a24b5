"""One client of the platform for all tests of this folder, and what several of them need to have been sent."""

from collections.abc import Iterator

import pytest

from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.client import Client, connected


@pytest.fixture
def client(platform: RunningPlatform) -> Iterator[Client]:
    """A connection to the front door."""
    with connected(platform) as client:
        yield client
