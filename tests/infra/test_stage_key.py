"""The key of the account that encrypts what a stage stores, where its operator wants one."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from functions.declaration import (
    Function,
    QueueTrigger,
    ScheduleTrigger,
    StreamTrigger,
    TableStreamTrigger,
    TriggeredFunction,
)
from functions.manifest import FUNCTIONS
from shared.runtime.resources import Bucket, Database, DeadLetterQueue, Queue, Resource, Stream, Table, Topic
from tests.infra.assembly import Assembly, flat
from tests.infra.test_limits import written

_LONGEST_POLICIES = 10_240
_KEEPS = {
    "AWS::S3::Bucket": lambda it: it["BucketEncryption"]["ServerSideEncryptionConfiguration"][0][
        "ServerSideEncryptionByDefault"
    ].get("KMSMasterKeyID"),
    "AWS::DynamoDB::Table": lambda it: it["SSESpecification"].get("KMSMasterKeyId"),
    "AWS::Kinesis::Stream": lambda it: it["StreamEncryption"]["KeyId"],
    "AWS::SQS::Queue": lambda it: it.get("KmsMasterKeyId"),
    "AWS::SNS::Topic": lambda it: it["KmsMasterKeyId"],
    "AWS::Logs::LogGroup": lambda it: it.get("KmsKeyId"),
    "AWS::SecretsManager::Secret": lambda it: it.get("KmsKeyId"),
    "AWS::Athena::WorkGroup": lambda it: it["WorkGroupConfiguration"]["ResultConfiguration"][
        "EncryptionConfiguration"
    ].get("KmsKey"),
}
_SERVICES: dict[type[Resource], str] = {
    Bucket: "s3",
    Database: "s3",
    DeadLetterQueue: "sqs",
    Queue: "sqs",
    Stream: "kinesis",
    Table: "dynamodb",
    Topic: "sns",
}
each_function = pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)


def key_of(assembly: Assembly) -> str:
    """The logical id of the key of a stage."""
    (key,) = [name for name in assembly.of_type("AWS::KMS::Key") if name.startswith("StageKey")]
    return key


def is_the_key(assembly: Assembly, part: str, reference: Any) -> bool:
    """Whether a value is the key, or the parameter that has its ARN in the other stacks."""
    if reference == {"Fn::GetAtt": [key_of(assembly), "Arn"]}:
        return part == "data"
    parameter = assembly.templates[part].get("Parameters", {}).get((reference or {}).get("Ref"), {})
    return bool(parameter == {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "tally-dev-stage-key"})


def uses(assembly: Assembly, function: Function) -> Iterator[tuple[str, str, str]]:
    """What a function may do with which key, and through which service."""
    name = f"tally-dev-{function.name.replace('_', '-')}-<Region>"
    roles = assembly.of_type("AWS::IAM::Role").values()
    (role,) = [each for each in roles if flat(each.get("RoleName", "")) == name]
    for statement in role["Policies"][0]["PolicyDocument"]["Statement"]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        condition = statement.get("Condition", {}).get("StringEquals", {}).get("kms:ViaService", [])
        for service in condition if isinstance(condition, list) else [condition]:
            assert is_the_key(assembly, "functions", statement["Resource"])
            yield from ((action, flat(statement["Resource"]), flat(service).split(".")[0]) for action in actions)


def test_everything_that_a_stage_stores_is_encrypted_with_its_key(keyed: Assembly) -> None:
    others = {
        flat(each.get("BucketName") or each.get("TopicName"))
        for part, template in keyed.templates.items()
        for resource in template["Resources"].values()
        if resource["Type"] in _KEEPS
        for each in [resource["Properties"]]
        if not is_the_key(keyed, part, _KEEPS[resource["Type"]](each))
    }

    # Access logs cannot be; everybody may read the web application; alarms have a key that admits CloudWatch.
    assert others == {
        "tally-dev-access-logs-<AccountId>-<Region>",
        "tally-dev-site-<AccountId>-<Region>",
        "tally-dev-alarms",
    }


def test_buckets_ask_for_a_key_once_for_many_objects(keyed: Assembly) -> None:
    rules = [
        each["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]
        for each in keyed.of_type("AWS::S3::Bucket").values()
    ]

    by_kms = [each for each in rules if each["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"]
    assert len(by_kms) == len(rules) - 2
    assert all(each["BucketKeyEnabled"] for each in by_kms)


def test_the_key_is_replaced_every_year_and_has_a_parameter(keyed: Assembly) -> None:
    assert keyed.of_type("AWS::KMS::Key")[key_of(keyed)]["EnableKeyRotation"] is True
    (alias,) = [
        each for each in keyed.of_type("AWS::KMS::Alias").values() if each["AliasName"] == "alias/tally-dev-data"
    ]
    assert alias["TargetKeyId"] == {"Fn::GetAtt": [key_of(keyed), "Arn"]}
    (stored,) = [
        each for each in keyed.of_type("AWS::SSM::Parameter").values() if each["Name"] == "tally-dev-stage-key"
    ]
    assert stored["Value"] == {"Fn::GetAtt": [key_of(keyed), "Arn"]}


def test_only_services_that_act_for_nobody_are_in_the_policy_of_the_key(keyed: Assembly) -> None:
    own, feeds, logs = keyed.of_type("AWS::KMS::Key")[key_of(keyed)]["KeyPolicy"]["Statement"]

    assert flat(own["Principal"]["AWS"]) == "arn:<Partition>:iam::<AccountId>:root"
    assert feeds["Principal"] == {"Service": ["s3.amazonaws.com", "events.amazonaws.com"]}
    assert feeds["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert flat(logs["Principal"]["Service"]) == "logs.<Region>.amazonaws.com"
    context = logs["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"]
    assert flat(context) == "arn:<Partition>:logs:<Region>:<AccountId>:log-group:*"


@each_function
def test_a_function_uses_the_key_only_through_services_whose_resources_it_has(
    function: Function, keyed: Assembly
) -> None:
    written_to = {_SERVICES[type(each.resource)] for each in function.writes if type(each.resource) in _SERVICES}
    used = {_SERVICES[type(each.resource)] for each in function.reads if type(each.resource) in _SERVICES}
    trigger = function.trigger if isinstance(function, TriggeredFunction) else None
    match trigger:
        case StreamTrigger():
            used, written_to = used | {"kinesis"}, written_to | {"s3"}
        case TableStreamTrigger():
            used, written_to = used | {"dynamodb"}, written_to | {"s3"}
        case QueueTrigger():
            used |= {"sqs"}
        case ScheduleTrigger():
            written_to |= {"sqs"}

    granted = set(uses(keyed, function))

    assert {service for action, _, service in granted if action == "kms:Decrypt"} == used | written_to
    assert {service for action, _, service in granted if action == "kms:GenerateDataKey"} == written_to


def test_roles_with_the_key_have_policies_that_are_short_enough_for_iam(keyed: Assembly) -> None:
    sizes = {
        flat(role.get("RoleName", name)): sum(
            len(json.dumps(written(each["PolicyDocument"]), separators=(",", ":"))) for each in role.get("Policies", ())
        )
        for name, role in keyed.of_type("AWS::IAM::Role").items()
    }

    assert {name: size for name, size in sizes.items() if size > _LONGEST_POLICIES} == {}


def test_stages_without_the_setting_have_no_such_key(local: Assembly, dev: Assembly, prod: Assembly) -> None:
    for assembly in (local, dev, prod):
        assert [name for name in assembly.of_type("AWS::KMS::Key") if name.startswith("StageKey")] == []
        assert "kms:ViaService" not in json.dumps(assembly.templates)
