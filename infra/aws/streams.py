"""The stream that producers write to, and the event bus."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.aws.names import Names
from infra.aws.rules import clock_of, feed_of
from shared.events.bus import EVENT_BUS
from shared.runtime.resources import Queue, Stream


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
        self._names = names
        self.bus = events.EventBus(self, "Bus", event_bus_name=names.resource_name(EVENT_BUS))

    def feed(self, declared: Queue, queue: sqs.Queue) -> None:
        """Send the events that a queue declares to it."""
        for event in declared.fed_by_events:
            events.Rule(
                self,
                f"{_pascal(event.detail_type)}To{_pascal(declared.name)}",
                rule_name=self._names.physical_name(feed_of(declared, event)),
                event_bus=self.bus,
                event_pattern=events.EventPattern(source=[event.source], detail_type=[event.detail_type]),
                targets=[targets.SqsQueue(queue)],
            )


class QueueClock(Construct):
    """Sends a message to a queue periodically."""

    def __init__(self, scope: Construct, *, declared: Queue, queue: sqs.Queue, names: Names) -> None:
        super().__init__(scope, f"{declared.name.upper()}_CLOCK")
        events.Rule(
            self,
            "Rule",
            rule_name=names.physical_name(clock_of(declared)),
            schedule=events.Schedule.rate(Duration.minutes(declared.fed_every_minutes or 1)),
            targets=[targets.SqsQueue(queue)],
        )


def _pascal(words: str) -> str:
    return "".join(each.capitalize() for each in words.replace("_", " ").split())
