"""One client of the platform for all tests of this folder, and what several of them need to have been sent."""

from collections.abc import Iterator

import boto3
import pytest

from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.client import Client, connected


@pytest.fixture
def client(platform: RunningPlatform) -> Iterator[Client]:
    """A connection to the front door."""
    with connected(platform) as client:
        yield client


@pytest.fixture
def ours(platform: RunningPlatform, monkeypatch: pytest.MonkeyPatch) -> RunningPlatform:
    """The platform, where clients that this process makes find it as the functions do."""
    for name, value in platform.credentials.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", platform.emulator_url)
    monkeypatch.setenv("AWS_ENDPOINT_URL_ATHENA", platform.ports.url("athena"))
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # other tests of this process have made one
    return platform
