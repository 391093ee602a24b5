"""What all tests may ask for: the platform's resources in moto, and a wiring over them."""

from collections.abc import Iterator

import pytest
from moto import mock_aws

from shared.runtime.settings import Settings
from shared.runtime.wiring import Wiring
from tests.moto_platform import CREDENTIALS, create_resources


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """Every declared resource in moto, and the settings that name them."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        yield create_resources()


@pytest.fixture
def wired(aws: Settings) -> Wiring:
    """A wiring over the resources in moto."""
    return Wiring(aws)
