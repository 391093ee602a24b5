"""Provides the steps of runs."""

from shared.athena.provider import scheduled_athena
from shared.decisions.provider import fraud_configuration
from shared.lake.provider import table_states
from shared.pipelines.provider import run_register
from shared.replay.estimates import Estimates
from shared.replay.failures import ReplayFailures
from shared.replay.planning import ReplayPlanning
from shared.replay.provider import replay_files, replays, rule_thresholds
from shared.runtime.deployment import Deployment, provider


@provider
def replay_planning(deployment: Deployment) -> ReplayPlanning:
    """Build the first step."""
    configuration = fraud_configuration(deployment)
    return ReplayPlanning(
        athena=scheduled_athena(deployment),
        states=table_states(deployment),
        store=replays(deployment),
        files=replay_files(deployment),
        rules=rule_thresholds(deployment),
        parameters=lambda: configuration.get(fresh=True),
        estimates=Estimates(run_register(deployment)),
        reporting_currency=deployment.settings.reporting_currency,
    )


@provider
def replay_failures(deployment: Deployment) -> ReplayFailures:
    """Build the step after a failure."""
    return ReplayFailures(store=replays(deployment))
