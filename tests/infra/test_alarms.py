"""The alarms of a stage."""

import re
from pathlib import Path

from functions.manifest import FUNCTIONS
from tests.infra.assembly import Assembly, flat

PROJECT = Path(__file__).resolve().parents[2]


def test_every_function_alarms_on_errors_and_throttling(dev: Assembly) -> None:
    alarms = {each["AlarmName"] for each in dev.of_type("AWS::CloudWatch::Alarm").values()}

    for function in FUNCTIONS:
        name = f"tally-dev-{function.name.replace('_', '-')}"
        assert {f"{name}-errors", f"{name}-throttles"} <= alarms


def test_every_dead_letter_queue_alarms_on_its_first_message(dev: Assembly) -> None:
    queues = dev.of_type("AWS::SQS::Queue")
    ends = {name for name, each in queues.items() if "RedrivePolicy" not in each}

    watched = {
        each["Dimensions"][0]["Value"]["Fn::GetAtt"][0]: each
        for each in dev.of_type("AWS::CloudWatch::Alarm").values()
        if each["Namespace"] == "AWS/SQS"
    }

    assert watched.keys() == ends
    assert {each["Threshold"] for each in watched.values()} == {1}


def test_a_lagging_stream_consumer_alarms(dev: Assembly) -> None:
    alarms = [
        each for each in dev.of_type("AWS::CloudWatch::Alarm").values() if each.get("MetricName") == "IteratorAge"
    ]
    functions = dev.of_type("AWS::Lambda::Function")

    watched = {functions[each["Dimensions"][0]["Value"]["Ref"]]["FunctionName"] for each in alarms}

    assert watched == {"tally-dev-decision-feed", "tally-dev-stream-consumer"}
    for alarm in alarms:
        assert (alarm["Namespace"], alarm["Statistic"]) == ("AWS/Lambda", "Maximum")
        assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (10 * 60 * 1000, "GreaterThanOrEqualToThreshold")


def test_failures_alarm_on_the_first_or_once_the_platform_does_not_get_over_them(dev: Assembly) -> None:
    alarms = [each for each in dev.of_type("AWS::CloudWatch::Alarm").values() if each.get("Namespace") == "Tally"]

    watched = {(each["MetricName"], each["Dimensions"][0]["Value"], each["Threshold"]) for each in alarms}

    assert watched >= {
        ("AuditUnreachable", "auth", 1),
        ("AuditUnreachable", "ingest", 1),
        ("UnknownDeliveries", "merger", 1),
        ("UnknownDeliveries", "reconciler", 1),
        ("FailedReconciliations", "reconciler", 1),
        ("DeadNotifications", "notifier", 1),
        ("FailedMerges", "merger", 3),
        ("FailedTableMaintenance", "table_maintenance", 1),
        ("FailedRollups", "table_maintenance", 1),
        ("FailedExports", "export_runner", 1),
        ("AlertEvaluationsFailed", "alert_evaluator", 3),
        ("OpenAlertsLeft", "alert_evaluator", 3),
        ("FailedWidgets", "pusher", 10),
        ("FailedDeliveries", "deliverer", 10),
        ("DeliveriesGivenUp", "deliverer", 50),
        ("MessagesFailed", "deliverer", 1000),
    }


def test_every_failure_of_alerts_and_pushes_alarms(dev: Assembly) -> None:
    watched = {each.get("MetricName") for each in dev.of_type("AWS::CloudWatch::Alarm").values()}
    packages = ("shared/live", "shared/push", "shared/alerts", "shared/notifications", "functions/deliverer")
    sources = [each.read_text() for package in packages for each in (PROJECT / package).rglob("*.py")]

    emitted = {name for each in sources for name in re.findall(r'\bcount\("(\w+)"', each)}

    assert emitted
    assert emitted <= watched


def test_every_metric_that_counts_failures_of_a_task_alarms(dev: Assembly) -> None:
    watched = {each.get("MetricName") for each in dev.of_type("AWS::CloudWatch::Alarm").values()}
    sources = [each.read_text() for each in (PROJECT / "shared").rglob("*.py")]

    emitted = {name for each in sources for name in re.findall(r'\bcount\("(Failed\w+|\w+Failed)"', each)}

    assert emitted
    assert emitted <= watched


def test_every_alarm_notifies_a_topic_cloudwatch_may_publish_to(dev: Assembly) -> None:
    told = {flat(action) for each in dev.of_type("AWS::CloudWatch::Alarm").values() for action in each["AlarmActions"]}
    topics = {name: each["TopicName"] for name, each in dev.of_type("AWS::SNS::Topic").items()}
    publishers = [
        statement["Principal"]
        for policy in dev.of_type("AWS::SNS::TopicPolicy").values()
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow" and topics[policy["Topics"][0]["Ref"]] == "tally-dev-alarms"
    ]

    assert told == {"arn:<Partition>:sns:<Region>:<AccountId>:tally-dev-alarms"}
    assert publishers == [{"Service": "cloudwatch.amazonaws.com"}]


def test_the_local_stage_has_no_alarms(local: Assembly) -> None:
    assert local.of_type("AWS::CloudWatch::Alarm") == {}
    assert [each["TopicName"] for each in local.of_type("AWS::SNS::Topic").values()] == [
        "tally-local-notification-topic"
    ]


def test_a_batch_that_is_stored_as_failed_or_lost_alarms_at_once(dev: Assembly) -> None:
    alarms = {
        each["MetricName"]: each
        for each in dev.of_type("AWS::CloudWatch::Alarm").values()
        if any(part["Name"] == "EventSourceMappingUUID" for part in each.get("Dimensions", ()))
    }
    (mapping,) = [each for each in dev.of_type("AWS::Lambda::EventSourceMapping").values() if "MetricsConfig" in each]

    assert alarms.keys() == {"OnFailureDestinationDeliveredEventCount", "DroppedEventCount"}
    assert {each["Threshold"] for each in alarms.values()} == {1}
    assert mapping["MetricsConfig"] == {"Metrics": ["EventCount"]}
