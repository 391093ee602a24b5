"""Provides the data quality reports."""

from collections.abc import Callable, Sequence
from typing import Any

from shared.quality.reports import QualityReports
from shared.quality.store import QUALITY_TABLE, QualityStates
from shared.runtime.deployment import Deployment


def quality_reports(
    deployment: Deployment, *, source_ids: Callable[[], Sequence[str]], requirements_of: Callable[..., Any]
) -> QualityReports:
    """Build the reports; sources and their requirements are passed in, because they belong to a higher layer."""
    return QualityReports(
        states=QualityStates(deployment.clients.dynamodb, deployment.name_of(QUALITY_TABLE)),
        source_ids=source_ids,
        requirements_of=requirements_of,
        clock=deployment.clock,
    )
