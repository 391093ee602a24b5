"""Administration of API keys, on the laptop and against AWS alike, and the laptop's own key."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
import urllib3

from infra.local.errors import NoToken
from infra.local.layout import Layout
from infra.local.private_files import replace_private
from infra.local.terminal import json_text
from shared.auth.identity import Identity, Places
from shared.auth.models import ApiKey, NewApiKey
from shared.auth.scopes import Scope
from shared.runtime.models import now

_OK = 200


def identity_of(clients: boto3.Session, endpoint: str | None, outputs: Mapping[str, str], stage: str) -> Identity:
    """Return the identity of a deployed stage, from the outputs of its stacks."""
    places = Places(
        keys_table=outputs["KeysTableName"],
        families_table=outputs["FamiliesTableName"],
        signing_keys=outputs["SigningKeysName"].split(","),
    )
    dynamodb, kms = clients.client("dynamodb", endpoint_url=endpoint), clients.client("kms", endpoint_url=endpoint)
    return Identity(dynamodb=dynamodb, kms=kms, places=places, stage=stage, clock=now)


def outputs_of(clients: boto3.Session, endpoint: str | None, stage: str) -> dict[str, str]:
    """Return the outputs of a stage's stateful stack."""
    cloudformation = clients.client("cloudformation", endpoint_url=endpoint)
    (stack,) = cloudformation.describe_stacks(StackName=f"tally-{stage}-data")["Stacks"]
    return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}


def describe(key: ApiKey) -> str:
    """Write a key as the commands print it."""
    return json_text(key.model_dump(mode="json", exclude_none=True))


@dataclass(frozen=True, slots=True)
class LocalApiKey:
    """The API key of the laptop's user; only they can read its file."""

    layout: Layout

    def make(self, identity: Identity) -> None:
        """Make the key, unless the one that is kept is good."""
        if self.layout.own_key.exists() and identity.keys.is_good(self._load()["client_id"]):
            return
        made = identity.keys.create(NewApiKey(name="laptop", scopes=list(Scope), owner="laptop"))
        shown = json.dumps({"client_id": made.id, "client_secret": made.client_secret})
        replace_private(self.layout.own_key, shown)

    def grant(self) -> bytes:
        """Return the body of a request for a pair of tokens."""
        return self.layout.own_key.read_bytes()

    def token(self, api_url: str) -> str:
        """Get an access token for the key at the public door.

        Raises:
            NoToken: the API gives none.
        """
        if not self.layout.own_key.exists():
            raise NoToken("no local API key exists yet")
        with _door() as door:
            try:
                answer = door.request("POST", f"{api_url}/auth/token", json=self._load())
            except urllib3.exceptions.HTTPError as error:
                raise NoToken(str(error)) from error
        if answer.status != _OK:
            raise NoToken(answer.data.decode(errors="replace"))
        token: str = answer.json()["data"]["access_token"]
        return token

    def _load(self) -> Any:
        return json.loads(self.layout.own_key.read_text())


@contextmanager
def _door() -> Iterator[urllib3.PoolManager]:
    door = urllib3.PoolManager(retries=urllib3.Retry(connect=2, read=0), timeout=urllib3.Timeout(connect=5, read=60))
    yield door
    door.clear()
