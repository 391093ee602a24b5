"""Connects functions to their triggers: streams, queues, schedules and deployments."""

from aws_cdk import CustomResource, Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_destinations as destinations
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from functions.declaration import (
    DeploymentTrigger,
    QueueTrigger,
    ScheduleTrigger,
    StreamTrigger,
    TableStreamTrigger,
)
from infra.aws.function import PlatformFunction
from infra.aws.names import Names
from shared.runtime.resources import Bucket

_COUNTED = lambda_.MetricsConfig(metrics=[lambda_.MetricType.EVENT_COUNT])


class StreamEventSource(Construct):
    """Invokes a function with a stream's records, in order per shard, again and again until they are too old."""

    def __init__(self, target: PlatformFunction, *, trigger: StreamTrigger, names: Names) -> None:
        super().__init__(target, "Stream")
        self.mapping = lambda_.EventSourceMapping(
            self,
            "Mapping",
            target=target.invoked,
            event_source_arn=names.arn("kinesis", f"stream/{names.resource_name(trigger.stream)}"),
            starting_position=lambda_.StartingPosition.TRIM_HORIZON,
            batch_size=trigger.batch_size,
            max_batching_window=Duration.seconds(trigger.window_seconds),
            max_record_age=Duration.seconds(trigger.maximum_age_seconds),
            on_failure=_stored(self, trigger.failures, names),
            metrics_config=_COUNTED,
            parallelization_factor=1,
            bisect_batch_on_error=False,
            report_batch_item_failures=False,
        )


class TableStreamEventSource(Construct):
    """Invokes a function with the changes of a table, in order per item, again and again until they are too old."""

    def __init__(self, target: PlatformFunction, *, trigger: TableStreamTrigger, names: Names) -> None:
        super().__init__(target, "TableStream")
        stream_arn = ssm.StringParameter.value_for_string_parameter(self, names.stream_parameter(trigger.table))
        changed = {"dynamodb": {"NewImage": {trigger.attribute: {"S": lambda_.FilterRule.exists()}}}}
        self.mapping = lambda_.EventSourceMapping(
            self,
            "Mapping",
            target=target.invoked,
            event_source_arn=stream_arn,
            starting_position=lambda_.StartingPosition.TRIM_HORIZON,
            batch_size=trigger.batch_size,
            max_batching_window=Duration.seconds(trigger.window_seconds),
            max_record_age=Duration.seconds(trigger.maximum_age_seconds),
            on_failure=_stored(self, trigger.failures, names),
            metrics_config=_COUNTED,
            filters=[lambda_.FilterCriteria.filter(changed)],
            parallelization_factor=1,
            bisect_batch_on_error=False,
            report_batch_item_failures=False,
        )


def _stored(scope: Construct, failures: Bucket, names: Names) -> sources.S3OnFailureDestination:
    """Only S3 takes the records of a discarded batch; a queue would take their sequence numbers alone."""
    return sources.S3OnFailureDestination(s3.Bucket.from_bucket_name(scope, "Failures", names.resource_name(failures)))


class QueueEventSource(Construct):
    """Invokes a function with a queue's messages; the function returns those to retry."""

    def __init__(self, target: PlatformFunction, *, trigger: QueueTrigger, names: Names) -> None:
        super().__init__(target, "Queue")
        lambda_.EventSourceMapping(
            self,
            "Mapping",
            target=target.invoked,
            event_source_arn=names.arn("sqs", names.resource_name(trigger.queue)),
            batch_size=trigger.batch_size,
            max_batching_window=Duration.seconds(trigger.window_seconds),
            max_concurrency=names.stage.queue_consumers or trigger.maximum_concurrency,
            report_batch_item_failures=True,
        )


class Schedule(Construct):
    """Invokes a function periodically; a run that failed, and both repetitions of it, are reported to a queue."""

    def __init__(
        self, target: PlatformFunction, *, trigger: ScheduleTrigger, failures: sqs.IQueue, names: Names
    ) -> None:
        super().__init__(target, "Schedule")
        target.invoked.configure_async_invoke(on_failure=destinations.SqsDestination(failures), retry_attempts=2)
        events.Rule(
            self,
            "Rule",
            rule_name=names.physical_name(target.declared.name),
            schedule=events.Schedule.rate(Duration.minutes(trigger.every_minutes)),
            targets=[targets.LambdaFunction(target.invoked)],
        )


class DeploymentStep(Construct):
    """Invokes a function when the stack is created and when the digest changes; its failure fails the deployment."""

    def __init__(self, target: PlatformFunction, *, trigger: DeploymentTrigger) -> None:
        super().__init__(target, "Deployment")
        # A function that ends without a response is noticed by this timeout only.
        timeout = Duration.seconds(target.declared.timeout_seconds + 60)
        CustomResource(
            self,
            "Step",
            resource_type="Custom::DeploymentStep",
            service_token=target.function.function_arn,
            service_timeout=timeout,
            properties={"Digest": trigger.digest},
        )
