"""API keys, tokens and their verification, built on first use."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from shared.auth.key_store import ApiKeys
from shared.auth.refresh_tokens import RefreshTokenFamilies
from shared.auth.signing import TokenSigningKeys
from shared.auth.token_issuer import TokenIssuer
from shared.auth.tokens import Tokens
from shared.auth.verifier import Verifier

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_kms import KMSClient

    from shared.runtime.models import Clock


@dataclass(frozen=True, kw_only=True)
class Places:
    """Resources of identity: two tables, and the names of KMS keys, of which the first signs."""

    keys_table: str
    families_table: str
    signing_keys: Sequence[str]


class Identity:
    """The API keys and the tokens of one stage."""

    def __init__(
        self, *, dynamodb: "DynamoDBClient", kms: "KMSClient", places: Places, stage: str, clock: "Clock"
    ) -> None:
        self._dynamodb = dynamodb
        self._places = places
        self._clock = clock
        self.signing_keys = TokenSigningKeys(kms, places.signing_keys)
        self.tokens = Tokens(self.signing_keys, stage=stage, clock=clock)

    @cached_property
    def keys(self) -> ApiKeys:
        """The API keys."""
        return ApiKeys(self._dynamodb, self._places.keys_table, self._clock)

    @cached_property
    def families(self) -> RefreshTokenFamilies:
        """The families of tokens."""
        return RefreshTokenFamilies(self._dynamodb, self._places.families_table, self._clock)

    @cached_property
    def grants(self) -> TokenIssuer:
        """The issuer of tokens."""
        return TokenIssuer(keys=self.keys, families=self.families, tokens=self.tokens)

    @cached_property
    def verifier(self) -> Verifier:
        """The verifier of access tokens."""
        return Verifier(self.tokens, self.keys, self.families, self._clock)
