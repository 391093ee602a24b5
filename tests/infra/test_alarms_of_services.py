"""The alarms of a stage on queues, rules, the stream, tables, queries, APIs and the account."""

from infra import resources
from tests.infra.alarms import alarms, name_of, watched
from tests.infra.assembly import Assembly


def test_every_dead_letter_queue_alarms_on_its_first_message(dev: Assembly) -> None:
    ends = {each["QueueName"] for each in dev.of_type("AWS::SQS::Queue").values() if "RedrivePolicy" not in each}

    found = watched(dev, "AWS/SQS", "ApproximateNumberOfMessagesVisible")

    assert found.keys() == ends
    assert {each["Threshold"] for each in found.values()} == {1}


def test_every_other_queue_alarms_when_a_message_outlasts_its_first_attempt(dev: Assembly) -> None:
    queues = [each for each in dev.of_type("AWS::SQS::Queue").values() if "RedrivePolicy" in each]

    found = watched(dev, "AWS/SQS", "ApproximateAgeOfOldestMessage")

    assert {name: each["Threshold"] for name, each in found.items()} == {
        each["QueueName"]: each["VisibilityTimeout"] for each in queues
    }


def test_every_rule_alarms_when_its_target_cannot_be_invoked(dev: Assembly) -> None:
    rules = {
        each["Name"]: {"RuleName": each["Name"]}
        | ({"EventBusName": name_of("event_bus")} if "EventBusName" in each else {})
        for each in dev.of_type("AWS::Events::Rule").values()
    }

    found = alarms(dev, "AWS/Events", "FailedInvocations")

    watched_rules = [{each["Name"]: each["Value"] for each in alarm["Dimensions"]} for alarm in found]
    assert {each["RuleName"]: each for each in watched_rules} == rules
    assert {(each["Threshold"], each["TreatMissingData"]) for each in found} == {(1, "notBreaching")}


def test_the_stream_alarms_when_it_rejects_records_or_readers(dev: Assembly) -> None:
    for metric in ("WriteProvisionedThroughputExceeded", "ReadProvisionedThroughputExceeded"):
        (alarm,) = alarms(dev, "AWS/Kinesis", metric)
        assert alarm["Dimensions"] == [{"Name": "StreamName", "Value": name_of("event_stream")}]
        assert alarm["EvaluationPeriods"] == 3  # a moment of it passes by itself


def test_every_table_alarms_when_dynamodb_throttles_it_for_a_quarter_of_an_hour(dev: Assembly) -> None:
    tables = {each["TableName"] for each in dev.of_type("AWS::DynamoDB::Table").values()}

    for metric in ("ReadThrottleEvents", "WriteThrottleEvents"):
        found = watched(dev, "AWS/DynamoDB", metric)
        assert found.keys() == tables
        assert {(each["Period"], each["EvaluationPeriods"]) for each in found.values()} == {(300, 3)}


def test_queries_alarm_when_they_fail_are_slow_or_wait(dev: Assembly) -> None:
    (work_group,) = dev.of_type("AWS::Athena::WorkGroup").values()

    found = {each["AlarmName"]: each for each in alarms(dev, "AWS/Athena")}

    assert work_group["WorkGroupConfiguration"]["PublishCloudWatchMetricsEnabled"]  # there are no metrics without
    assert found.keys() == {name_of(f"queries-{each}") for each in ("failed", "slow", "waiting")}
    for alarm in found.values():
        dimensions = {each["Name"]: each["Value"] for each in alarm["Dimensions"]}
        assert dimensions["WorkGroup"] == work_group["Name"]
        assert dimensions["QueryState"] == ("FAILED" if alarm["AlarmName"].endswith("failed") else "SUCCEEDED")


def test_both_apis_alarm_on_errors(dev: Assembly) -> None:
    (rest,) = dev.of_type("AWS::ApiGateway::RestApi").values()
    (parameter,) = [
        each for each in dev.of_type("AWS::SSM::Parameter").values() if each["Name"] == "tally-dev-websocket-api"
    ]
    (of_websockets,) = alarms(dev, "AWS/ApiGateway", "ExecutionError")
    looked_up = dev.templates["operations"]["Parameters"][of_websockets["Dimensions"][0]["Value"]["Ref"]]

    assert watched(dev, "AWS/ApiGateway", "5XXError").keys() == {rest["Name"]}
    assert watched(dev, "AWS/ApiGateway", "Latency").keys() == {rest["Name"]}
    assert looked_up["Default"] == parameter["Name"]
    assert dev.templates["api"]["Resources"][parameter["Value"]["Ref"]]["Type"] == "AWS::ApiGatewayV2::Api"


def test_the_account_alarms_before_its_concurrency_is_used_up(dev: Assembly) -> None:
    (alarm,) = alarms(dev, "AWS/Lambda", "ConcurrentExecutions")

    assert "Dimensions" not in alarm
    assert alarm["Threshold"] == 0.8 * dev.stage.lambda_concurrency


def test_a_missing_anchor_alarms_also_when_nothing_is_measured(dev: Assembly) -> None:
    (alarm,) = alarms(dev, "Tally/dev", "AnchorsStored")
    (schedule,) = [each for each in dev.of_type("AWS::Events::Rule").values() if each["Name"] == "tally-dev-anchor"]

    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 1)
    assert alarm["TreatMissingData"] == "breaching"
    assert schedule["ScheduleExpression"] == "rate(30 minutes)"
    assert alarm["Period"] >= 2 * 30 * 60


def test_every_resource_that_holds_something_is_watched(dev: Assembly) -> None:
    """A queue, stream or table that is added is watched without being named anywhere."""
    text = str([each.get("Dimensions") for each in dev.of_type("AWS::CloudWatch::Alarm").values()])

    for each in (*resources.QUEUES, *resources.DEAD_LETTER_QUEUES, *resources.STREAMS, *resources.DYNAMO_TABLES):
        assert f"'{name_of(each.name)}'" in text
