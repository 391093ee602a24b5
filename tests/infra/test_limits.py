"""The templates within documented limits of AWS that only a deployment would meet: docs/limits.md."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from shared.lake.catalog.tables import EXTERNAL_TABLES
from tests.infra.assembly import Assembly

# The longest names that AWS has: the partition and region of GovCloud.
_REFERENCES = {
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws-us-gov",
    "AWS::Region": "us-gov-west-1",
    "AWS::URLSuffix": "amazonaws.com",
}
_LONG_ARN = "x" * 100
_LONGEST_POLICIES = 10_240
_LONGEST_ROLE_NAME = _LONGEST_RULE_NAME = 64
_LONGEST_QUEUE_NAME = 80
_LONGEST_ENVIRONMENT = 4_096
_LONGEST_COMMENT, _LONGEST_DESCRIPTION = 255, 2_048
_MOST_API_RESOURCES = 300
every_aws_stage = pytest.mark.parametrize("stage", ["dev", "prod"])


def written(value: Any) -> Any:
    """A value as CloudFormation hands it to the service, with long names for what it refers to."""
    match value:
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(written(part) for part in parts)
        case {"Ref": name}:
            return _REFERENCES.get(name, _LONG_ARN)
        case {"Fn::GetAtt": _}:
            return _LONG_ARN
        case dict():
            return {name: written(each) for name, each in value.items()}
        case list():
            return [written(each) for each in value]
        case _:
            return value


def named(assembly: Assembly, kind: str, name: str) -> Iterator[str]:
    """The names of all resources of a type that have one of their own."""
    for each in assembly.of_type(kind).values():
        if name in each:
            yield written(each[name])


@every_aws_stage
def test_the_inline_policies_of_a_role_are_short_enough_for_iam(stage: str, request: pytest.FixtureRequest) -> None:
    assembly: Assembly = request.getfixturevalue(stage)

    sizes = {
        name: sum(
            len(json.dumps(written(each["PolicyDocument"]), separators=(",", ":"))) for each in role.get("Policies", ())
        )
        for name, role in assembly.of_type("AWS::IAM::Role").items()
    }

    assert max(sizes.values()) > 1_000
    assert {name: size for name, size in sizes.items() if size > _LONGEST_POLICIES} == {}


@every_aws_stage
def test_names_are_short_enough_for_their_service(stage: str, request: pytest.FixtureRequest) -> None:
    assembly: Assembly = request.getfixturevalue(stage)

    for kind, name, most in (
        ("AWS::IAM::Role", "RoleName", _LONGEST_ROLE_NAME),
        ("AWS::Events::Rule", "Name", _LONGEST_RULE_NAME),
        ("AWS::SQS::Queue", "QueueName", _LONGEST_QUEUE_NAME),
    ):
        names = list(named(assembly, kind, name))
        assert names
        assert [each for each in names if len(each) > most] == []


@every_aws_stage
def test_environments_are_small_enough_for_lambda(stage: str, request: pytest.FixtureRequest) -> None:
    assembly: Assembly = request.getfixturevalue(stage)

    sizes = {
        each["FunctionName"]: sum(
            len(name) + len(text) for name, text in written(each["Environment"]["Variables"]).items()
        )
        for each in assembly.functions()
    }

    assert {name: size for name, size in sizes.items() if size > _LONGEST_ENVIRONMENT} == {}


@every_aws_stage
def test_the_rest_api_has_room_for_more_paths(stage: str, request: pytest.FixtureRequest) -> None:
    assembly: Assembly = request.getfixturevalue(stage)

    assert len(assembly.of_type("AWS::ApiGateway::Resource")) < 0.9 * _MOST_API_RESOURCES


def test_comments_of_external_tables_are_short_enough_for_glue() -> None:
    for table in EXTERNAL_TABLES:
        assert len(table.description) <= _LONGEST_DESCRIPTION
        assert [column.name for column in table.columns if len(column.comment) > _LONGEST_COMMENT] == []
