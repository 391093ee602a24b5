"""Provides scenarios, runs and their results to the routes, and the registered thresholds of rule versions."""

from shared.athena.provider import pinned_queries
from shared.lake.storage.object_store import LakeStore
from shared.pipelines.provider import run_register
from shared.replay.estimates import Estimates
from shared.replay.known_features import KnownFeatures
from shared.replay.rule_thresholds import RULE_THRESHOLDS_TABLE, RuleThresholdsStore
from shared.replay.run_files import REPLAY_RUNS_BUCKET, ReplayFiles
from shared.replay.runs import ReplayRuns
from shared.replay.scenarios import ReplayScenarios
from shared.replay.store import REPLAYS_TABLE, ReplayStore
from shared.replay.workflow import REPLAY_RUN, RunWorkflow
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


@provider
def replay_runs(deployment: Deployment) -> ReplayRuns:
    """Build what starts and cancels runs."""
    return ReplayRuns(
        store=replays(deployment),
        estimates=Estimates(run_register(deployment)),
        workflow=RunWorkflow(client=deployment.clients.stepfunctions, arn=deployment.name_of(REPLAY_RUN)),
        clock=deployment.clock,
    )


@provider
def replay_files(deployment: Deployment) -> ReplayFiles:
    """Build the files of runs."""
    bucket = deployment.name_of(REPLAY_RUNS_BUCKET)
    return ReplayFiles(LakeStore(deployment.clients.s3, bucket), bucket)
