"""Provides what prepares exports in the background; it draws no documents."""

from shared.athena.provider import scheduled_athena
from shared.audit.provider import audit_trail
from shared.exports.parts_provider import decision_source, export_files, export_queue, export_store
from shared.exports.runner import ExportRunner
from shared.runtime.deployment import Deployment, provider


@provider
def export_runner(deployment: Deployment) -> ExportRunner:
    """Build what prepares exports in the background."""
    return ExportRunner(
        exports=export_store(deployment),
        source=decision_source(deployment, scheduled_athena(deployment)),
        files=export_files(deployment),
        queue=export_queue(deployment),
        audit_trail=audit_trail(deployment),
    )
