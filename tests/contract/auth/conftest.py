"""An identity in moto."""

import pytest

from shared.app.wiring import Wiring
from shared.auth.identity import Identity
from tests.fakes.clock import Clock
from tests.fakes.token_forger import TokenForger


@pytest.fixture
def identity(wired: Wiring) -> Identity:
    """An identity with one signing key and no API keys."""
    return wired.identity


@pytest.fixture
def forger(identity: Identity, clock: Clock) -> TokenForger:
    """A client that authenticates."""
    return TokenForger(identity, clock)
