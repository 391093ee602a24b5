"""Identities over tables and signing keys in moto."""

from collections.abc import Sequence
from typing import Any

import boto3

from shared.auth.identity import Identity, Places
from shared.auth.models import ApiKeyWithSecret, Credentials, NewApiKey
from shared.auth.scopes import Scope
from tests.fakes.clock import Clock

STAGE = "local"
_TABLES = {"tally-keys": "key_id", "tally-families": "family_id"}


SIGNING_KEY = "alias/tally-tokens"


def identity_in_moto(clock: Clock) -> Identity:
    """An identity with one signing key and no API keys."""
    for name, key in _TABLES.items():
        boto3.client("dynamodb").create_table(
            TableName=name,
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    return identity_over([new_signing_key(SIGNING_KEY)], clock)


def identity_over(signing_keys: Sequence[str], clock: Clock, *, stage: str = STAGE, dynamodb: Any = None) -> Identity:
    """An identity that signs with the first of these keys; as another function's, it has looked at nothing yet."""
    places = Places(keys_table="tally-keys", families_table="tally-families", signing_keys=signing_keys)
    kms = boto3.client("kms")
    return Identity(dynamodb=dynamodb or boto3.client("dynamodb"), kms=kms, places=places, stage=stage, clock=clock)


def new_signing_key(alias: str, spec: str = "ECC_NIST_P256") -> str:
    """A key in KMS, by its alias."""
    kms = boto3.client("kms")
    made = kms.create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")  # type: ignore[arg-type] # a spec that a test names
    kms.create_alias(AliasName=alias, TargetKeyId=made["KeyMetadata"]["KeyId"])
    return alias


def make_key(identity: Identity, *scopes: Scope, owner: str | None = None) -> ApiKeyWithSecret:
    """An API key that may do this."""
    return identity.keys.create(NewApiKey(name="test", scopes=list(scopes or Scope), owner=owner))


def credentials(key: ApiKeyWithSecret) -> Credentials:
    """What the holder of a key shows."""
    return Credentials(client_id=key.id, client_secret=key.client_secret)


def access_token(identity: Identity, *scopes: Scope) -> str:
    """A token that may do this."""
    return identity.grants.to_key(credentials(make_key(identity, *scopes))).access_token
