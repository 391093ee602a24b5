"""A Lambda function of the manifest: its role, log group, code and environment."""

import json

from aws_cdk import Duration, Size
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from functions.declaration import Function, TriggeredFunction
from infra.aws.code import ARCHITECTURE, RUNTIME, Layers
from infra.aws.grants import statements
from infra.aws.key_grants import key_statements
from infra.aws.nag import accept, accept_wildcards
from infra.aws.names import ALIAS, Names
from infra.aws.stage_key import key_arn

_WHY_WILDCARDS = (
    "Objects below the prefixes, the tables of the database and the log streams of the function have names made at run "
    "time; X-Ray has no resources to name."
)
_WHY_NOT_NEWEST = "The runtime is the one that the layers' pinned wheels are built for."


class PlatformFunction(Construct):
    """A function with exactly the permissions and environment that the manifest declares."""

    def __init__(
        self, scope: Construct, *, function: Function, names: Names, code: lambda_.Code, layers: Layers
    ) -> None:
        super().__init__(scope, function.name)
        self.declared = function
        self.log_group = self._log_group(names)
        role = self._role(names)
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=names.physical_name(function.name),
            description=function.description,
            handler=function.handler,
            code=code,
            layers=layers.of(function),
            runtime=RUNTIME,
            architecture=ARCHITECTURE,
            memory_size=function.memory_mb,
            timeout=Duration.seconds(function.timeout_seconds),
            ephemeral_storage_size=Size.mebibytes(function.disk_mb),
            environment=environment(function, names),
            log_group=self.log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            tracing=lambda_.Tracing.ACTIVE,
            role=role.without_policy_updates(),
            # AWS ends what looks like an endless loop after 16 rounds, unless it is meant.
            recursive_loop=lambda_.RecursiveLoop.ALLOW if _requests_itself(function) else None,
        )
        accept(self.function, {"L1": _WHY_NOT_NEWEST})
        self.alias = self._alias() if names.has_alias(function) else None

    @property
    def invoked(self) -> lambda_.IFunction:
        """What triggers and workflows invoke: the alias, if there is one."""
        return self.alias or self.function

    def _alias(self) -> lambda_.Alias:
        return lambda_.Alias(self, "Alias", alias_name=ALIAS, version=self.function.current_version)

    def _log_group(self, names: Names) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            "Logs",
            log_group_name=names.log_group(self.declared),
            retention=names.stage.log_retention,
            removal_policy=names.stage.removal_policy,
        )

    def _role(self, names: Names) -> iam.Role:
        key = key_arn(self, names)
        granted = [
            *statements(self.declared, names),
            *(key_statements(self.declared, key) if key else ()),
            *_observability(self.declared, names),
        ]
        role = iam.Role(
            self,
            "Role",
            role_name=names.global_name(self.declared.name),
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            # IAM allows a role 10 240 characters of inline policies, which a statement for each use exceeds.
            inline_policies={"manifest": iam.PolicyDocument(statements=granted, minimize=True)},
        )
        accept_wildcards(role, granted, _WHY_WILDCARDS)
        return role


def environment(function: Function, names: Names) -> dict[str, str]:
    """Return a function's environment: the stage, the platform's settings and the names of its resources."""
    stage = names.stage
    return {
        "TALLY_STAGE": stage.name,
        "TALLY_REPORTING_CURRENCY": stage.reporting_currency,
        "TALLY_CORS_ORIGINS": ",".join(stage.allowed_origins),
        "TALLY_QUERIES_AT_ONCE": str(stage.queries_at_once),
        "TALLY_IDENTITY_HORIZON_DAYS": str(stage.identity_horizon_days or ""),
        "TALLY_CONNECTIONS_PER_SUBJECT": str(stage.connections_per_subject),
        "TALLY_DASHBOARD_RENEWAL_SECONDS": str(stage.dashboard_renewal_seconds),
        "TALLY_RATE_LIMIT_OVERRIDES": json.dumps(stage.rate_limits),
        "TALLY_FRAUD_CONFIGURATION": json.dumps(stage.fraud_configuration),
        "TALLY_WEBHOOKS_ALLOWED": ",".join(stage.webhooks_allowed),
        "POWERTOOLS_SERVICE_NAME": function.name,
        "POWERTOOLS_METRICS_NAMESPACE": names.metric_namespace,
        **({"AWS_SDK_UA_APP_ID": names.physical_name(function.name)} if stage.names_callers else {}),
        # Threads of OpenBLAS wait for each other by spinning; a function has about one core.
        **({"OPENBLAS_NUM_THREADS": "1"} if function.uses_numpy else {}),
        **{resource.variable: names.env_value(resource) for resource in function.resources},
    }


def _requests_itself(function: Function) -> bool:
    return isinstance(function, TriggeredFunction) and function.requests_itself


def _observability(function: Function, names: Names) -> list[iam.PolicyStatement]:
    log_group = names.arn("logs", f"log-group:{names.log_group(function)}:*")
    return [
        iam.PolicyStatement(actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[log_group]),
        iam.PolicyStatement(actions=["xray:PutTelemetryRecords", "xray:PutTraceSegments"], resources=["*"]),
    ]
