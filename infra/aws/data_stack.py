"""Everything that remembers: buckets, tables, queues, the stream, the catalogue."""

import json

from aws_cdk import Stack
from constructs import Construct

from infra import resources
from infra.aws.alarms.topic import AlarmTopic
from infra.aws.buckets import AccessLogBucket, PrivateBucket
from infra.aws.catalog import LakeCatalog, QueryWorkGroup
from infra.aws.names import Names
from infra.aws.outputs import export_outputs, resource_names
from infra.aws.queues import MessageQueue
from infra.aws.signing_keys import SigningKey
from infra.aws.stage_key import StageKey, accept_other_encryption, encrypt
from infra.aws.stages import StageConfig
from infra.aws.streams import PlatformBus, QueueClock, ShardedStream
from infra.aws.tables import OnDemandTable
from infra.aws.topics import SubscribedTopic
from shared.lake.storage.object_store import LAKE_BUCKET


class DataStack(Stack):
    """The stateful half of a stage; nothing in it changes when code does."""

    def __init__(self, scope: Construct, *, names: Names) -> None:
        super().__init__(
            scope,
            names.physical_name("data"),
            description="Tally: the lake, its tables and queues.",
            termination_protection=names.stage.deletion_protection,
        )
        access_logs = AccessLogBucket(self, names=names) if names.stage.access_logs else None
        buckets = {
            bucket: PrivateBucket(self, bucket=bucket, names=names, access_logs=access_logs)
            for bucket in resources.BUCKETS
        }
        queues = {queue: MessageQueue(self, queue=queue, names=names) for queue in resources.QUEUES}
        for table in resources.DYNAMO_TABLES:
            OnDemandTable(self, table=table, names=names)
        for stream in resources.STREAMS:
            ShardedStream(self, stream=stream, names=names)
        for alias in names.signing_aliases():
            SigningKey(self, alias=alias, names=names)
        bus = PlatformBus(self, names=names)
        for declared, made in queues.items():
            bus.feed(declared, made.queue)
            if declared.fed_every_minutes:
                QueueClock(self, declared=declared, queue=made.queue, names=names)
        for topic in resources.TOPICS:
            SubscribedTopic(self, topic=topic, names=names)
        LakeCatalog(self, names=names)
        QueryWorkGroup(self, names=names)

        buckets[LAKE_BUCKET].notify(
            {declared.fed_by_prefix: queue for declared, queue in queues.items() if declared.fed_by_prefix}
        )
        if names.stage.alarms:
            accept_other_encryption(AlarmTopic(self, names=names))
        if access_logs:
            accept_other_encryption(access_logs)
        if names.stage.customer_managed_keys:
            encrypt(self, StageKey(self, names=names).key.key_arn)
        export_outputs(self, {**resource_names(names), **_choices(names.stage)})


def _choices(stage: StageConfig) -> dict[str, str]:
    """Return the choices of a stage that commands need."""
    return {
        "ReportingCurrency": stage.reporting_currency,
        "FraudConfiguration": json.dumps(stage.fraud_configuration),
    }
