"""What every resource is called in a deployment, so that stacks refer to each other by name and export nothing."""

from dataclasses import dataclass

from aws_cdk import Aws

from functions.declaration import Function
from infra.aws.stages import StageConfig
from shared.auth.signing import SIGNING_KEYS
from shared.runtime.resources import Bucket, Database, Queue, Resource, SigningKeys, WorkGroup


@dataclass(frozen=True, kw_only=True)
class Names:
    """The physical names and ARNs of one stage, in whichever account and region it is deployed to."""

    stage: StageConfig

    def of(self, resource: Resource) -> str:
        """Return the name that the resource has."""
        match resource:
            case Database():
                return f"tally_{self.stage.name}"
            case WorkGroup():
                return f"tally-{self.stage.name}"
            case SigningKeys():
                return ",".join(self.signing_aliases())
            case Bucket():
                return self.bucket(resource.name)
            case _:
                return self.named(resource.name)

    def told(self, resource: Resource) -> str:
        """Return what a function is told of a resource: its name, or the address where SQS has no use for a name."""
        if isinstance(resource, Queue):
            return f"https://sqs.{Aws.REGION}.{Aws.URL_SUFFIX}/{Aws.ACCOUNT_ID}/{self.of(resource)}"
        return self.of(resource)

    def signing_aliases(self) -> list[str]:
        """Return what KMS calls the keys that tokens are verified by; the first signs."""
        return [f"alias/{self.named(each)}" for each in SIGNING_KEYS.keys]

    def named(self, part: str) -> str:
        """Return the name of something that only infrastructure knows, such as a dead-letter queue."""
        return f"tally-{self.stage.name}-{part.replace('_', '-')}"

    def bucket(self, part: str) -> str:
        """Return the name of a bucket, which no other account may have taken."""
        return f"{self.named(part)}-{Aws.ACCOUNT_ID}-{Aws.REGION}"

    def log_group(self, function: Function) -> str:
        """Return the log group of a function."""
        return f"/aws/lambda/{self.named(function.name)}"

    def failures(self, function: Function) -> str:
        """Return the queue that is told of stream records which a function could not take."""
        return self.named(f"{function.name}-failures")

    @property
    def alarm_topic(self) -> str:
        """The topic that every alarm of the stage is told to."""
        return self.named("alarms")

    def bucket_arn(self, resource: Resource, suffix: str = "") -> str:
        """Return the ARN of a bucket, or of what lies below it."""
        return f"arn:{Aws.PARTITION}:s3:::{self.of(resource)}{suffix}"

    def arn(self, service: str, path: str) -> str:
        """Return the ARN of something in this account and region."""
        return f"arn:{Aws.PARTITION}:{service}:{Aws.REGION}:{Aws.ACCOUNT_ID}:{path}"
