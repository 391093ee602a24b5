"""Physical names of all resources, so that stacks refer to each other by name and export nothing."""

from dataclasses import dataclass

from aws_cdk import Aws

from functions.declaration import DeploymentTrigger, Function, TriggeredFunction
from infra.aws.stages import StageConfig
from shared.auth.signing import SIGNING_KEYS
from shared.runtime.observability import NAMESPACE
from shared.runtime.resources import (
    Bucket,
    Database,
    DeadLetterQueue,
    Queue,
    Resource,
    SigningKeys,
    StateMachine,
    Table,
    Topic,
    WorkGroup,
)

WEBSOCKET_STAGE = "live"
"""The stage of the WebSocket API, which permissions to send messages name."""

ALIAS = "live"
"""The alias of each function whose new code does not take over all at once."""


@dataclass(frozen=True, kw_only=True)
class Names:
    """The physical names and ARNs of one stage, in whichever account and region it is deployed to."""

    stage: StageConfig

    def resource_name(self, resource: Resource) -> str:
        """Return the name that the resource has."""
        match resource:
            case Database():
                return f"tally_{self.stage.name}_lake"
            case WorkGroup():
                return f"tally-{self.stage.name}"
            case SigningKeys():
                return ",".join(self.signing_aliases())
            case Bucket():
                return self.bucket(resource.name)
            case _:
                return self.physical_name(resource.name)

    def env_value(self, resource: Resource) -> str:
        """Return what functions know of a resource: its name, the URL of a queue, the ARN of a topic or workflow."""
        if isinstance(resource, Queue | DeadLetterQueue):
            return f"https://sqs.{Aws.REGION}.{Aws.URL_SUFFIX}/{Aws.ACCOUNT_ID}/{self.resource_name(resource)}"
        if isinstance(resource, Topic):
            return self.arn("sns", self.resource_name(resource))
        if isinstance(resource, StateMachine):
            return self.arn("states", f"stateMachine:{self.resource_name(resource)}")
        return self.resource_name(resource)

    def signing_aliases(self) -> list[str]:
        """Return the KMS aliases of the keys that verify tokens; the first one signs."""
        return [f"alias/{self.physical_name(each)}" for each in SIGNING_KEYS.keys]

    def physical_name(self, part: str) -> str:
        """Return the name of a resource that only the infrastructure uses, such as a dead-letter queue."""
        return f"tally-{self.stage.name}-{part.replace('_', '-')}"

    def has_alias(self, function: Function) -> bool:
        """Whether callers invoke an alias of the function, which decides the version that runs.

        The step of a deployment has none: it is to run the code that is being deployed.
        """
        is_step = isinstance(function, TriggeredFunction) and isinstance(function.trigger, DeploymentTrigger)
        return self.stage.deployments == "canary" and not is_step

    def invoked_name(self, function: Function) -> str:
        """Return the name under which callers invoke a function: with its alias, if it has one."""
        name = self.physical_name(function.name)
        return f"{name}:{ALIAS}" if self.has_alias(function) else name

    def global_name(self, part: str) -> str:
        """Return the name of what belongs to the account and to no region: roles and functions of CloudFront."""
        return f"{self.physical_name(part)}-{Aws.REGION}"

    def bucket(self, part: str) -> str:
        """Return the globally unique name of a bucket."""
        return f"{self.physical_name(part)}-{Aws.ACCOUNT_ID}-{Aws.REGION}"

    def stream_parameter(self, table: Table) -> str:
        """Return the parameter of Systems Manager that has the ARN of a table's stream."""
        return self.physical_name(f"{table.name}_stream")

    def log_group(self, function: Function) -> str:
        """Return the log group of a function."""
        return f"/aws/lambda/{self.physical_name(function.name)}"

    @property
    def rest_api(self) -> str:
        """The name of the REST API, by which its metrics are found."""
        return self.physical_name("rest")

    @property
    def websocket_api_parameter(self) -> str:
        """The parameter of Systems Manager that has the id of the WebSocket API."""
        return self.physical_name("websocket_api")

    @property
    def metric_namespace(self) -> str:
        """The namespace of the metrics that functions emit; stages of one account do not share it."""
        return f"{NAMESPACE}/{self.stage.name}"

    @property
    def memory_namespace(self) -> str:
        """The namespace of the memory that functions used, which is read from their logs."""
        return f"{self.metric_namespace}/memory"

    @property
    def key_parameter(self) -> str:
        """The parameter of Systems Manager that has the ARN of the key that encrypts what the stage stores."""
        return self.physical_name("stage_key")

    @property
    def error_namespace(self) -> str:
        """The namespace of the errors that versions of functions log."""
        return f"{self.metric_namespace}/errors"

    @property
    def alarm_topic(self) -> str:
        """The topic of all alarms of the stage."""
        return self.physical_name("alarms")

    def bucket_arn(self, resource: Resource, suffix: str = "") -> str:
        """Return the ARN of a bucket or of a path in it."""
        return f"arn:{Aws.PARTITION}:s3:::{self.resource_name(resource)}{suffix}"

    def arn(self, service: str, path: str) -> str:
        """Return the ARN of something in this account and region."""
        return f"arn:{Aws.PARTITION}:{service}:{Aws.REGION}:{Aws.ACCOUNT_ID}:{path}"
