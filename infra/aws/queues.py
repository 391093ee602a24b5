"""The queues of the functions, each with a dead-letter queue."""

from aws_cdk import Aws, Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.aws.names import Names
from shared.lake.storage.object_store import LAKE_BUCKET
from shared.runtime.resources import Queue


def dead_letter_queue(scope: Construct, id_: str, *, name: str) -> sqs.Queue:
    """Return a dead-letter queue with the longest retention that SQS allows."""
    return sqs.Queue(
        scope,
        id_,
        queue_name=name,
        retention_period=Duration.days(14),
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
    )


class MessageQueue(Construct):
    """A queue that functions or, if declared, the lake bucket's notifications feed.

    Messages that fail repeatedly go to its dead-letter queue.
    """

    def __init__(self, scope: Construct, *, queue: Queue, names: Names) -> None:
        super().__init__(scope, queue.name.upper())
        name = names.resource_name(queue)
        self.dead_letters = dead_letter_queue(self, "DeadLetters", name=names.resource_name(queue.dead_letters))
        self.queue = sqs.Queue(
            self,
            "Queue",
            queue_name=name,
            visibility_timeout=Duration.seconds(queue.visibility_seconds),
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=queue.max_receives),
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
        )
        if queue.fed_by_prefix:
            self.queue.add_to_resource_policy(self._from_lake(names))

    def _from_lake(self, names: Names) -> iam.PolicyStatement:
        """Let the lake in by its name: a reference would tie bucket and queue into a circle."""
        return iam.PolicyStatement(
            principals=[iam.ServicePrincipal("s3.amazonaws.com")],
            actions=["sqs:SendMessage"],
            resources=[self.queue.queue_arn],
            conditions={
                "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
                "ArnEquals": {"aws:SourceArn": names.bucket_arn(LAKE_BUCKET)},
            },
        )
