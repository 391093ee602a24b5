"""Provides the audit log and its anchors."""

from shared.audit.anchors import Anchors
from shared.audit.trail import AuditTrail
from shared.runtime.deployment import Deployment, provider
from shared.runtime.settings import Resource


@provider
def audit_trail(deployment: Deployment) -> AuditTrail:
    """Build the log."""
    return AuditTrail(deployment.clients.dynamodb, deployment.name_of(Resource.AUDIT), deployment.clock)


@provider
def anchors(deployment: Deployment) -> Anchors:
    """Build the store of checkpoints under Object Lock."""
    return Anchors(deployment.clients.s3, deployment.name_of(Resource.ANCHORS), deployment.clock)
