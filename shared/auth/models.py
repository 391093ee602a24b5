"""Models of identity: API keys for administrators, tokens for clients, the caller for routes."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from shared.auth.scopes import Scope
from shared.runtime.dialects import ApiResponse
from shared.runtime.models import Model, Optional, PageResponse, Timestamp

KEY_ID = r"key-[0-9a-f]{16}"
CREDENTIALS = frozenset({"client_id", "client_secret", "refresh_token"})
"""Fields whose values no refusal repeats, lest logs of clients and proxies keep them; ids and secrets get swapped."""


@dataclass(frozen=True, kw_only=True)
class Caller:
    """The authenticated caller: its API key, subject and scopes."""

    key_id: str
    subject: str
    scopes: frozenset[Scope]


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """The API key credentials with which a client requests a token."""

    client_id: str
    client_secret: str


def _each_once(scopes: list[Scope]) -> list[Scope]:
    return sorted(set(scopes))


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Scopes = Annotated[list[Scope], Field(min_length=1, max_length=100), AfterValidator(_each_once)]


class NewApiKey(Model):
    """The API key to create."""

    name: Name = Field(description="Purpose of the key.", examples=["web shop"])
    scopes: Scopes = Field(
        description="Scopes that tokens of this key may have.", examples=[["ingest:write", "ingest:read"]]
    )
    owner: Optional[Name] = Field(
        default=None, description="The user or system that the key acts for: the `sub` of its tokens."
    )


class ApiKey(Model):
    """An API key, without its secret."""

    id: str = Field(description="Id of the key; the `client_id` in token requests.", examples=["key-0123456789abcdef"])
    name: str = Field(description="Purpose of the key.")
    owner: str = Field(description="The user or system that the key acts for: the `sub` of its tokens.")
    scopes: list[Scope] = Field(description="Scopes that tokens of this key may have.")
    created_at: Timestamp = Field(description="Time of creation.")
    rotated_at: Optional[Timestamp] = Field(default=None, description="Time of the last rotation of its secret.")
    last_used_at: Optional[Timestamp] = Field(default=None, description="Time when it last obtained a token.")
    revoked_at: Optional[Timestamp] = Field(
        default=None, description="Time of revocation; absent while the key is valid."
    )


class ApiKeyWithSecret(ApiKey):
    """An API key together with its new secret."""

    client_secret: str = Field(
        description="The secret. Store it now: only a salted hash is kept, and it is never returned again."
    )


class ApiKeyPage(PageResponse):
    """One page of API keys, oldest first."""

    content: list[ApiKey] = Field(description="The API keys on this page.")


class TokenRequest(Model):
    """The credentials of an API key (OAuth 2 client credentials). They may be sent in HTTP Basic instead."""

    grant_type: Optional[Literal["client_credentials"]] = Field(default=None, description="OAuth 2 grant type.")
    client_id: Optional[str] = Field(default=None, description="Id of the API key.", examples=["key-0123456789abcdef"])
    client_secret: Optional[str] = Field(
        default=None,
        description="Secret of the API key.",
        examples=["the secret returned when the key was created"],
    )
    scope: Optional[str] = Field(
        default=None,
        description="Requested scopes, separated by spaces (default: all scopes of the key).",
        examples=["ingest:write ingest:read"],
    )


class RefreshRequest(Model):
    """The refresh token to exchange for a new token pair."""

    grant_type: Optional[Literal["refresh_token"]] = Field(default=None, description="OAuth 2 grant type.")
    refresh_token: str = Field(description="The refresh token; it is valid once.")


class TokenPair(Model):
    """An access token and the single-use refresh token that obtains the next pair."""

    access_token: str = Field(description="The JWT to send as `Authorization: Bearer`.")
    token_type: Literal["Bearer"] = Field(default="Bearer", description="Always `Bearer`.")
    expires_in: int = Field(description="Lifetime of the access token in seconds.")
    refresh_token: str = Field(description="Obtains the next pair at `POST /auth/refresh`, once.")
    scope: str = Field(description="Scopes of the access token, separated by spaces.")


class TokenResponse(TokenPair, ApiResponse[TokenPair]):
    """A pair of tokens in the envelope, and again at the top level, where OAuth 2 clients look (RFC 6749, 5.1)."""


class JsonWebKey(Model):
    """A public key that verifies tokens (RFC 7517)."""

    kty: Literal["EC"] = Field(description="Key type.")
    crv: Literal["P-256"] = Field(description="Curve.")
    x: str = Field(description="X coordinate, base64url.")
    y: str = Field(description="Y coordinate, base64url.")
    kid: str = Field(description="Key id, as in the header of the tokens that it signs.")
    use: Literal["sig"] = Field(description="Intended use: signatures.")
    alg: Literal["ES256"] = Field(description="Signature algorithm.")


class JsonWebKeySet(Model):
    """The public keys that verify tokens (RFC 7517)."""

    keys: list[JsonWebKey] = Field(description="Every key that verifies a token still in use.")
