"""The clients of AWS services, each made when it is first used, and how long they wait."""

import random
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from types_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient
    from types_boto3_athena import AthenaClient
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_events import EventBridgeClient
    from types_boto3_glue import GlueClient
    from types_boto3_kinesis import KinesisClient
    from types_boto3_kms import KMSClient
    from types_boto3_s3 import S3Client
    from types_boto3_sqs import SQSClient
    from types_boto3_stepfunctions import SFNClient

_DEFAULT = Config(
    retries={"mode": "standard", "max_attempts": 4}, connect_timeout=3, read_timeout=20, max_pool_connections=16
)
# By default, boto3 signs URLs with a version that not every region accepts, and for a host that redirects requests for
# a new bucket to its region: browsers follow no redirect of a preflight, and the signature covers the host.
_PRESIGNING = _DEFAULT.merge(
    Config(signature_version="s3v4", s3={"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"})
)
# For queries that a request waits for: calls that hang at its end must not outlast the function.
_INTERACTIVE = Config(
    retries={"mode": "standard", "total_max_attempts": 2}, connect_timeout=1, read_timeout=2, max_pool_connections=16
)
# For calls that may fail: one attempt, and together no longer than a health check waits.
_BEST_EFFORT = Config(retries={"total_max_attempts": 1}, connect_timeout=1, read_timeout=1, max_pool_connections=16)
# For messages to many clients, some of which have stopped reading: one attempt, which holds up the others little.
_POSTING = Config(retries={"total_max_attempts": 1}, connect_timeout=1, read_timeout=2, max_pool_connections=64)

INTERACTIVE_TIMEOUT = 18
"""Seconds for a query in a request of 29 s, beside two calls to Athena that hang for 5 s each, and the response."""

SCHEDULED_TIMEOUT = 600
"""Seconds for a query of a function without a caller that waits; the function has 15 minutes."""


_CONFLICTS, _CONFLICT_SECONDS = 6, 0.02


class _Client(Protocol):
    @property
    def exceptions(self) -> object: ...

    @property
    def meta(self) -> Any: ...


AnyClient = TypeVar("AnyClient", bound=_Client)


def _ready(client: AnyClient) -> AnyClient:
    """Return a client whose exceptions are made.

    botocore makes their classes on first use and without a lock: of two threads that do so at once, one would not catch
    the exceptions that the other raises.
    """
    _ = client.exceptions
    return client


def _retry_conflicts(client: AnyClient) -> AnyClient:
    """Return a client that repeats a single write that met a transaction on its item, which botocore does not."""
    client.meta.events.register_first("needs-retry.dynamodb", _wait_after_conflict, unique_id="tally-conflicts")
    return client


def _wait_after_conflict(*, response: tuple[Any, dict[str, Any]] | None, attempts: int, **_: Any) -> float | None:
    """Return the seconds until the next attempt, or None to leave the decision to botocore."""
    code = response[1].get("Error", {}).get("Code") if response else None
    if code != "TransactionConflictException" or attempts >= _CONFLICTS:
        return None
    return random.uniform(0, _CONFLICT_SECONDS * 2**attempts)  # noqa: S311 # spreads load, keeps no secret


class Clients:
    """One client for each service and way of waiting."""

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        """DynamoDB."""
        return _retry_conflicts(_ready(boto3.client("dynamodb", config=_DEFAULT)))

    @cached_property
    def best_effort_dynamodb(self) -> "DynamoDBClient":
        """DynamoDB for calls that may fail."""
        return _ready(boto3.client("dynamodb", config=_BEST_EFFORT))

    @cached_property
    def s3(self) -> "S3Client":
        """S3, also for presigned URLs."""
        return _ready(boto3.client("s3", config=_PRESIGNING))

    @cached_property
    def interactive_s3(self) -> "S3Client":
        """S3 for results that a request waits for."""
        return _ready(boto3.client("s3", config=_INTERACTIVE))

    @cached_property
    def best_effort_s3(self) -> "S3Client":
        """S3 for calls that may fail."""
        return _ready(boto3.client("s3", config=_BEST_EFFORT))

    @cached_property
    def sns(self) -> Any:
        """SNS."""
        return _ready(boto3.client("sns", config=_DEFAULT))

    @cached_property
    def sqs(self) -> "SQSClient":
        """SQS."""
        return _ready(boto3.client("sqs", config=_DEFAULT))

    @cached_property
    def best_effort_sqs(self) -> "SQSClient":
        """SQS for calls that may fail."""
        return _ready(boto3.client("sqs", config=_BEST_EFFORT))

    @cached_property
    def kinesis(self) -> "KinesisClient":
        """Kinesis."""
        return _ready(boto3.client("kinesis", config=_DEFAULT))

    @cached_property
    def best_effort_kinesis(self) -> "KinesisClient":
        """Kinesis for calls that may fail."""
        return _ready(boto3.client("kinesis", config=_BEST_EFFORT))

    @cached_property
    def kms(self) -> "KMSClient":
        """KMS."""
        return _ready(boto3.client("kms", config=_DEFAULT))

    @cached_property
    def events(self) -> "EventBridgeClient":
        """EventBridge."""
        return _ready(boto3.client("events", config=_DEFAULT))

    @cached_property
    def stepfunctions(self) -> "SFNClient":
        """Step Functions."""
        return _ready(boto3.client("stepfunctions", config=_DEFAULT))

    @cached_property
    def glue(self) -> "GlueClient":
        """Glue."""
        return _ready(boto3.client("glue", config=_DEFAULT))

    @cached_property
    def best_effort_glue(self) -> "GlueClient":
        """Glue for calls that may fail."""
        return _ready(boto3.client("glue", config=_BEST_EFFORT))

    @cached_property
    def interactive_athena(self) -> "AthenaClient":
        """Athena for queries that a request waits for."""
        return _ready(boto3.client("athena", config=_INTERACTIVE))

    @cached_property
    def scheduled_athena(self) -> "AthenaClient":
        """Athena for queries of scheduled functions."""
        return _ready(boto3.client("athena", config=_DEFAULT))

    @cached_property
    def best_effort_athena(self) -> "AthenaClient":
        """Athena for calls that may fail."""
        return _ready(boto3.client("athena", config=_BEST_EFFORT))

    @cache  # noqa: B019 # one object of this class lives as long as its function
    def connections_at(self, endpoint: str) -> "ApiGatewayManagementApiClient":
        """The open connections of a WebSocket API, at its address for messages to clients."""
        return _ready(boto3.client("apigatewaymanagementapi", endpoint_url=endpoint, config=_POSTING))
