"""What starts the functions of the template."""

from typing import Any

import pytest
from aws_cdk import Duration
from aws_cdk.aws_events import Schedule

from functions.declaration import DeploymentTrigger, QueueTrigger, ScheduleTrigger, StreamTrigger, TriggeredFunction
from functions.manifest import TRIGGERED_FUNCTIONS
from tests.infra.assembly import Assembly, flat


def mapping(assembly: Assembly, source: str) -> Any:
    """The one event source mapping of a stream or a queue."""
    mappings = assembly.of_type("AWS::Lambda::EventSourceMapping").values()
    (found,) = [each for each in mappings if flat(each["EventSourceArn"]).endswith(source)]
    return found


def test_a_stream_batch_is_retried_whole_then_sent_to_a_failure_queue(dev: Assembly) -> None:
    (trigger,) = [each.trigger for each in TRIGGERED_FUNCTIONS if isinstance(each.trigger, StreamTrigger)]

    made = mapping(dev, ":stream/tally-dev-event-stream")

    assert made["BatchSize"] == trigger.batch_size
    assert made["MaximumBatchingWindowInSeconds"] == trigger.window_seconds
    assert made["MaximumRetryAttempts"] == trigger.retries
    assert made["MaximumRecordAgeInSeconds"] == trigger.maximum_age_seconds
    assert made["BisectBatchOnFunctionError"] is False
    assert made["ParallelizationFactor"] == 1
    assert "FunctionResponseTypes" not in made
    queue = made["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0]
    assert dev.of_type("AWS::SQS::Queue")[queue]["QueueName"] == "tally-dev-stream-consumer-failures"


_OVER_QUEUES = [(each, each.trigger) for each in TRIGGERED_FUNCTIONS if isinstance(each.trigger, QueueTrigger)]
each_over_a_queue = pytest.mark.parametrize(
    ("function", "trigger"), _OVER_QUEUES, ids=lambda it: getattr(it, "name", "")
)


@each_over_a_queue
def test_a_queue_batch_reports_the_messages_to_retry(
    function: TriggeredFunction, trigger: QueueTrigger, dev: Assembly
) -> None:
    made = mapping(dev, f":tally-dev-{trigger.queue.name.replace('_', '-')}")

    assert dev.of_type("AWS::Lambda::Function")[made["FunctionName"]["Ref"]]["Description"] == function.description
    assert made["BatchSize"] == trigger.batch_size
    assert made["MaximumBatchingWindowInSeconds"] == trigger.window_seconds
    assert made["ScalingConfig"] == {"MaximumConcurrency": trigger.maximum_concurrency}
    assert made["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


@each_over_a_queue
def test_visibility_timeouts_exceed_the_timeout_of_the_reading_function(
    function: TriggeredFunction, trigger: QueueTrigger, dev: Assembly
) -> None:
    """AWS's advice for SQS and Lambda is six times the function's timeout."""
    queues = {each["QueueName"]: each for each in dev.of_type("AWS::SQS::Queue").values()}

    assert (
        queues[f"tally-dev-{trigger.queue.name.replace('_', '-')}"]["VisibilityTimeout"] >= 6 * function.timeout_seconds
    )


def test_schedules_follow_the_manifest(dev: Assembly) -> None:
    functions = dev.of_type("AWS::Lambda::Function")

    started = {
        functions[rule["Targets"][0]["Arn"]["Fn::GetAtt"][0]]["FunctionName"]: rule["ScheduleExpression"]
        for rule in dev.of_type("AWS::Events::Rule").values()
    }

    assert started == {
        f"tally-dev-{function.name.replace('_', '-')}": Schedule.rate(
            Duration.minutes(function.trigger.every_minutes)
        ).expression_string
        for function in TRIGGERED_FUNCTIONS
        if isinstance(function.trigger, ScheduleTrigger)
    }


def test_a_deployment_invokes_its_function_when_the_declarations_change_and_waits_for_it(dev: Assembly) -> None:
    (function,) = [each for each in TRIGGERED_FUNCTIONS if isinstance(each.trigger, DeploymentTrigger)]
    (step,) = dev.of_type("Custom::DeploymentStep").values()

    invoked, _ = step["ServiceToken"]["Fn::GetAtt"]

    assert isinstance(function.trigger, DeploymentTrigger)
    assert dev.of_type("AWS::Lambda::Function")[invoked]["FunctionName"] == "tally-dev-table-setup"
    assert step["Digest"] == function.trigger.digest
    assert int(step["ServiceTimeout"]) > function.timeout_seconds
