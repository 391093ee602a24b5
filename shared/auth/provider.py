"""Provides keys, tokens and their verification."""

from shared.auth.identity import Identity, Places
from shared.runtime.deployment import Deployment, provider
from shared.runtime.settings import Resource


@provider
def identity(deployment: Deployment) -> Identity:
    """Build everything about keys and tokens."""
    places = Places(
        keys_table=deployment.name_of(Resource.KEYS),
        families_table=deployment.name_of(Resource.FAMILIES),
        signing_keys=deployment.name_of(Resource.SIGNING_KEYS).split(","),
    )
    return Identity(
        dynamodb=deployment.clients.dynamodb,
        kms=deployment.clients.kms,
        places=places,
        stage=deployment.settings.stage,
        clock=deployment.clock,
    )
