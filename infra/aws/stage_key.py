"""The key of a stage in KMS that encrypts all it stores, if its operator wants one of the account's own."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import jsii
from aws_cdk import Aspects, Aws, CfnResource, IAspect, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_ssm as ssm
from constructs import Construct, IConstruct

from infra.aws.names import Names

_USE = ("kms:Decrypt", "kms:GenerateDataKey")
_OTHER = "tally:other-encryption"
_FEEDS_QUEUES = ("s3.amazonaws.com", "events.amazonaws.com")
_ALL_OF_LOGS = ("kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*")


class StageKey(Construct):
    """A key that AWS replaces every year; its ARN is a parameter, for the stacks of functions and APIs."""

    def __init__(self, scope: Construct, *, names: Names) -> None:
        super().__init__(scope, "StageKey")
        self.key = kms.Key(
            self,
            "Key",
            alias=f"alias/{names.physical_name('data')}",
            description=f"Encrypts what Tally stores in the stage {names.stage.name}.",
            enable_key_rotation=True,
            removal_policy=names.stage.removal_policy,
        )
        for statement in _services(names):
            self.key.add_to_resource_policy(statement)
        ssm.StringParameter(
            self,
            "Arn",
            parameter_name=names.key_parameter,
            description="The key that encrypts what the stage stores.",
            string_value=self.key.key_arn,
        )


def _services(names: Names) -> tuple[iam.PolicyStatement, ...]:
    """Return what services do with the key by themselves; all others use it with the rights of who calls them.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """
    log_groups = {"kms:EncryptionContext:aws:logs:arn": names.arn("logs", "log-group:*")}
    return (
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal(each) for each in _FEEDS_QUEUES], actions=list(_USE), resources=["*"]
        ),
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal(f"logs.{Aws.REGION}.amazonaws.com")],
            actions=list(_ALL_OF_LOGS),
            resources=["*"],
            conditions={"ArnLike": log_groups},
        ),
    )


def key_arn(scope: Construct, names: Names) -> str | None:
    """Return the ARN of the key, for a stack that does not make it; None if the stage has none."""
    if not names.stage.customer_managed_keys:
        return None
    return ssm.StringParameter.value_for_string_parameter(scope, names.key_parameter)


def encrypt(stack: Stack, arn: str | None) -> None:
    """Encrypt everything that a stack stores with the key, including resources that are added later."""
    if arn is not None:
        Aspects.of(stack).add(_Encrypted(arn))


def accept_other_encryption(construct: Construct) -> None:
    """Leave the encryption of a construct as it is."""
    construct.node.add_metadata(_OTHER, "as declared")


@jsii.implements(IAspect)
class _Encrypted:
    """Sets the key of every resource that stores something and has no other one."""

    def __init__(self, arn: str) -> None:
        self._settings = _settings(arn)

    def visit(self, node: IConstruct) -> None:
        """Set the key of one resource."""
        if not isinstance(node, CfnResource) or any(
            entry.type == _OTHER for scope in node.node.scopes for entry in scope.node.metadata
        ):
            return
        for path, value in self._settings.get(node.cfn_resource_type, {}).items():
            node.add_property_override(path, value)


def _settings(arn: str) -> Mapping[str, Mapping[str, Any]]:
    """Return the properties that set the key, by the type of resource; S3 asks KMS once for many objects."""
    by_key = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": arn}
    rule = {"BucketKeyEnabled": True, "ServerSideEncryptionByDefault": by_key}
    results = "WorkGroupConfiguration.ResultConfiguration.EncryptionConfiguration"
    return MappingProxyType(
        {
            "AWS::S3::Bucket": {"BucketEncryption": {"ServerSideEncryptionConfiguration": [rule]}},
            "AWS::DynamoDB::Table": {"SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": arn}},
            "AWS::Kinesis::Stream": {"StreamEncryption": {"EncryptionType": "KMS", "KeyId": arn}},
            "AWS::SQS::Queue": {"KmsMasterKeyId": arn, "SqsManagedSseEnabled": False},
            "AWS::SNS::Topic": {"KmsMasterKeyId": arn},
            "AWS::Logs::LogGroup": {"KmsKeyId": arn},
            "AWS::SecretsManager::Secret": {"KmsKeyId": arn},
            "AWS::Athena::WorkGroup": {results: {"EncryptionOption": "SSE_KMS", "KmsKey": arn}},
        }
    )
