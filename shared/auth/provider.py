"""Provides keys, tokens and their verification."""

from shared.auth.identity import Identity, Places
from shared.auth.key_store import KEYS_TABLE
from shared.auth.refresh_tokens import FAMILIES_TABLE
from shared.auth.signing import SIGNING_KEYS
from shared.runtime.deployment import Deployment, provider


@provider
def identity(deployment: Deployment) -> Identity:
    """Build everything about keys and tokens."""
    places = Places(
        keys_table=deployment.name_of(KEYS_TABLE),
        families_table=deployment.name_of(FAMILIES_TABLE),
        signing_keys=deployment.name_of(SIGNING_KEYS).split(","),
    )
    return Identity(
        dynamodb=deployment.clients.dynamodb,
        kms=deployment.clients.kms,
        places=places,
        stage=deployment.settings.stage,
        clock=deployment.clock,
    )
