"""The platform's resources in moto, made from the same declarations that CDK reads."""

import json
from collections.abc import Mapping
from typing import Any

import boto3

from infra.resources import BUCKETS, DEAD_LETTER_QUEUES, DYNAMO_TABLES, QUEUES, STATE_MACHINES, STREAMS, TOPICS
from shared.auth.signing import SIGNING_KEYS
from shared.events.bus import EVENT_BUS
from shared.lake.catalog.tables import LAKE_DATABASE
from shared.runtime.resources import Resource, Table
from shared.runtime.settings import Settings

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


def create_channels() -> dict[str, str]:
    """Make everything but DynamoDB tables and buckets, and return names by resource.

    The tables of the lake are made by who first reads or commits to them.
    """
    boto3.client("events").create_event_bus(Name="tally-events")
    return {
        **_streams(),
        **_queues(),
        **_signing_keys(),
        **_database(),
        **_topics(),
        **_state_machines(),
        EVENT_BUS.variable: "tally-events",
    }


def environment(settings: Settings) -> Mapping[str, str]:
    """The environment variables of a function with these settings."""
    return settings.names


def create_buckets() -> dict[str, str]:
    """Make the buckets and return their names by resource."""
    s3 = boto3.client("s3")
    for bucket in BUCKETS:
        s3.create_bucket(Bucket=name_of(bucket), ObjectLockEnabledForBucket=bucket.locked_days is not None)
        if bucket.versioned:
            s3.put_bucket_versioning(Bucket=name_of(bucket), VersioningConfiguration={"Status": "Enabled"})
    return {bucket.variable: name_of(bucket) for bucket in BUCKETS}


def create_tables() -> dict[str, str]:
    """Make the tables and return their names by resource."""
    dynamodb = boto3.client("dynamodb")
    for table in DYNAMO_TABLES:
        dynamodb.create_table(**_table(table))
    return {table.variable: name_of(table) for table in DYNAMO_TABLES}


def _table(table: Table) -> Any:
    indexes = [
        {
            "IndexName": index.name,
            "KeySchema": _keys(index.partition_key, index.sort_key),
            "Projection": _projection(index.attributes),
        }
        for index in table.indexes
    ]
    keys = {table.partition_key, table.sort_key}
    keys |= {key for index in table.indexes for key in (index.partition_key, index.sort_key)}
    attributes = [{"AttributeName": key, "AttributeType": "S"} for key in sorted(filter(None, keys))]
    return {
        "TableName": name_of(table),
        "KeySchema": _keys(table.partition_key, table.sort_key),
        "AttributeDefinitions": attributes,
        "BillingMode": "PAY_PER_REQUEST",
        **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
    }


def _projection(attributes: tuple[str, ...] | None) -> dict[str, Any]:
    if attributes is None:
        return {"ProjectionType": "ALL"}
    return (
        {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(attributes)}
        if attributes
        else {"ProjectionType": "KEYS_ONLY"}
    )


def _keys(partition_key: str, sort_key: str | None) -> list[dict[str, str]]:
    keys = [{"AttributeName": partition_key, "KeyType": "HASH"}]
    return keys if sort_key is None else [*keys, {"AttributeName": sort_key, "KeyType": "RANGE"}]


def _streams() -> dict[str, str]:
    kinesis = boto3.client("kinesis")
    for stream in STREAMS:
        kinesis.create_stream(StreamName=name_of(stream), ShardCount=stream.shards)
    return {stream.variable: name_of(stream) for stream in STREAMS}


def _queues() -> dict[str, str]:
    sqs = boto3.client("sqs")
    return {
        queue.variable: sqs.create_queue(QueueName=name_of(queue))["QueueUrl"]
        for queue in (*QUEUES, *DEAD_LETTER_QUEUES)
    }


def _topics() -> dict[str, str]:
    sns = boto3.client("sns")
    return {topic.variable: sns.create_topic(Name=name_of(topic))["TopicArn"] for topic in TOPICS}


def _state_machines() -> dict[str, str]:
    """Make workflows of a single state: moto records their executions, and tests run the steps."""
    states = boto3.client("stepfunctions")
    definition = json.dumps({"StartAt": "pass", "States": {"pass": {"Type": "Pass", "End": True}}})
    return {
        each.variable: states.create_state_machine(
            name=name_of(each), definition=definition, roleArn="arn:aws:iam::123456789012:role/workflow"
        )["stateMachineArn"]
        for each in STATE_MACHINES
    }


def _database() -> dict[str, str]:
    boto3.client("glue").create_database(DatabaseInput={"Name": name_of(LAKE_DATABASE)})
    return {LAKE_DATABASE.variable: name_of(LAKE_DATABASE)}


def _signing_keys() -> dict[str, str]:
    aliases = [new_signing_key(f"alias/tally-{each}") for each in SIGNING_KEYS.keys]
    return {SIGNING_KEYS.variable: ",".join(aliases)}


def new_signing_key(alias: str, spec: str = "ECC_NIST_P256") -> str:
    """Make a key in KMS and return its alias."""
    kms = boto3.client("kms")
    made = kms.create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")  # type: ignore[arg-type] # a spec that a test names
    kms.create_alias(AliasName=alias, TargetKeyId=made["KeyMetadata"]["KeyId"])
    return alias


def name_of(resource: Resource) -> str:
    return f"tally-{resource.label.replace('_', '-')}"
