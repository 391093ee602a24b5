"""What a function may do with the key of its stage: only through the services whose resources it uses."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from aws_cdk import Aws
from aws_cdk import aws_iam as iam

from functions.declaration import (
    Access,
    Function,
    ScheduleTrigger,
    StreamTrigger,
    TableStreamTrigger,
    TriggeredFunction,
)
from infra.aws.grants import reads_of
from shared.runtime.resources import Bucket, Database, DeadLetterQueue, Queue, Resource, Stream, Table, Topic

# What CDK grants to readers and writers of a table; the other services need a part of it.
_DECRYPT = ("kms:Decrypt", "kms:DescribeKey")
_ENCRYPT = ("kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo")
_SERVICES: Mapping[type[Resource], str] = MappingProxyType(
    {
        Bucket: "s3",
        Database: "s3",  # Athena reads the files of its tables with the rights of who asks
        DeadLetterQueue: "sqs",
        Queue: "sqs",
        Stream: "kinesis",
        Table: "dynamodb",
        Topic: "sns",
    }
)


def key_statements(function: Function, key_arn: str) -> Iterator[iam.PolicyStatement]:
    """Yield that a function decrypts what it reads or writes, and encrypts what it writes."""
    written = _services(function.writes) | _of_trigger(function)
    used = _services(reads_of(function)) | written
    if isinstance(function, TriggeredFunction) and isinstance(function.trigger, TableStreamTrigger):
        used |= {"dynamodb"}
    for actions, services in ((_DECRYPT, used), (_ENCRYPT, written)):
        if services:
            yield iam.PolicyStatement(actions=list(actions), resources=[key_arn], conditions=_through(services))


def _services(accesses: Iterable[Access]) -> set[str]:
    return {_SERVICES[type(each.resource)] for each in accesses if type(each.resource) in _SERVICES}


def _of_trigger(function: Function) -> set[str]:
    """Return the services to which Lambda writes what failed, with the rights of the function."""
    match function:
        case TriggeredFunction(trigger=StreamTrigger() | TableStreamTrigger()):
            return {"s3"}
        case TriggeredFunction(trigger=ScheduleTrigger()):
            return {"sqs"}
        case _:
            return set()


def _through(services: set[str]) -> Mapping[str, Mapping[str, list[str]]]:
    addresses = [f"{each}.{Aws.REGION}.amazonaws.com" for each in sorted(services)]
    return {"StringEquals": {"kms:ViaService": addresses}}
