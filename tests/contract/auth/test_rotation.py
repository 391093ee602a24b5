"""Rotating the signing key: in four deployments, none of which a client notices (decision 24)."""

from datetime import timedelta
from itertools import pairwise

import pytest
from joserfc import jws

from shared.auth.identity import Identity
from shared.auth.tokens import GOOD_FOR, Use
from shared.runtime.errors import Unauthorized
from tests.fakes.clock import Clock
from tests.fakes.identities import SIGNING_KEY, access_token, credentials, identity_over, make_key
from tests.moto_platform import new_signing_key

NEXT_KEY = "alias/tally-signing-2"
MINUTES = timedelta(minutes=10)


@pytest.fixture
def steps(identity: Identity, clock: Clock) -> list[Identity]:
    """The functions of each deployment: the old key alone, the new one known, the new one signing, the old one gone."""
    assert identity
    new_signing_key(NEXT_KEY)
    keys = ([SIGNING_KEY], [SIGNING_KEY, NEXT_KEY], [NEXT_KEY, SIGNING_KEY], [NEXT_KEY])
    return [identity_over(each, clock) for each in keys]


def _kid(token: str) -> str:
    return str(jws.extract_compact(token.encode()).headers()["kid"])


def _published(identity: Identity) -> set[str]:
    return {key.kid for key in identity.signing_keys.public_key_set().keys}


def test_during_a_deployment_both_versions_accept_each_others_tokens(steps: list[Identity]) -> None:
    for before, after in pairwise(steps[:3]):
        assert before.verifier.caller(access_token(after))
        assert after.verifier.caller(access_token(before))


def test_both_keys_are_published_before_the_new_one_signs_and_as_long_as_the_old_one_verifies(
    steps: list[Identity],
) -> None:
    old, new = (next(iter(_published(each))) for each in (steps[0], steps[3]))

    assert [_published(each) for each in steps] == [{old}, {old, new}, {old, new}, {new}]


def test_the_first_listed_key_signs(steps: list[Identity]) -> None:
    old, new = (next(iter(_published(each))) for each in (steps[0], steps[3]))

    assert [_kid(access_token(each)) for each in steps] == [old, old, new, new]


def test_a_refresh_token_of_the_old_key_gets_a_pair_signed_by_the_new(steps: list[Identity], clock: Clock) -> None:
    before = steps[0].grants.to_key(credentials(make_key(steps[0])))
    clock.pass_by(GOOD_FOR[Use.REFRESH] - MINUTES)

    after = steps[2].grants.to_refresh_token(before.refresh_token)

    assert {_kid(after.access_token), _kid(after.refresh_token)} == _published(steps[3])
    assert steps[3].verifier.caller(after.access_token)
    assert steps[3].grants.to_refresh_token(after.refresh_token)


def test_a_token_of_a_removed_key_is_refused(steps: list[Identity]) -> None:
    before = steps[0].grants.to_key(credentials(make_key(steps[0])))

    with pytest.raises(Unauthorized):
        steps[3].verifier.caller(before.access_token)
    with pytest.raises(Unauthorized):
        steps[3].grants.to_refresh_token(before.refresh_token)
