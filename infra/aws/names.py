"""What every resource is called in a deployment, so that stacks refer to each other by name and export nothing."""

from dataclasses import dataclass

from aws_cdk import Aws

from functions.declaration import Function
from infra.aws.stages import StageConfig
from infra.resources import BUCKETS, QUEUES, SIGNING_KEYS
from shared.runtime.settings import Resource

_BUCKETS = frozenset(bucket.resource for bucket in BUCKETS)
_QUEUES = frozenset(queue.resource for queue in QUEUES)


@dataclass(frozen=True, kw_only=True)
class Names:
    """The physical names and ARNs of one stage, in whichever account and region it is deployed to."""

    stage: StageConfig

    def resource_name(self, resource: Resource) -> str:
        """Return the name that the resource has."""
        if resource is Resource.DATABASE:
            return f"tally_{self.stage.name}"
        if resource is Resource.WORK_GROUP:
            return f"tally-{self.stage.name}"
        if resource is Resource.SIGNING_KEYS:
            return ",".join(self.signing_aliases())
        if resource in _BUCKETS:
            return self.bucket(resource.removesuffix("_bucket"))
        return self.physical_name(resource.removesuffix("_table").replace("_", "-"))

    def env_value(self, resource: Resource) -> str:
        """Return what a function is told of a resource: its name, or the address where SQS has no use for a name."""
        if resource in _QUEUES:
            return f"https://sqs.{Aws.REGION}.{Aws.URL_SUFFIX}/{Aws.ACCOUNT_ID}/{self.resource_name(resource)}"
        return self.resource_name(resource)

    def signing_aliases(self) -> list[str]:
        """Return what KMS calls the keys that tokens are verified by; the first signs."""
        return [f"alias/{self.physical_name(each)}" for each in SIGNING_KEYS]

    def physical_name(self, part: str) -> str:
        """Return the name of something that only infrastructure knows, such as a dead-letter queue."""
        return f"tally-{self.stage.name}-{part.replace('_', '-')}"

    def bucket(self, part: str) -> str:
        """Return the name of a bucket, which no other account may have taken."""
        return f"{self.physical_name(part)}-{Aws.ACCOUNT_ID}-{Aws.REGION}"

    def log_group(self, function: Function) -> str:
        """Return the log group of a function."""
        return f"/aws/lambda/{self.physical_name(function.name)}"

    def failures(self, function: Function) -> str:
        """Return the queue that is told of stream records which a function could not take."""
        return self.physical_name(f"{function.name}-failures")

    @property
    def alarm_topic(self) -> str:
        """The topic that every alarm of the stage is told to."""
        return self.physical_name("alarms")

    def bucket_arn(self, resource: Resource, suffix: str = "") -> str:
        """Return the ARN of a bucket, or of what lies below it."""
        return f"arn:{Aws.PARTITION}:s3:::{self.resource_name(resource)}{suffix}"

    def arn(self, service: str, path: str) -> str:
        """Return the ARN of something in this account and region."""
        return f"arn:{Aws.PARTITION}:{service}:{Aws.REGION}:{Aws.ACCOUNT_ID}:{path}"
