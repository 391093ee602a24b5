"""The alarms of a stage on its functions and workflows, and what holds for all alarms."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.declaration import StreamTrigger, TableStreamTrigger, TriggeredFunction
from functions.manifest import FUNCTIONS, WORKFLOWS
from infra.aws.alarms.failures import FAILURES
from infra.aws.alarms.functions import holds_data
from tests.infra.alarms import alarms, name_of, watched
from tests.infra.assembly import Assembly, flat

PROJECT = Path(__file__).resolve().parents[2]
_LONGEST_NAME, _LONGEST_DESCRIPTION = 255, 1024
_EMITTED_WITH_A_NAME_MADE_AT_RUN_TIME = {"MessagesFailed"}
EVERY_FUNCTION = {name_of(function.name) for function in FUNCTIONS}


def sources(*packages: str) -> Iterator[str]:
    """The text of all modules below some folders."""
    return (each.read_text() for package in packages for each in (PROJECT / package).rglob("*.py"))


def test_every_alarm_says_what_it_means_and_what_to_do(dev: Assembly) -> None:
    for each in dev.of_type("AWS::CloudWatch::Alarm").values():
        assert len(re.findall(r"[.;:](?= |$)", each["AlarmDescription"])) >= 2, each["AlarmName"]
        assert len(each["AlarmDescription"]) <= _LONGEST_DESCRIPTION
        assert len(each["AlarmName"]) <= _LONGEST_NAME


def test_every_function_alarms_on_errors_and_throttling(dev: Assembly) -> None:
    for metric in ("Errors", "Throttles"):
        found = watched(dev, "AWS/Lambda", metric)
        assert found.keys() == EVERY_FUNCTION
        assert {each["Threshold"] for each in found.values()} == {1}


def test_every_function_alarms_before_its_timeout_ends_it(dev: Assembly) -> None:
    found = watched(dev, "AWS/Lambda", "Duration")

    assert found.keys() == EVERY_FUNCTION
    for function in FUNCTIONS:
        alarm, timeout = found[name_of(function.name)], function.timeout_seconds * 1000
        assert 0.93 * timeout < alarm["Threshold"] < timeout  # after what ends by itself, before what is cut off
        assert alarm["Statistic"] == "Maximum"


def test_functions_that_hold_data_alarm_before_their_memory_is_used_up(dev: Assembly) -> None:
    filters = {
        each["MetricTransformations"][0]["MetricName"]: each for each in dev.of_type("AWS::Logs::MetricFilter").values()
    }
    found = {each["MetricName"]: each for each in alarms(dev, "Tally/dev/memory")}

    assert found.keys() == filters.keys() == {name_of(each.name) for each in FUNCTIONS if holds_data(each)}
    for function in filter(holds_data, FUNCTIONS):
        alarm, read = found[name_of(function.name)], filters[name_of(function.name)]
        assert 0.85 * function.memory_mb < alarm["Threshold"] < function.memory_mb
        assert read["LogGroupName"] == f"/aws/lambda/{name_of(function.name)}"
        assert read["FilterPattern"] == '{ $.type = "platform.report" }'
        (transformation,) = read["MetricTransformations"]
        assert transformation["MetricNamespace"] == alarm["Namespace"]
        assert transformation["MetricValue"] == "$.record.metrics.maxMemoryUsedMB"


def test_functions_write_their_log_in_the_format_that_memory_is_read_from(dev: Assembly) -> None:
    logging = [each["LoggingConfig"] for each in dev.functions()]

    assert {each["LogFormat"] for each in logging} == {"JSON"}
    assert {each.get("SystemLogLevel", "INFO") for each in logging} == {"INFO"}  # WARN leaves the reports out


def test_a_function_behind_a_stream_alarms_when_it_lags(dev: Assembly) -> None:
    behind = {
        name_of(each.name)
        for each in FUNCTIONS
        if isinstance(each, TriggeredFunction) and isinstance(each.trigger, StreamTrigger | TableStreamTrigger)
    }

    found = watched(dev, "AWS/Lambda", "IteratorAge")

    assert found.keys() == behind
    for alarm in found.values():
        assert alarm["Statistic"] == "Maximum"
        assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (10 * 60 * 1000, "GreaterThanOrEqualToThreshold")


def test_a_batch_that_is_stored_as_failed_or_lost_alarms_at_once(dev: Assembly) -> None:
    found = [
        each
        for each in dev.of_type("AWS::CloudWatch::Alarm").values()
        if any(part["Name"] == "EventSourceMappingUUID" for part in each.get("Dimensions", ()))
    ]
    counted = [each for each in dev.of_type("AWS::Lambda::EventSourceMapping").values() if "MetricsConfig" in each]

    assert sorted(each["AlarmName"] for each in found) == [
        f"tally-dev-{function}-{event}"
        for function in ("decision-feed", "stream-consumer")
        for event in ("discards", "losses")
    ]
    assert {each["MetricName"] for each in found} == {"OnFailureDestinationDeliveredEventCount", "DroppedEventCount"}
    assert {each["Threshold"] for each in found} == {1}
    assert [each["MetricsConfig"] for each in counted] == [{"Metrics": ["EventCount"]}] * 2


def test_every_workflow_alarms_on_failures_and_timeouts(dev: Assembly) -> None:
    arn = "arn:<Partition>:states:<Region>:<AccountId>:stateMachine:"

    for metric in ("ExecutionsFailed", "ExecutionsTimedOut"):
        assert watched(dev, "AWS/States", metric).keys() == {f"{arn}{name_of(each.name)}" for each in WORKFLOWS}


def test_no_other_alarm_fires_for_want_of_data(dev: Assembly) -> None:
    every = dev.of_type("AWS::CloudWatch::Alarm").values()

    assert {each["AlarmName"] for each in every if each["TreatMissingData"] != "notBreaching"} == {
        "tally-dev-anchor-missing"
    }


def test_failures_alarm_on_the_first_or_once_the_platform_does_not_get_over_them(dev: Assembly) -> None:
    found = {
        (each["MetricName"], each["Dimensions"][0]["Value"], each["Threshold"]) for each in alarms(dev, "Tally/dev")
    }

    assert found >= {
        ("AuditUnreachable", "auth", 1),
        ("AuditUnreachable", "ingest", 1),
        ("RefreshTokenReuse", "auth", 1),
        ("UnknownDeliveries", "merger", 1),
        ("UnknownDeliveries", "reconciler", 1),
        ("FailedReconciliations", "reconciler", 1),
        ("DeliveriesInFlightTooLong", "sweeper", 1),
        ("UnhealthyPipelines", "health_watch", 1),
        ("UploadsGivenUp", "file_loader", 1),
        ("UnreadableIncomingObjects", "merger", 1),
        ("DeadNotifications", "notifier", 1),
        ("FailedMerges", "merger", 3),
        ("FailedTableMaintenance", "table_maintenance", 1),
        ("FailedRollups", "rollup_job", 1),
        ("FailedRollups", "table_maintenance", 1),
        ("FailedExports", "export_runner", 1),
        ("AlertEvaluationsFailed", "alert_evaluator", 3),
        ("OpenAlertsLeft", "alert_evaluator", 3),
        ("FailedWidgets", "pusher", 10),
        ("FailedDeliveries", "deliverer", 10),
        ("DeliveriesGivenUp", "deliverer", 50),
        ("MessagesFailed", "deliverer", 1000),
    }


@pytest.mark.parametrize("metric", ["DeliveriesInFlightTooLong", "UnhealthyPipelines"])
def test_late_data_alarm_when_they_stay_late(metric: str, dev: Assembly) -> None:
    (alarm,) = alarms(dev, "Tally/dev", metric)

    assert (alarm["Statistic"], alarm["Period"], alarm["EvaluationPeriods"]) == ("Maximum", 300, 3)


def test_alarms_and_functions_name_the_same_namespace_which_other_stages_do_not_have(dev: Assembly) -> None:
    told = {each["Environment"]["Variables"]["POWERTOOLS_METRICS_NAMESPACE"] for each in dev.functions()}

    assert told == {"Tally/dev"}
    assert alarms(dev, "Tally/dev")


def test_no_alarm_watches_a_metric_that_no_code_emits() -> None:
    emitted = {name for each in sources("shared", "functions") for name in re.findall(r'\bcount\(\s*"(\w+)"', each)}

    assert FAILURES.keys() - _EMITTED_WITH_A_NAME_MADE_AT_RUN_TIME <= emitted


def test_every_failure_of_alerts_and_pushes_alarms(dev: Assembly) -> None:
    found = {each["MetricName"] for each in alarms(dev, "Tally/dev")}
    packages = ("shared/live", "shared/push", "shared/alerts", "shared/notifications", "functions/deliverer")

    emitted = {name for each in sources(*packages) for name in re.findall(r'\bcount\("(\w+)"', each)}

    assert emitted
    assert emitted <= found


def test_every_metric_that_counts_failures_of_a_task_alarms(dev: Assembly) -> None:
    found = {each["MetricName"] for each in alarms(dev, "Tally/dev")}

    emitted = {name for each in sources("shared") for name in re.findall(r'\bcount\("(Failed\w+|\w+Failed)"', each)}

    assert emitted
    assert emitted <= found


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
    assert local.parts == ("data", "functions", "api")
    assert [each["TopicName"] for each in local.of_type("AWS::SNS::Topic").values()] == [
        "tally-local-notification-topic"
    ]
