"""What the role of a function may do: the rules of what it uses, and what its trigger needs."""

from collections.abc import Iterator

from aws_cdk import aws_iam as iam

from functions.declaration import (
    SCHEDULE_FAILURES,
    Access,
    Function,
    QueueTrigger,
    ScheduleTrigger,
    StreamTrigger,
    TableStreamTrigger,
    Trigger,
    TriggeredFunction,
)
from infra.aws.grant_rules import READS, WATCHES, WRITES
from infra.aws.names import Names


def reads_of(function: Function) -> tuple[Access, ...]:
    """Return what a function reads: its declared resources and its triggers."""
    if not isinstance(function, TriggeredFunction):
        return function.reads
    match function.trigger:
        case StreamTrigger(stream=source) | QueueTrigger(queue=source):
            return tuple(dict.fromkeys((*function.reads, Access(source))))
        case _:
            return function.reads


def statements(function: Function, names: Names) -> Iterator[iam.PolicyStatement]:
    """Yield exactly the permissions that the manifest declares for a function."""
    for rules, accesses in ((READS, reads_of(function)), (WRITES, function.writes), (WATCHES, function.watches)):
        for access in accesses:
            for rule in rules[type(access.resource)]:
                if not rule.holds_for(access):
                    continue
                yield iam.PolicyStatement(
                    actions=list(rule.actions),
                    resources=rule.arns(names, access),
                    conditions=rule.conditions(names, access) or None,
                )
    if isinstance(function, TriggeredFunction):
        yield from _of_trigger(function.trigger, names)


def _of_trigger(trigger: Trigger, names: Names) -> Iterator[iam.PolicyStatement]:
    """Yield what a trigger needs besides reading its source; a table's stream has a name that is made with it."""
    if isinstance(trigger, TableStreamTrigger):
        table = names.arn("dynamodb", f"table/{names.resource_name(trigger.table)}")
        actions = [f"dynamodb:{each}" for each in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")]
        yield iam.PolicyStatement(actions=actions, resources=[f"{table}/stream/*"])
    if isinstance(trigger, StreamTrigger):
        # The poller looks at the stream before it reads it.
        stream = names.arn("kinesis", f"stream/{names.resource_name(trigger.stream)}")
        actions = [f"kinesis:{each}" for each in ("DescribeStream", "DescribeStreamSummary")]
        yield iam.PolicyStatement(actions=actions, resources=[stream])
    if isinstance(trigger, ScheduleTrigger):
        failures = names.arn("sqs", names.resource_name(SCHEDULE_FAILURES))
        yield iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[failures])
    if isinstance(trigger, StreamTrigger | TableStreamTrigger):
        # Lambda stores discarded batches with the rights of the function's role.
        yield iam.PolicyStatement(actions=["s3:PutObject"], resources=[names.bucket_arn(trigger.failures, "/*")])
        yield iam.PolicyStatement(actions=["s3:ListBucket"], resources=[names.bucket_arn(trigger.failures)])
