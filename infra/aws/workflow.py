"""The workflows of the manifest: state machines of Step Functions, with their schedules."""

import json
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from functions.declaration import Step, Workflow
from infra.aws.function import PlatformFunction
from infra.aws.nag import accept_wildcards
from infra.aws.names import Names

# Timeouts and failures of a function alike; the input of a step never changes, so that it can always run again.
_RETRY = ({"ErrorEquals": ["States.ALL"], "IntervalSeconds": 10, "BackoffRate": 3, "MaxAttempts": 3},)
# The input of the failed step stays, with its error beside it.
_CAUGHT = {"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure"}
_FAILED = "failed"
_SPARE_SECONDS = 60
_WHY_WILDCARDS = (
    "Executions, also those of the items of a map, have names made at run time; delivery of logs and X-Ray have no "
    "resources to name."
)


class StateMachine(Construct):
    """A workflow as a state machine that may invoke its functions, and that its schedule starts if it has one."""

    def __init__(
        self, scope: Construct, *, workflow: Workflow, functions: Mapping[str, PlatformFunction], names: Names
    ) -> None:
        super().__init__(scope, workflow.name)
        self.declared = workflow
        steps = {step.function: functions[step.function] for step in workflow.all_steps}
        name = names.physical_name(workflow.name)
        self.state_machine = sfn.StateMachine(
            self,
            "StateMachine",
            state_machine_name=name,
            comment=workflow.description,
            definition_body=sfn.DefinitionBody.from_string(
                json.dumps(definition(workflow, steps, names.stage.queue_consumers))
            ),
            timeout=Duration.minutes(workflow.timeout_minutes),
            tracing_enabled=True,
            logs=sfn.LogOptions(destination=self._log_group(names), level=sfn.LogLevel.ALL),
            role=self._role(name, steps, names).without_policy_updates(),
        )
        if workflow.every_minutes is not None:
            events.Rule(
                self,
                "Rule",
                rule_name=name,
                schedule=events.Schedule.rate(Duration.minutes(workflow.every_minutes)),
                targets=[targets.SfnStateMachine(self.state_machine)],
            )

    def _log_group(self, names: Names) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            "Logs",
            log_group_name=f"/aws/vendedlogs/states/{names.physical_name(self.declared.name)}",
            retention=names.stage.log_retention,
            removal_policy=names.stage.removal_policy,
        )

    def _role(self, name: str, steps: Mapping[str, PlatformFunction], names: Names) -> iam.Role:
        granted = list(_statements(name, steps, names))
        role = iam.Role(
            self,
            "Role",
            role_name=names.global_name(self.declared.name),
            assumed_by=iam.ServicePrincipal("states.amazonaws.com"),
            inline_policies={"workflow": iam.PolicyDocument(statements=granted)},
        )
        accept_wildcards(role, granted, _WHY_WILDCARDS)
        return role


def definition(
    workflow: Workflow, functions: Mapping[str, PlatformFunction], at_once: int | None = None
) -> dict[str, Any]:
    """Write a workflow in the language of Step Functions; `at_once` limits the items that run at once further."""
    names = [step.function for step in workflow.steps]
    after: dict[str, dict[str, Any]] = {
        **{name: {"Next": following} for name, following in pairwise(names)},
        names[-1]: {"End": True},
    }
    caught = {} if workflow.on_failure is None else {"Catch": [{**_CAUGHT, "Next": workflow.on_failure.function}]}
    states = {
        step.function: {**_state(step, functions[step.function], at_once), **after[step.function], **caught}
        for step in workflow.steps
    }
    return {
        "Comment": workflow.description,
        "StartAt": names[0],
        "States": {**states, **_failure_states(workflow, functions)},
    }


def _failure_states(workflow: Workflow, functions: Mapping[str, PlatformFunction]) -> dict[str, Any]:
    """Return what happens after a failure: a function gets the error, and the execution fails nevertheless."""
    step = workflow.on_failure
    if step is None:
        return {}
    return {step.function: {**_task(functions[step.function], step.input), "Next": _FAILED}, _FAILED: {"Type": "Fail"}}


def _state(step: Step, function: PlatformFunction, at_once: int | None) -> dict[str, Any]:
    if step.items is None:
        return _task(function, step.input)
    return {
        "Type": "Map",
        "Label": step.function.replace("_", "-"),
        "ItemsPath": step.items,
        "ItemSelector": dict(step.input),
        "MaxConcurrency": min(step.at_once, at_once or step.at_once),
        "ToleratedFailurePercentage": 0,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "item",
            "States": {"item": {**_task(function, None), "End": True}},
        },
        "ResultPath": None,
    }


def _task(function: PlatformFunction, payload: Mapping[str, str] | None) -> dict[str, Any]:
    given = {"Payload.$": "$"} if payload is None else {"Payload": dict(payload)}
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": function.invoked.function_arn, **given},
        "OutputPath": "$.Payload",
        "TimeoutSeconds": function.declared.timeout_seconds + _SPARE_SECONDS,
        "Retry": list(_RETRY),
    }


def _statements(name: str, steps: Mapping[str, PlatformFunction], names: Names) -> Iterator[iam.PolicyStatement]:
    """Yield what a state machine may do: invoke its functions, run items as executions of its own, log and trace.

    https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
    """
    functions = [each.invoked.function_arn for each in steps.values()]
    yield iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=functions)
    yield iam.PolicyStatement(
        actions=["states:StartExecution"], resources=[names.arn("states", f"stateMachine:{name}")]
    )
    yield iam.PolicyStatement(
        actions=["states:DescribeExecution", "states:StopExecution", "states:RedriveExecution"],
        resources=[names.arn("states", f"execution:{name}{each}*") for each in (":", "/")],
    )
    yield iam.PolicyStatement(
        actions=[
            *("logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery"),
            *("logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies"),
            "logs:DescribeLogGroups",
            *("xray:PutTelemetryRecords", "xray:PutTraceSegments"),
            *("xray:GetSamplingRules", "xray:GetSamplingTargets"),
        ],
        resources=["*"],
    )
