"""Identities over tables and signing keys in moto."""

from collections.abc import Sequence
from typing import Any

import boto3

from shared.auth.identity import Identity, Places
from shared.auth.models import ApiKeyWithSecret, Caller, Credentials, NewApiKey
from shared.auth.scopes import Scope
from shared.auth.tokens import TokenClaims, Use
from tests.fakes.clock import Clock

STAGE = "local"
SIGNING_KEY = "alias/tally-signing-1"
"""The key that `tests.moto_platform` makes."""


def identity_over(signing_keys: Sequence[str], clock: Clock, *, stage: str = STAGE, dynamodb: Any = None) -> Identity:
    """An identity that signs with the first of these keys; as another function's, it has looked at nothing yet."""
    places = Places(keys_table="tally-keys-table", families_table="tally-families-table", signing_keys=signing_keys)
    kms = boto3.client("kms")
    return Identity(dynamodb=dynamodb or boto3.client("dynamodb"), kms=kms, places=places, stage=stage, clock=clock)


def make_key(identity: Identity, *scopes: Scope, owner: str | None = None) -> ApiKeyWithSecret:
    """An API key that may do this."""
    return identity.keys.create(NewApiKey(name="test", scopes=list(scopes or Scope), owner=owner))


def credentials(key: ApiKeyWithSecret) -> Credentials:
    """The credentials of a key."""
    return Credentials(client_id=key.id, client_secret=key.client_secret)


def access_token(identity: Identity, *scopes: Scope) -> str:
    """A token that may do this."""
    return identity.grants.to_key(credentials(make_key(identity, *scopes))).access_token


class Visitor:
    """A client with an API key and a new token for every call."""

    def __init__(self, identity: Identity, *scopes: Scope, owner: str | None = None) -> None:
        self._identity = identity
        self.key = make_key(identity, *scopes, owner=owner)
        self._caller = Caller(key_id=self.key.id, subject=self.key.owner, scopes=frozenset(self.key.scopes))

    @property
    def token(self) -> str:
        """A token of this moment."""
        ticket = TokenClaims(caller=self._caller, family="family", token_id="token")
        return self._identity.tokens.write(ticket, Use.ACCESS)
