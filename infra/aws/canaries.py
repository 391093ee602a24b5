"""Shifts the traffic of functions to their new versions by and by, and back when an alarm fires."""

from collections.abc import Sequence

from aws_cdk import aws_codedeploy as codedeploy
from aws_cdk import aws_iam as iam
from constructs import Construct

from functions.declaration import (
    Function,
    HttpFunction,
    QueueTrigger,
    StreamTrigger,
    TableStreamTrigger,
    TriggeredFunction,
    WebSocketTrigger,
)
from infra.aws.alarms.versions import ErrorMetric, VersionAlarms
from infra.aws.function import PlatformFunction
from infra.aws.nag import accept
from infra.aws.names import Names

_MANAGED = "service-role/AWSCodeDeployRoleForLambdaLimited"
_WHY_MANAGED = "The managed policy is the one that CodeDeploy documents for shifting the traffic of functions."


class Canaries(Construct):
    """The CodeDeploy application of a stage, with a deployment group for each function that has steady traffic."""

    def __init__(self, scope: Construct, *, functions: Sequence[PlatformFunction], names: Names) -> None:
        super().__init__(scope, "Canaries")
        self._names = names
        self._application = codedeploy.LambdaApplication(
            self, "Application", application_name=names.physical_name("functions")
        )
        self._role = self._service_role()
        for function in functions:
            shift = shift_of(function.declared)
            if shift:
                self._shift(function, shift)

    def _service_role(self) -> iam.Role:
        role = iam.Role(
            self,
            "Role",
            role_name=self._names.global_name("canaries"),
            assumed_by=iam.ServicePrincipal("codedeploy.amazonaws.com"),
            managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(_MANAGED)],
        )
        accept(role, {f"IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{_MANAGED}]": _WHY_MANAGED})
        return role

    def _shift(self, function: PlatformFunction, shift: codedeploy.ILambdaDeploymentConfig) -> None:
        if function.alias is None:
            raise TypeError(f"{function.declared.name} has no alias whose traffic could be shifted")
        ErrorMetric(function, function=function.declared, log_group=function.log_group, names=self._names)
        version = function.alias.version.version
        alarms = VersionAlarms(function, function=function.declared, version=version, names=self._names)
        group = codedeploy.LambdaDeploymentGroup(
            function,
            "Canary",
            application=self._application,
            deployment_group_name=self._names.physical_name(function.declared.name),
            alias=function.alias,
            deployment_config=shift,
            role=self._role.without_policy_updates(),
            alarms=alarms.alarms,
        )
        # The alarms have to watch the new version before traffic reaches it.
        function.alias.node.add_dependency(alarms, group)


def shift_of(function: Function) -> codedeploy.ILambdaDeploymentConfig | None:
    """Return how the traffic of a function is shifted; None if it has too little for a part of it to prove anything.

    Requests come all the time. Batches of queues and streams may be few, so their share rises every minute. Schedules
    and workflows run a function every few minutes at most: it changes all at once.
    """
    if isinstance(function, HttpFunction):
        return codedeploy.LambdaDeploymentConfig.CANARY_10_PERCENT_5_MINUTES
    match function:
        case TriggeredFunction(trigger=WebSocketTrigger()):
            return codedeploy.LambdaDeploymentConfig.CANARY_10_PERCENT_5_MINUTES
        case TriggeredFunction(trigger=StreamTrigger() | TableStreamTrigger() | QueueTrigger()):
            return codedeploy.LambdaDeploymentConfig.LINEAR_10_PERCENT_EVERY_1_MINUTE
        case _:
            return None
