"""Provides queries at pinned snapshots, and the cache of their results."""

from typing import TYPE_CHECKING

from shared.athena.client import WORK_GROUP, Athena
from shared.athena.concurrency import QueryConcurrency
from shared.athena.pinned_queries import PinnedQueries
from shared.athena.result_cache import RESULT_CACHE_TABLE, ResultCache
from shared.athena.result_file import ResultFiles
from shared.lake.catalog.tables import LAKE_DATABASE
from shared.lake.provider import table_states
from shared.runtime.clients import INTERACTIVE_TIMEOUT, SCHEDULED_TIMEOUT
from shared.runtime.deployment import Deployment, provider

if TYPE_CHECKING:
    from types_boto3_athena import AthenaClient
    from types_boto3_s3 import S3Client


@provider
def athena(deployment: Deployment) -> Athena:
    """Build the client for queries that a request waits for."""
    clients = deployment.clients
    return _athena(deployment, clients.interactive_athena, clients.interactive_s3, timeout=INTERACTIVE_TIMEOUT)


@provider
def scheduled_athena(deployment: Deployment) -> Athena:
    """Build the client for queries of scheduled functions."""
    clients = deployment.clients
    return _athena(deployment, clients.scheduled_athena, clients.s3, timeout=SCHEDULED_TIMEOUT)


def _athena(deployment: Deployment, client: "AthenaClient", s3: "S3Client", *, timeout: float) -> Athena:
    slots = QueryConcurrency(
        deployment.clients.best_effort_dynamodb,
        deployment.name_of(RESULT_CACHE_TABLE),
        most=deployment.settings.queries_at_once,
        clock=deployment.clock,
    )
    return Athena(
        client=client,
        files=ResultFiles(s3),
        work_group=deployment.name_of(WORK_GROUP),
        database=deployment.name_of(LAKE_DATABASE),
        patience_seconds=timeout,
        slots=slots,
    )


@provider
def pinned_queries(deployment: Deployment) -> PinnedQueries:
    """Build the queries that a request waits for, at pinned snapshots and cached."""
    return _pinned_queries(deployment, athena(deployment))


@provider
def scheduled_queries(deployment: Deployment) -> PinnedQueries:
    """Build the queries of scheduled functions, at pinned snapshots and cached."""
    return _pinned_queries(deployment, scheduled_athena(deployment))


def _pinned_queries(deployment: Deployment, runner: Athena) -> PinnedQueries:
    cache = ResultCache(
        deployment.clients.best_effort_dynamodb, deployment.name_of(RESULT_CACHE_TABLE), clock=deployment.clock
    )
    return PinnedQueries(runner.run, cache, table_states(deployment))
