"""Provides explanations of decisions and cohorts."""

from shared.athena.provider import pinned_queries
from shared.decisions.provider import decisions
from shared.explanations.reports import Explanations
from shared.runtime.deployment import Deployment, provider


@provider
def explanations(deployment: Deployment) -> Explanations:
    """Build the explanations."""
    return Explanations(queries=pinned_queries(deployment), decisions=decisions(deployment))
