"""An identity in moto."""

import pytest

from shared.auth.identity import Identity
from tests.fakes.bad_tokens import Forger
from tests.fakes.clock import Clock
from tests.fakes.identities import identity_in_moto


@pytest.fixture
def identity(aws: object, clock: Clock) -> Identity:
    """An identity with one signing key and no API keys."""
    assert aws
    return identity_in_moto(clock)


@pytest.fixture
def forger(identity: Identity, clock: Clock) -> Forger:
    """Somebody who wants to come in."""
    return Forger(identity, clock)
