"""Provides the audit log and its anchors."""

from shared.audit.checkpoints import ANCHORS_BUCKET, Anchors
from shared.audit.trail import AUDIT_TABLE, AuditTrail
from shared.runtime.deployment import Deployment, provider


@provider
def audit_trail(deployment: Deployment) -> AuditTrail:
    """Build the log."""
    return AuditTrail(deployment.clients.dynamodb, deployment.name_of(AUDIT_TABLE), deployment.clock)


@provider
def anchors(deployment: Deployment) -> Anchors:
    """Build the store of checkpoints under Object Lock."""
    return Anchors(deployment.clients.s3, deployment.name_of(ANCHORS_BUCKET), deployment.clock)
