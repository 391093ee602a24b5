"""Provides scenarios, and the registered thresholds of rule versions."""

from shared.athena.provider import pinned_queries
from shared.pipelines.provider import run_register
from shared.replay.known_features import KnownFeatures
from shared.replay.rule_thresholds import RULE_THRESHOLDS_TABLE, RuleThresholdsStore
from shared.replay.scenarios import ReplayScenarios
from shared.replay.store import REPLAYS_TABLE, ReplayStore
from shared.runtime.deployment import Deployment, provider


@provider
def replays(deployment: Deployment) -> ReplayStore:
    """Build the store of scenarios and runs."""
    return ReplayStore(
        dynamodb=deployment.clients.dynamodb,
        table=deployment.name_of(REPLAYS_TABLE),
        register=run_register(deployment),
        clock=deployment.clock,
    )


@provider
def replay_scenarios(deployment: Deployment) -> ReplayScenarios:
    """Build what creates scenarios."""
    return ReplayScenarios(
        store=replays(deployment),
        features=KnownFeatures(queries=pinned_queries(deployment)),
        clock=deployment.clock,
    )


@provider
def rule_thresholds(deployment: Deployment) -> RuleThresholdsStore:
    """Build the store of registered thresholds."""
    return RuleThresholdsStore(
        dynamodb=deployment.clients.dynamodb,
        table=deployment.name_of(RULE_THRESHOLDS_TABLE),
        clock=deployment.clock,
    )
