"""How the stages differ, and what holds in all of them."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from functions.manifest import FUNCTIONS
from infra.aws.app import chosen, new_app
from infra.aws.function import environment
from infra.aws.names import Names
from infra.aws.stage_errors import IllegalOrigin
from infra.aws.stages import DEV, UnknownStage
from infra.resources import RESOURCES
from shared.runtime.settings import Settings
from tests.infra.assembly import Assembly, flat

_STATEFUL = ("AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::Kinesis::Stream", "AWS::Logs::LogGroup")
_NAMED = {
    "AWS::CloudWatch::Alarm": ["AlarmName"],
    "AWS::CloudWatch::Dashboard": ["DashboardName"],
    "AWS::DynamoDB::Table": ["TableName"],
    "AWS::Events::EventBus": ["Name"],
    "AWS::Lambda::Function": ["FunctionName"],
    "AWS::Lambda::LayerVersion": ["LayerName"],
    "AWS::SNS::Topic": ["TopicName"],
    "AWS::SQS::Queue": ["QueueName"],
}
every_stage = pytest.mark.parametrize("stage", ["local", "dev", "prod"])


def policies(assembly: Assembly) -> set[str]:
    """How the stateful resources end with their stack."""
    return {each["DeletionPolicy"] for _, each in assembly.resources() if each["Type"] in _STATEFUL}


def test_production_data_outlives_its_stack(dev: Assembly, prod: Assembly, local: Assembly) -> None:
    assert policies(prod) == {"RetainExceptOnCreate"}
    assert policies(dev) == {"Delete"}
    assert policies(local) == {"Delete"}


def test_production_tables_cannot_be_deleted_by_mistake(dev: Assembly, prod: Assembly) -> None:
    for assembly, protected in ((dev, False), (prod, True)):
        tables = assembly.of_type("AWS::DynamoDB::Table").values()
        assert {each["DeletionProtectionEnabled"] for each in tables} == {protected}


def test_tables_have_point_in_time_recovery_in_production_and_not_locally(local: Assembly, prod: Assembly) -> None:
    for assembly, recoverable in ((local, False), (prod, True)):
        tables = assembly.of_type("AWS::DynamoDB::Table").values()
        assert {each["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] for each in tables} == {
            recoverable
        }


@every_stage
def test_every_named_resource_is_named_after_its_stage(stage: str, request: pytest.FixtureRequest) -> None:
    assembly: Assembly = request.getfixturevalue(stage)

    names = [
        flat(resource["Properties"][key])
        for name, resource in assembly.resources()
        for key in _NAMED.get(resource["Type"], ())
        if "AwsCliLayer" not in name  # CDK has it for copying files, and names it
    ]

    assert len(names) > 10
    assert [name for name in names if not name.startswith(f"tally-{stage}-")] == []


@every_stage
def test_no_stack_depends_on_the_exports_of_another(stage: str, request: pytest.FixtureRequest) -> None:
    assembly: Assembly = request.getfixturevalue(stage)

    text = json.dumps(assembly.templates)

    assert "Fn::ImportValue" not in text
    assert "Fn::GetStackOutput" not in text
    assert [
        out for each in assembly.templates.values() for out in each.get("Outputs", {}).values() if "Export" in out
    ] == []


@every_stage
def test_the_outputs_name_everything_a_host_needs(stage: str, request: pytest.FixtureRequest) -> None:
    assembly: Assembly = request.getfixturevalue(stage)

    outputs = {name for template in assembly.templates.values() for name in template.get("Outputs", {})}

    assert {"ApiUrl", "RestApiId", "RestApiStage", "WebSocketApiId", "WebSocketApiStage"} <= outputs
    assert {
        "EventStreamName",
        "LakeBucketName",
        "TablesBucketName",
        "ResultsBucketName",
        "WorkGroupName",
        "DatabaseName",
    } <= outputs
    assert {"LedgerTableName", "MergeQueueName", "RollupQueueName", "ReportingCurrency"} <= outputs
    assert len([name for name in outputs if name.endswith("Name")]) == len(RESOURCES)


@every_stage
def test_no_stack_is_near_the_limit_of_500_resources(stage: str, request: pytest.FixtureRequest) -> None:
    assembly: Assembly = request.getfixturevalue(stage)

    assert max(len(template["Resources"]) for template in assembly.templates.values()) < 450


@every_stage
def test_no_template_is_near_the_limit_of_a_megabyte(stage: str, request: pytest.FixtureRequest) -> None:
    assembly: Assembly = request.getfixturevalue(stage)

    assert max(assembly.path(part).stat().st_size for part in assembly.parts) < 900_000


def test_an_unknown_stage_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownStage, match="local, dev, prod"):
        chosen(new_app(stage="staging"))


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "null",
        "http://localhost:3008/",
        "HTTPS://shop.example",
        "https://Shop.example",
        "https://shop.example:443",
        "http://shop.example:80",
        "https://*.shop.example",
        "https://shop.example.",
        "shop.example",
        "https://shop.example/page",
        " https://shop.example",
        "https://user@shop.example",
        "ftp://shop.example",
    ],
)
def test_invalid_and_wildcard_origins_cannot_be_configured(origin: str) -> None:
    with pytest.raises(IllegalOrigin, match=re.escape(repr(origin))):
        chosen(new_app(stage="dev", corsOrigins=f"https://a.example,{origin}"))


def test_the_command_line_chooses_stage_origins_and_currency() -> None:
    stage = chosen(new_app(stage="dev", corsOrigins="https://a.example,https://b.example", reportingCurrency="EUR"))

    assert stage.name == "dev"
    assert stage.cors_origins == ("https://a.example", "https://b.example")
    assert stage.reporting_currency == "EUR"


def test_the_interval_of_renewals_reaches_the_functions() -> None:
    told = environment(FUNCTIONS[0], Names(stage=replace(DEV, dashboard_renewal_seconds=60)))

    assert Settings.from_environment(told).dashboard_renewal == timedelta(minutes=1)


def test_the_fraud_configuration_of_a_stage_reaches_its_functions_and_the_command_line(dev: Assembly) -> None:
    own = {"maturityHorizonDays": 60, "costParameters": {"marginRate": 0.25}}
    told = environment(FUNCTIONS[0], Names(stage=replace(DEV, fraud_configuration=own)))

    assert Settings.from_environment(told).fraud_configuration == own
    assert dev.templates["data"]["Outputs"]["FraudConfiguration"]["Value"] == "{}"
