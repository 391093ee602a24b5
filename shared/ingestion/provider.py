"""Provides the loading of deliveries, which needs Arrow."""

from shared.decisions.provider import decisions
from shared.events.provider import platform_events
from shared.ingestion.loader import Loader
from shared.ingestion.restore import CancelledRowsRestorer
from shared.ingestion.validation import DeliveryValidator
from shared.lake.provider import lake
from shared.ledger.provider import ledger
from shared.quarantine.provider import quarantine
from shared.runtime.deployment import Deployment, provider
from shared.sources.provider import source_configs


@provider
def validator(deployment: Deployment) -> DeliveryValidator:
    """Build the validation of deliveries."""
    return DeliveryValidator(
        decisions=decisions(deployment),
        reporting_currency=deployment.settings.reporting_currency,
        mapping_of=source_configs(deployment).mapping_of,
        requirements_of=source_configs(deployment).requirements_of,
        id_prefix_of=source_configs(deployment).id_prefix_of,
    )


@provider
def loader(deployment: Deployment) -> Loader:
    """Build the loader of deliveries."""
    return Loader(
        lake=lake(deployment),
        ledger=ledger(deployment),
        quarantine=quarantine(deployment),
        decisions=decisions(deployment),
        validator=validator(deployment),
        events=platform_events(deployment),
        clock=deployment.clock,
    )


@provider
def restorer(deployment: Deployment) -> CancelledRowsRestorer:
    """Build what restores the rows of cancelled batches."""
    return CancelledRowsRestorer(
        lake=lake(deployment), ledger=ledger(deployment), validator=validator(deployment), clock=deployment.clock
    )
