"""Provides the health check."""

from shared.health import checks
from shared.runtime.deployment import Deployment, provider
from shared.runtime.settings import Resource


@provider
def checkup(deployment: Deployment) -> checks.Checkup:
    """Build the health check of what every query depends on."""
    clients = deployment.clients
    asked = (
        checks.dynamodb_check(clients.best_effort_dynamodb, deployment.name_of(Resource.VERSIONS)),
        checks.s3_check(clients.best_effort_s3, deployment.name_of(Resource.LAKE)),
        checks.kinesis_check(clients.best_effort_kinesis, deployment.name_of(Resource.EVENT_STREAM)),
        checks.athena_check(clients.best_effort_athena, deployment.name_of(Resource.WORK_GROUP)),
    )
    return checks.Checkup(asked, deployment.clock)
