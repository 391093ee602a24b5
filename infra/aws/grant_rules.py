"""The IAM actions of each kind of use of each kind of resource: the one table behind every role."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from functions.declaration import Access
from infra.aws.names import WEBSOCKET_STAGE, Names
from shared.runtime.resources import (
    Bucket,
    Database,
    DeadLetterQueue,
    EventBus,
    Queue,
    Resource,
    SigningKeys,
    StateMachine,
    Stream,
    Table,
    Topic,
    WebSocketApi,
    WorkGroup,
    Write,
)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Actions of one kind of use, with the ARNs and the condition that they apply to, and the accesses it is for."""

    actions: tuple[str, ...]
    arns: Callable[[Names, Access], list[str]]
    conditions: Callable[[Names, Access], Mapping[str, Any]] = field(default=lambda _, __: {})
    holds_for: Callable[[Access], bool] = field(default=lambda _: True)


def _table(names: Names, access: Access) -> list[str]:
    return [names.arn("dynamodb", f"table/{names.resource_name(access.resource)}")]


def _indexes(names: Names, access: Access) -> list[str]:
    (table,) = _table(names, access)
    indexes = access.resource.indexes if isinstance(access.resource, Table) else ()
    return [f"{table}/index/{index.name}" for index in indexes]


def _has_indexes(access: Access) -> bool:
    return isinstance(access.resource, Table) and bool(access.resource.indexes)


def _is_scanned(access: Access) -> bool:
    return access.scanned


def _deletes(access: Access) -> bool:
    return access.deletes


def _is_by_athena(access: Access) -> bool:
    return access.by_athena


def _by(write: Write) -> Callable[[Access], bool]:
    return lambda access: isinstance(access.resource, Table) and write in access.resource.writes


def _is_locked(access: Access) -> bool:
    """Whether versions of objects say more than their newest ones: nobody can delete them."""
    return isinstance(access.resource, Bucket) and bool(access.resource.locked_days)


def _objects(names: Names, access: Access) -> list[str]:
    return [names.bucket_arn(access.resource, f"/{access.prefix}/*" if access.prefix else "/*")]


def _bucket(names: Names, access: Access) -> list[str]:
    return [names.bucket_arn(access.resource)]


def _below_prefix(_: Names, access: Access) -> Mapping[str, Any]:
    """Bind a listing to the prefix: one without a prefix does not meet the condition."""
    return {"StringLike": {"s3:prefix": [f"{access.prefix}/*"]}} if access.prefix else {}


def _is_not_locked(access: Access) -> bool:
    return not _is_locked(access)


def _keys(names: Names, _: Access) -> list[str]:
    return [names.arn("kms", "key/*")]


def _of_those_aliases(names: Names, _: Access) -> Mapping[str, Any]:
    """KMS policies cannot name aliases as resources: allow any key that has one of the aliases."""
    return {"ForAnyValue:StringEquals": {"kms:ResourceAliases": names.signing_aliases()}}


def _in_catalogue(names: Names, access: Access) -> list[str]:
    database = names.resource_name(access.resource)
    return [names.arn("glue", path) for path in ("catalog", f"database/{database}", f"table/{database}/*")]


def _database(names: Names, access: Access) -> list[str]:
    return _in_catalogue(names, access)[:2]


def _default_database(names: Names, _: Access) -> list[str]:
    return [names.arn("glue", path) for path in ("catalog", "database/default")]


def _connections(names: Names, _: Access) -> list[str]:
    """Return the connections of the stage of any API: the API's id is made when its stack is deployed, after roles."""
    return [names.arn("execute-api", f"*/{WEBSOCKET_STAGE}/{method}/@connections/*") for method in ("POST", "DELETE")]


def _at(service: str, path: str = "{}") -> Callable[[Names, Access], list[str]]:
    return lambda names, access: [names.arn(service, path.format(names.resource_name(access.resource)))]


# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
READS: Mapping[type[Resource], tuple[Rule, ...]] = MappingProxyType(
    {
        Table: (
            Rule(actions=("dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"), arns=_table),
            Rule(actions=("dynamodb:Query",), arns=_indexes, holds_for=_has_indexes),
            Rule(actions=("dynamodb:Scan",), arns=_table, holds_for=_is_scanned),
        ),
        Bucket: (
            Rule(actions=("s3:GetObject",), arns=_objects, holds_for=_is_not_locked),
            Rule(actions=("s3:DeleteObject",), arns=_objects, holds_for=_deletes),
            Rule(actions=("s3:GetObjectVersion",), arns=_objects, holds_for=_is_locked),
            Rule(actions=("s3:ListBucketVersions",), arns=_bucket, conditions=_below_prefix, holds_for=_is_locked),
            Rule(actions=("s3:ListBucket",), arns=_bucket, conditions=_below_prefix, holds_for=_is_not_locked),
            Rule(actions=("s3:GetBucketLocation",), arns=_bucket, holds_for=_is_by_athena),
        ),
        Stream: (
            Rule(
                actions=("kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"),
                arns=_at("kinesis", "stream/{}"),
            ),
        ),
        Queue: (
            # For Lambda's poller: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
            Rule(
                actions=("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"),
                arns=_at("sqs"),
            ),
        ),
        Database: (
            Rule(actions=("glue:GetPartition", "glue:GetPartitions", "glue:GetTable"), arns=_in_catalogue),
            Rule(actions=("glue:GetDatabase",), arns=_database),
            # Athena looks there for every query: https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html
            Rule(actions=("glue:GetDatabase",), arns=_default_database),
        ),
        WorkGroup: (
            Rule(
                actions=(
                    "athena:GetQueryExecution",
                    "athena:GetQueryResults",
                    "athena:StartQueryExecution",
                    "athena:StopQueryExecution",
                ),
                arns=_at("athena", "workgroup/{}"),
            ),
        ),
        SigningKeys: (Rule(actions=("kms:GetPublicKey",), arns=_keys, conditions=_of_those_aliases),),
    }
)

WRITES: Mapping[type[Resource], tuple[Rule, ...]] = MappingProxyType(
    {
        Table: (
            Rule(actions=("dynamodb:PutItem",), arns=_table, holds_for=_by(Write.PUT)),
            Rule(actions=("dynamodb:UpdateItem",), arns=_table, holds_for=_by(Write.UPDATE)),
            Rule(actions=("dynamodb:DeleteItem",), arns=_table, holds_for=_by(Write.DELETE)),
            Rule(actions=("dynamodb:BatchWriteItem",), arns=_table, holds_for=_by(Write.BATCH)),
            Rule(actions=("dynamodb:ConditionCheckItem",), arns=_table, holds_for=_by(Write.CHECK)),
        ),
        Bucket: (
            Rule(actions=("s3:PutObject",), arns=_objects),
            # Athena writes what is large in parts, and looks at the whole bucket:
            # https://docs.aws.amazon.com/athena/latest/ug/s3-permissions.html
            Rule(
                actions=("s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"),
                arns=_objects,
                holds_for=_is_by_athena,
            ),
            Rule(actions=("s3:GetBucketLocation", "s3:ListBucket"), arns=_bucket, holds_for=_is_by_athena),
        ),
        Stream: (Rule(actions=("kinesis:PutRecord",), arns=_at("kinesis", "stream/{}")),),
        Queue: (Rule(actions=("sqs:SendMessage",), arns=_at("sqs")),),
        Database: (Rule(actions=("glue:CreateTable", "glue:UpdateTable"), arns=_in_catalogue),),
        EventBus: (Rule(actions=("events:PutEvents",), arns=_at("events", "event-bus/{}")),),
        Topic: (Rule(actions=("sns:Publish",), arns=_at("sns")),),
        StateMachine: (
            Rule(actions=("states:StartExecution",), arns=_at("states", "stateMachine:{}")),
            Rule(actions=("states:DescribeExecution", "states:StopExecution"), arns=_at("states", "execution:{}:*")),
        ),
        WebSocketApi: (Rule(actions=("execute-api:ManageConnections",), arns=_connections),),
        SigningKeys: (Rule(actions=("kms:Sign",), arns=_keys, conditions=_of_those_aliases),),
    }
)


WATCHES: Mapping[type[Resource], tuple[Rule, ...]] = MappingProxyType(
    {
        Table: (Rule(actions=("dynamodb:GetItem",), arns=_table),),
        Bucket: (Rule(actions=("s3:ListBucket",), arns=_bucket, conditions=_below_prefix),),
        Database: (Rule(actions=("glue:GetDatabase",), arns=_database),),
        DeadLetterQueue: (Rule(actions=("sqs:GetQueueAttributes",), arns=_at("sqs")),),
        Queue: (Rule(actions=("sqs:GetQueueAttributes",), arns=_at("sqs")),),
        Stream: (Rule(actions=("kinesis:DescribeStreamSummary",), arns=_at("kinesis", "stream/{}")),),
        WorkGroup: (Rule(actions=("athena:GetWorkGroup",), arns=_at("athena", "workgroup/{}")),),
    }
)
