"""Provides the health check."""

from shared.athena.client import WORK_GROUP
from shared.health import checks
from shared.ingestion.stream.producer import EVENT_STREAM
from shared.lake.catalog.states import TABLE_STATES
from shared.lake.storage.object_store import LAKE_BUCKET
from shared.runtime.deployment import Deployment, provider


@provider
def health_check(deployment: Deployment) -> checks.Checkup:
    """Build the health check of what every query depends on."""
    clients = deployment.clients
    asked = (
        checks.dynamodb_check(clients.best_effort_dynamodb, deployment.name_of(TABLE_STATES)),
        checks.s3_check(clients.best_effort_s3, deployment.name_of(LAKE_BUCKET)),
        checks.kinesis_check(clients.best_effort_kinesis, deployment.name_of(EVENT_STREAM)),
        checks.athena_check(clients.best_effort_athena, deployment.name_of(WORK_GROUP)),
    )
    return checks.Checkup(asked, deployment.clock)
