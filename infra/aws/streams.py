"""The stream that producers write to, and the event bus."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_kinesis as kinesis
from constructs import Construct

from infra import resources
from infra.aws.names import Names
from shared.runtime.settings import Resource


class ShardedStream(Construct):
    """A Kinesis stream with the shards and retention that resources.py declares."""

    def __init__(self, scope: Construct, *, stream: resources.Stream, names: Names) -> None:
        super().__init__(scope, stream.resource.name)
        self.stream = kinesis.Stream(
            self,
            "Stream",
            stream_name=names.resource_name(stream.resource),
            stream_mode=kinesis.StreamMode.PROVISIONED,
            shard_count=stream.shards,
            retention_period=Duration.hours(stream.retention_hours),
            encryption=kinesis.StreamEncryption.MANAGED,
            removal_policy=names.stage.removal_policy,
        )


class PlatformBus(Construct):
    """The bus of the platform's own events."""

    def __init__(self, scope: Construct, *, names: Names) -> None:
        super().__init__(scope, Resource.EVENT_BUS.name)
        self.bus = events.EventBus(self, "Bus", event_bus_name=names.resource_name(Resource.EVENT_BUS))
