"""What starts the functions of the template."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from aws_cdk import Duration
from aws_cdk.aws_events import Schedule

from functions.declaration import (
    DeploymentTrigger,
    QueueTrigger,
    ScheduleTrigger,
    StreamTrigger,
    TableStreamTrigger,
    TriggeredFunction,
)
from functions.manifest import TRIGGERED_FUNCTIONS
from infra.resources import QUEUES
from shared.runtime.resources import EventType, Queue
from tests.infra.assembly import Assembly, flat


def mapping(assembly: Assembly, source: str) -> Any:
    """The one event source mapping of a stream or a queue."""
    mappings = assembly.of_type("AWS::Lambda::EventSourceMapping").values()
    (found,) = [each for each in mappings if flat(each["EventSourceArn"]).endswith(source)]
    return found


def test_a_stream_batch_is_retried_whole_for_days_then_stored_with_its_records(dev: Assembly) -> None:
    (trigger,) = [each.trigger for each in TRIGGERED_FUNCTIONS if isinstance(each.trigger, StreamTrigger)]

    made = mapping(dev, ":stream/tally-dev-event-stream")

    assert made["BatchSize"] == trigger.batch_size
    assert made["MaximumBatchingWindowInSeconds"] == trigger.window_seconds
    assert "MaximumRetryAttempts" not in made  # without a bound
    (stream,) = dev.of_type("AWS::Kinesis::Stream").values()
    assert made["MaximumRecordAgeInSeconds"] == trigger.maximum_age_seconds == 6 * 24 * 3600
    assert stream["RetentionPeriodHours"] * 3600 - trigger.maximum_age_seconds == 24 * 3600
    assert made["BisectBatchOnFunctionError"] is False
    assert made["ParallelizationFactor"] == 1
    assert "FunctionResponseTypes" not in made
    assert flat(made["DestinationConfig"]["OnFailure"]["Destination"]).endswith(
        ":s3:::tally-dev-stream-failures-<AccountId>-<Region>"
    )


def test_changes_of_decisions_with_content_reach_the_feed_at_once(dev: Assembly) -> None:
    (trigger,) = [each.trigger for each in TRIGGERED_FUNCTIONS if isinstance(each.trigger, TableStreamTrigger)]
    mappings = dev.of_type("AWS::Lambda::EventSourceMapping").values()
    (made,) = [each for each in mappings if "FilterCriteria" in each]
    table = next(
        each for each in dev.of_type("AWS::DynamoDB::Table").values() if each["TableName"] == "tally-dev-decisions"
    )

    assert table["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    parameter = dev.templates["functions"]["Parameters"][made["EventSourceArn"]["Ref"]]
    (stored,) = [each for each in dev.of_type("AWS::SSM::Parameter").values() if each["Name"] == parameter["Default"]]
    assert parameter == {"Type": "AWS::SSM::Parameter::Value<String>", "Default": stored["Name"]}
    assert stored["Value"]["Fn::GetAtt"][1] == "StreamArn"
    assert json.loads(made["FilterCriteria"]["Filters"][0]["Pattern"]) == {
        "dynamodb": {"NewImage": {"body": {"S": [{"exists": True}]}}}
    }
    assert (made["StartingPosition"], made["BatchSize"]) == ("TRIM_HORIZON", trigger.batch_size)
    assert made.get("MaximumBatchingWindowInSeconds", 0) == 0
    assert made["BisectBatchOnFunctionError"] is False
    assert "MaximumRetryAttempts" not in made  # without a bound
    assert made["MaximumRecordAgeInSeconds"] == trigger.maximum_age_seconds == 3600
    assert flat(made["DestinationConfig"]["OnFailure"]["Destination"]).endswith(
        ":s3:::tally-dev-feed-failures-<AccountId>-<Region>"
    )


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
def test_larger_batches_of_a_queue_are_collected_for_a_second_at_least(
    function: TriggeredFunction, trigger: QueueTrigger
) -> None:
    """Lambda takes more than ten messages at once only with a batching window."""
    assert trigger.batch_size <= 10 or trigger.window_seconds >= 1, function.name


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
        if rule["Targets"][0]["Arn"].get("Fn::GetAtt", [""])[0] in functions
    }

    assert started == {
        f"tally-dev-{function.name.replace('_', '-')}": Schedule.rate(
            Duration.minutes(function.trigger.every_minutes)
        ).expression_string
        for function in TRIGGERED_FUNCTIONS
        if isinstance(function.trigger, ScheduleTrigger)
    }


def test_scheduled_runs_that_failed_three_times_are_reported_to_a_queue_with_their_error(prod: Assembly) -> None:
    invocations = prod.of_type("AWS::Lambda::EventInvokeConfig").values()
    queues = {name: each["QueueName"] for name, each in prod.of_type("AWS::SQS::Queue").items()}
    scheduled = [each for each in TRIGGERED_FUNCTIONS if isinstance(each.trigger, ScheduleTrigger)]

    assert len(invocations) == len(scheduled)
    for each in invocations:
        destination = each["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0]
        assert queues[destination] == "tally-prod-schedule-failures"
        assert each["MaximumRetryAttempts"] == 2
        assert any(alias in json.dumps(each["Qualifier"]) for alias in prod.of_type("AWS::Lambda::Alias"))


def test_queues_receive_the_events_and_the_clock_that_they_declare(dev: Assembly) -> None:
    queues = {name: each["QueueName"] for name, each in dev.of_type("AWS::SQS::Queue").items()}

    received = {
        (queues[target["Arn"]["Fn::GetAtt"][0]], rule.get("ScheduleExpression"), _event(rule))
        for rule in dev.of_type("AWS::Events::Rule").values()
        for target in rule["Targets"]
        if target["Arn"].get("Fn::GetAtt", [""])[0] in queues
    }

    assert received == {
        (f"tally-dev-{queue.name.replace('_', '-')}", *fed) for queue in QUEUES for fed in _feeds_of(queue)
    }


def _event(rule: Any) -> EventType | None:
    pattern = rule.get("EventPattern")
    return pattern and EventType(source=pattern["source"][0], detail_type=pattern["detail-type"][0])


def _feeds_of(queue: Queue) -> Iterator[tuple[str | None, EventType | None]]:
    for event in queue.fed_by_events:
        yield None, event
    if queue.fed_every_minutes:
        yield Schedule.rate(Duration.minutes(queue.fed_every_minutes)).expression_string, None


def test_a_deployment_invokes_its_function_when_the_declarations_change_and_waits_for_it(dev: Assembly) -> None:
    (function,) = [each for each in TRIGGERED_FUNCTIONS if isinstance(each.trigger, DeploymentTrigger)]
    (step,) = dev.of_type("Custom::DeploymentStep").values()

    invoked, _ = step["ServiceToken"]["Fn::GetAtt"]

    assert isinstance(function.trigger, DeploymentTrigger)
    assert dev.of_type("AWS::Lambda::Function")[invoked]["FunctionName"] == "tally-dev-table-setup"
    assert step["Digest"] == function.trigger.digest
    assert int(step["ServiceTimeout"]) > function.timeout_seconds


def test_only_functions_that_continue_their_own_work_may_start_themselves(dev: Assembly) -> None:
    functions = dev.functions()

    allowed = {each["FunctionName"] for each in functions if each.get("RecursiveLoop") == "Allow"}

    continuing = ("deliverer", "export-runner", "file-loader", "notifier", "pusher", "rollup-job")
    assert allowed == {f"tally-dev-{each}" for each in continuing}
