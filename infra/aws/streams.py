"""The stream that producers write to, and the event bus."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_kinesis as kinesis
from constructs import Construct

from infra.aws.names import Names
from shared.merging.events import EVENT_BUS
from shared.runtime.resources import Stream


class ShardedStream(Construct):
    """A Kinesis stream with the shards and the retention of its declaration."""

    def __init__(self, scope: Construct, *, stream: Stream, names: Names) -> None:
        super().__init__(scope, stream.name.upper())
        self.stream = kinesis.Stream(
            self,
            "Stream",
            stream_name=names.resource_name(stream),
            stream_mode=kinesis.StreamMode.PROVISIONED,
            shard_count=stream.shards,
            retention_period=Duration.hours(stream.retention_hours),
            encryption=kinesis.StreamEncryption.MANAGED,
            removal_policy=names.stage.removal_policy,
        )


class PlatformBus(Construct):
    """The bus of the platform's own events."""

    def __init__(self, scope: Construct, *, names: Names) -> None:
        super().__init__(scope, EVENT_BUS.name.upper())
        self.bus = events.EventBus(self, "Bus", event_bus_name=names.resource_name(EVENT_BUS))
