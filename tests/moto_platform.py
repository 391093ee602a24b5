"""The platform's resources in moto, made from the same declarations that CDK reads."""

from collections.abc import Mapping
from typing import Any

import boto3

from infra.resources import BUCKETS, DYNAMO_TABLES, QUEUES, SIGNING_KEYS, STREAMS, DynamoTable
from shared.runtime.settings import Resource, Settings

REGION = "us-east-1"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": REGION,
    "POWERTOOLS_TRACE_DISABLED": "true",
    "POWERTOOLS_SERVICE_NAME": "tests",
}


def create_resources() -> Settings:
    """Make every declared resource and return the settings of a function that may use all of them."""
    return Settings(stage="local", names={**create_buckets(), **create_tables(), **create_channels()})


def create_channels() -> dict[Resource, str]:
    """Make everything but tables and buckets, and return names by resource."""
    boto3.client("events").create_event_bus(Name="tally-events")
    return {**_streams(), **_queues(), **_signing_keys(), Resource.EVENT_BUS: "tally-events"}


def environment(settings: Settings) -> Mapping[str, str]:
    """The variables that tell a function these settings."""
    return {resource.variable: name for resource, name in settings.names.items()}


def create_buckets() -> dict[Resource, str]:
    """Make the buckets and return their names by resource."""
    s3 = boto3.client("s3")
    for bucket in BUCKETS:
        s3.create_bucket(Bucket=_name(bucket.resource), ObjectLockEnabledForBucket=bucket.locked_days is not None)
        if bucket.versioned:
            s3.put_bucket_versioning(Bucket=_name(bucket.resource), VersioningConfiguration={"Status": "Enabled"})
    return {bucket.resource: _name(bucket.resource) for bucket in BUCKETS}


def create_tables() -> dict[Resource, str]:
    """Make the tables and return their names by resource."""
    dynamodb = boto3.client("dynamodb")
    for table in DYNAMO_TABLES:
        dynamodb.create_table(**_table(table))
    return {table.resource: _name(table.resource) for table in DYNAMO_TABLES}


def _table(table: DynamoTable) -> Any:
    indexes = [
        {
            "IndexName": index.name,
            "KeySchema": _keys(index.partition_key, index.sort_key),
            "Projection": {"ProjectionType": "ALL"},
        }
        for index in table.indexes
    ]
    keys = {table.partition_key, table.sort_key}
    keys |= {key for index in table.indexes for key in (index.partition_key, index.sort_key)}
    attributes = [{"AttributeName": key, "AttributeType": "S"} for key in sorted(filter(None, keys))]
    return {
        "TableName": _name(table.resource),
        "KeySchema": _keys(table.partition_key, table.sort_key),
        "AttributeDefinitions": attributes,
        "BillingMode": "PAY_PER_REQUEST",
        **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
    }


def _keys(partition_key: str, sort_key: str | None) -> list[dict[str, str]]:
    keys = [{"AttributeName": partition_key, "KeyType": "HASH"}]
    return keys if sort_key is None else [*keys, {"AttributeName": sort_key, "KeyType": "RANGE"}]


def _streams() -> dict[Resource, str]:
    kinesis = boto3.client("kinesis")
    for stream in STREAMS:
        kinesis.create_stream(StreamName=_name(stream.resource), ShardCount=stream.shards)
    return {stream.resource: _name(stream.resource) for stream in STREAMS}


def _queues() -> dict[Resource, str]:
    sqs = boto3.client("sqs")
    return {queue.resource: sqs.create_queue(QueueName=_name(queue.resource))["QueueUrl"] for queue in QUEUES}


def _signing_keys() -> dict[Resource, str]:
    aliases = [new_signing_key(f"alias/tally-{each}") for each in SIGNING_KEYS]
    return {Resource.SIGNING_KEYS: ",".join(aliases)}


def new_signing_key(alias: str, spec: str = "ECC_NIST_P256") -> str:
    """Make a key in KMS and return its alias."""
    kms = boto3.client("kms")
    made = kms.create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")  # type: ignore[arg-type] # a spec that a test names
    kms.create_alias(AliasName=alias, TargetKeyId=made["KeyMetadata"]["KeyId"])
    return alias


def _name(resource: Resource) -> str:
    return f"tally-{resource.replace('_', '-')}"
