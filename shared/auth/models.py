"""The nouns of identity: keys as administrators see them, tokens as clients get them, the caller as routes know it."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from shared.auth.scopes import Scope
from shared.runtime.models import Model, Optional, PageResponse, Timestamp

KEY_ID = r"key-[0-9a-f]{16}"
CREDENTIALS = frozenset({"client_id", "client_secret", "refresh_token"})
"""Fields whose values no refusal repeats, lest logs of clients and proxies keep them; ids and secrets get swapped."""


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who calls: an API key, on whose behalf, and what they may do."""

    key_id: str
    subject: str
    scopes: frozenset[Scope]


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """What a client shows to get a token."""

    client_id: str
    client_secret: str


def _each_once(scopes: list[Scope]) -> list[Scope]:
    return sorted(set(scopes))


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Scopes = Annotated[list[Scope], Field(min_length=1, max_length=100), AfterValidator(_each_once)]


class NewApiKey(Model):
    """What an administrator says of a key to be made."""

    name: Name = Field(description="What the key is for.", examples=["web shop"])
    scopes: Scopes = Field(description="What its tokens may do.", examples=[["ingest:write", "ingest:read"]])
    owner: Optional[Name] = Field(default=None, description="On whose behalf it acts: the `sub` of its tokens.")


class ApiKey(Model):
    """An API key; its secret is not part of it."""

    id: str = Field(description="The `client_id`.", examples=["key-0123456789abcdef"])
    name: str
    owner: str = Field(description="The `sub` of its tokens.")
    scopes: list[Scope]
    created_at: Timestamp
    rotated_at: Optional[Timestamp] = Field(default=None, description="When its secret was last replaced.")
    last_used_at: Optional[Timestamp] = Field(default=None, description="When it last got a token.")
    revoked_at: Optional[Timestamp] = Field(default=None, description="Since when it is good for nothing.")


class ApiKeyWithSecret(ApiKey):
    """An API key at the one moment when its secret is shown."""

    client_secret: str = Field(description="Shown now and never again; only a salted hash of it is kept.")


class ApiKeyPage(PageResponse):
    """One page of the API keys, oldest first."""

    content: list[ApiKey]


class TokenRequest(Model):
    """An API key, shown to get a token (OAuth 2 client credentials); HTTP Basic may carry it instead."""

    grant_type: Optional[Literal["client_credentials"]] = None
    client_id: Optional[str] = Field(default=None, examples=["key-0123456789abcdef"])
    client_secret: Optional[str] = Field(default=None, examples=["the secret shown when the key was made"])
    scope: Optional[str] = Field(
        default=None,
        description="What the token may do, as words; without it, all that the key may.",
        examples=["ingest:write ingest:read"],
    )


class RefreshRequest(Model):
    """A refresh token, spent for a new pair."""

    grant_type: Optional[Literal["refresh_token"]] = None
    refresh_token: str


class TokenPair(Model):
    """An access token, and the refresh token that gets the next pair, once."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 # a type, no secret
    expires_in: int = Field(description="Seconds for which the access token is good.")
    refresh_token: str
    scope: str = Field(description="What the access token may do, as words.")


class JsonWebKey(Model):
    """A public key that verifies tokens (RFC 7517)."""

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: str
    y: str
    kid: str
    use: Literal["sig"]
    alg: Literal["ES256"]


class JsonWebKeySet(Model):
    """The public keys that verify tokens (RFC 7517)."""

    keys: list[JsonWebKey]
