"""Provides the preview, which needs Arrow."""

from functools import partial

from shared.ingestion.preview.previewer import Previewer
from shared.ingestion.provider import validator
from shared.runtime.deployment import Deployment, provider
from shared.sources.provider import source_configs


@provider
def previewer(deployment: Deployment) -> Previewer:
    """Build what previews files and records."""
    return Previewer(
        validator=partial(validator, deployment),
        mapping_of=source_configs(deployment).mapping_of,
        clock=deployment.clock,
    )
